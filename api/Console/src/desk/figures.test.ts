import { expect, it } from 'vitest'
import type { Table } from './api'
import { cell, figures, VIEWS } from './figures'

const table = { columns: [{ id: 'persons' }, { id: 'households' }] } as unknown as Table

it('finds the columns of a table by their names, wherever they stand', () => {
  expect(figures(VIEWS['open']!, table, { key: 'total', name: '合计', values: [7, 3] }).map((f) => f.text)).toEqual(['3', '7'])
  expect(figures(VIEWS['open']!, table, { key: 'total', name: '合计', values: [null, 0] }).map((f) => [f.value, f.text])).toEqual([[0, '0'], [null, '—']])
})

it('names a figure of statistic 8 with its month', () => {
  expect(cell(VIEWS['recognised']!, '202611', 'newHouseholds')).toBe('newHouseholds@202611')
  expect(cell(VIEWS['open']!, '411424001000', 'households')).toBe('households')
})
