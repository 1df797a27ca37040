import { ref } from 'vue'

/** As far as the browser knows: false is certain, true is not. */
export const online = ref(navigator.onLine !== false)

addEventListener('online', () => { online.value = true })
addEventListener('offline', () => { online.value = false })
