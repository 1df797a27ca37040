import { computed, ref } from 'vue'
import { guid, Refused } from '../shared/http'
import { me } from './session'
import { sendVisits, type Visit, type VisitResult } from './api'

/** A visit that this phone keeps until the server has it. */
export interface Kept { visit: Visit; head: string; fault?: string; /** The server has refused it for good: only a person can decide. */ stuck?: boolean }

const MOST_AT_ONCE = 20

/** Refusals that the same visit will meet again, however often it is sent. */
export const isFinal = (result: VisitResult): boolean => !!result.code

/** What stays on the phone after an answer: what was refused, with the reason, and what was not part of the question. */
export function after(kept: Kept[], results: VisitResult[]): Kept[] {
  const answers = new Map(results.map((r) => [r.id, r]))
  return kept.filter((k) => { const r = answers.get(k.visit.id); return !r || isFinal(r) }).map((k) => {
    const refusal = answers.get(k.visit.id)
    return refusal ? { ...k, fault: refusal.message || refusal.code!, stuck: true } : k
  })
}

// By account: another one on the same phone neither sees nor sends them.
const place = () => `ffp-visits-${me.value!.name}`

function read(): Kept[] {
  try {
    return JSON.parse(localStorage.getItem(place()) || '[]') as Kept[]
  } catch {
    return []
  }
}

const kept = ref<Kept[]>([])
export const visits = computed(() => kept.value)
export const unsent = computed(() => kept.value.length)
export const sending = ref(false)
export const told = ref('')

/** @returns false where the phone keeps nothing for pages. */
function keep(next: Kept[]): boolean {
  kept.value = next
  try {
    localStorage.setItem(place(), JSON.stringify(next))
    return true
  } catch {
    return false
  }
}

/** Once signed in: what an earlier day left behind. */
export function recall(): void {
  kept.value = read()
}

/** The visit is on the phone before anything is asked of the network. */
export const record = (visit: Omit<Visit, 'id' | 'visitedAt'>, head: string): boolean =>
  keep([...read(), { visit: { ...visit, id: guid(), visitedAt: new Date().toISOString() }, head }])

export const drop = (id: string) => keep(read().filter((k) => k.visit.id !== id))

/** Sends what waits; a visit that was sent before a lost answer is the same visit to the server. */
export async function send(): Promise<VisitResult[]> {
  const waiting = read().filter((k) => !k.stuck).slice(0, MOST_AT_ONCE)
  if (sending.value || !waiting.length) return []
  sending.value = true
  try {
    const results = await sendVisits(waiting.map((k) => k.visit))
    keep(after(read(), results))
    told.value = ''
    return results
  } catch (error) {
    told.value = error instanceof Refused && error.status === 0 ? '没有网络,已存在本机,联网后自动上报。' : error instanceof Refused ? error.message : '上报失败,稍后再试。'
    return []
  } finally {
    sending.value = false
  }
}
