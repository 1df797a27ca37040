import type { Table } from './api'

/** One statistic as a phone shows it. */
export interface View { label: string; number: string; query: string; columns: Record<string, string> }

/** Months of statistic 8, newest first. */
export const MONTHS_SHOWN = 24

export const VIEWS: Record<string, View> = {
  open: { label: '监测中', number: '1', query: '?householdTypes=3', columns: { households: '户数', persons: '人数' } },
  recognised: { label: '新识别', number: '8', query: '', columns: { newHouseholds: '新增户', newPersons: '新增人', totalHouseholds: '累计户' } },
  eliminated: { label: '已消除', number: '1', query: '?householdTypes=4', columns: { households: '户数', persons: '人数' } },
  all: { label: '帮扶对象', number: '1', query: '', columns: { households: '户数', persons: '人数' } },
}

export interface Figure { column: string; label: string; value: number | null; text: string }

export const figures = (view: View, table: Table, row: Table['rows'][number]): Figure[] =>
  Object.keys(view.columns).map((column) => {
    const value = row.values[table.columns.findIndex((c) => c.id === column)] ?? null
    return { column, label: view.columns[column]!, value, text: value === null ? '—' : String(value) }
  })

/** How the API names a figure: in statistic 8 with the row's month. */
export const cell = (view: View, row: string, column: string): string => (view.number === '8' ? `${column}@${row}` : column)
