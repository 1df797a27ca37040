import { onUnmounted, ref } from 'vue'
import type { Workbench } from './api'
import { authorized } from './session'

const AGAIN_AFTER = 3000

/** The counts as they change. The browser's own event source cannot send the token, so the stream is read by hand. */
export function useWorkbench(changed: () => void) {
  const counts = ref<Workbench | null>(null)
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
    const response = await authorized('/workbench/events', { headers: { Accept: 'text/event-stream' } })
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
      events.forEach(take)
    }
  }

  function take(event: string): void {
    const data = event.split(/\r?\n/).filter((line) => line.indexOf('data:') === 0).map((line) => line.slice(5)).join('\n')
    if (!data) return
    counts.value = JSON.parse(data) as Workbench
    changed()
  }

  onUnmounted(() => {
    over = true
    if (reader) reader.cancel().catch(() => undefined)
  })
  listen()
  return { counts, live }
}
