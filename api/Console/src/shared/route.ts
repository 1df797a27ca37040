import { ref } from 'vue'

/** The path below /m, without a slash at its ends, in its parts. */
const read = (): string[] => location.pathname.replace(/^\/m\/?/, '').split('/').filter(Boolean).map(decodeURIComponent)

export const route = ref<string[]>(read())

addEventListener('popstate', () => { route.value = read() })

export function go(path: string, replace = false): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', '/m/' + path)
  route.value = read()
  scrollTo(0, 0)
}
