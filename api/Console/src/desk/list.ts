import { ref, shallowRef } from 'vue'
import { messageOf } from '../shared/http'

/** A list that is read page by page; only the answer to the newest question counts. */
export function useList<T>(read: (after: string) => Promise<{ items: T[]; next: string | null }>) {
  const lines = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const busy = ref(false)
  const fault = ref('')
  let question = 0

  async function load(more = false): Promise<void> {
    const mine = ++question
    busy.value = true
    fault.value = ''
    try {
      const page = await read(more ? next.value || '' : '')
      if (mine !== question) return
      lines.value = more ? [...lines.value, ...page.items] : page.items
      next.value = page.next
    } catch (error) {
      if (mine === question) fault.value = messageOf(error)
    }
    if (mine === question) busy.value = false
  }

  return { lines, next, busy, fault, load }
}
