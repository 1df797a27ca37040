import { onUnmounted, ref } from 'vue'
import type { Workbench } from './api'
import { authorized } from './session'

const AGAIN_AFTER = 3000

/** Data of a stream's events as they come, asked for again when it ends. The browser's own event source cannot send the token, so it is read by hand. */
export function useEvents(path: string, take: (data: string, event: string) => void) {
  const live = ref(false)
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null
  let over = false

  async function listen(): Promise<void> {
    while (!over) {
      try {
        await follow()
      } catch {
        // The network went away; asked again below. A session that has ended takes this page away.
      }
      live.value = false
      if (!over) await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER))
    }
  }

  async function follow(): Promise<void> {
    const response = await authorized(path, { headers: { Accept: 'text/event-stream' } })
    if (over) return void response.body!.cancel()
    reader = response.body!.getReader()
    live.value = true
    const decoder = new TextDecoder()
    for (let text = ''; ; ) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const events = text.split(/\r?\n\r?\n/)
      text = events.pop()!
      events.forEach(tell)
    }
  }

  function tell(event: string): void {
    const part = (name: string) => event.split(/\r?\n/).filter((line) => line.indexOf(name + ':') === 0).map((line) => line.slice(name.length + 1).trim())
    const data = part('data').join('\n')
    if (data) take(data, part('event')[0] || 'message')
  }

  onUnmounted(() => {
    over = true
    if (reader) reader.cancel().catch(() => undefined)
  })
  listen()
  return { live }
}

/** The counts as they change. */
export function useWorkbench(changed: () => void) {
  const counts = ref<Workbench | null>(null)
  const { live } = useEvents('/workbench/events', (data) => {
    counts.value = JSON.parse(data) as Workbench
    changed()
  })
  return { counts, live }
}
