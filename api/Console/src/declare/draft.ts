import { reactive, watch } from 'vue'

/** What was typed, kept in this tab only, so that a page that the phone threw out of memory can be gone on with. */
export interface Draft {
  name: string
  certificate: string
  isSelf: boolean
  address: string
  members: string
  income: string
  problems: string[]
  text: string
}

const empty = (): Draft => ({ name: '', certificate: '', isSelf: true, address: '', members: '', income: '', problems: [], text: '' })

export function useDraft(token: string): { draft: Draft; forget: () => void } {
  const place = `ffp-draft-${token}`
  const draft = reactive(empty())
  try {
    Object.assign(draft, JSON.parse(sessionStorage.getItem(place) || '{}'))
  } catch {
    // A browser that keeps nothing for pages; typing works all the same.
  }
  const stop = watch(draft, (now) => {
    try {
      // The certificate number is not left lying about.
      sessionStorage.setItem(place, JSON.stringify({ ...now, certificate: '' }))
    } catch {
      stop()
    }
  })
  const forget = () => {
    stop()
    try {
      sessionStorage.removeItem(place)
    } catch {
      // As above.
    }
  }
  return { draft, forget }
}
