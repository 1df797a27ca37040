import { ref } from 'vue'

const SECONDS = 3

/** One line that goes away by itself. */
export const told = ref('')
let timer = 0

export function tell(text: string): void {
  told.value = text
  clearTimeout(timer)
  timer = window.setTimeout(() => { told.value = '' }, SECONDS * 1000)
}
