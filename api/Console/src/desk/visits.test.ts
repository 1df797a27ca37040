import { expect, it, vi } from 'vitest'
import type { Kept } from './visits'

vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined })
const { after } = await import('./visits')

const kept = (id: string): Kept => ({ visit: { id, householdCode: '1', visitType: '1', visitedAt: '2026-11-26T00:00:00Z', findings: '好', riskFound: false }, head: '甲' })

it('keeps on the phone what the server refused, with the reason, and what it was not asked', () => {
  const left = after([kept('a'), kept('b'), kept('c')], [{ id: 'a', visit: null, code: null, message: null }, { id: 'b', visit: null, code: 'visit.conflict', message: '原记录保留。' }])
  expect(left.map((k) => [k.visit.id, k.fault, k.stuck])).toEqual([['b', '原记录保留。', true], ['c', undefined, undefined]])
})
