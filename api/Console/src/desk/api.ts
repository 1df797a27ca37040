import type { components } from '../api/schema'
import { authorized, get } from './session'

type Schemas = components['schemas']
export type Workbench = Schemas['WorkbenchResponse']
export type Line = Schemas['CaseLineResponse']
export type Page = Schemas['CaseListResponse']
export type Case = Schemas['CaseResponse']
export type Entry = Schemas['CaseEntryResponse']
export type Sheet = Schemas['DeclareSheetResponse']
export type Region = Schemas['RegionResponse']
export type BatchResult = Schemas['CaseBatchResult']
export type Done = Schemas['CaseActionResponse']
export type Table = Schemas['StatisticResponse']
export type Behind = Schemas['FigureHouseholdsResponse']
export type Household = Schemas['HouseholdResponse']
export type HouseholdLine = Schemas['HouseholdLineResponse']
export type Visit = Schemas['VisitRequest']
export type KeptVisit = Schemas['VisitResponse']
export type VisitResult = Schemas['VisitResult']

/** A change as POST /cases/{id}/actions reads it: kind and the members of that kind. */
export interface Change { kind: string; [member: string]: unknown }

const query = (conditions: Record<string, string | undefined>) => {
  const set = Object.keys(conditions).filter((k) => conditions[k])
  return set.length ? '?' + set.map((k) => `${k}=${encodeURIComponent(conditions[k]!)}`).join('&') : ''
}

export const items = (conditions: Record<string, string | undefined>) => get<Page>('/workbench/items' + query(conditions))
export const search = (conditions: Record<string, string | undefined>) => get<Page>('/cases' + query(conditions))
export const find = (id: string) => get<Case>(`/cases/${id}`)
export const history = (id: string) => get<Entry[]>(`/cases/${id}/history`)
export const sheet = (village: string) => get<Sheet>(`/villages/${village}/declare-sheet`)
export const region = (code: string) => get<Region>(`/regions/${code}`)
export const children = (code: string) => get<Region[]>(`/regions/${code}/children`)
export const behind = (code: string, number: string, conditions: Record<string, string | undefined>) => get<Behind>(`/regions/${code}/statistics/${number}/households` + query(conditions))
export const households = (conditions: Record<string, string | undefined>) => get<Schemas['HouseholdListResponse']>('/households' + query(conditions))
export const household = (code: string) => get<Household>(`/households/${code}`)
export const visitsOf = (code: string) => get<KeptVisit[]>(`/households/${code}/visits`)
export const sendVisits = async (visits: Visit[]) => (await get<Schemas['VisitBatchResponse']>('/visits', { body: { items: visits } })).items

export const act = (id: string, version: number, key: string, change: Change) =>
  get<Done>(`/cases/${id}/actions`, { body: change, headers: { 'Idempotency-Key': key, 'If-Match': `"${version}"` } })

export const open = (key: string, change: Change) => get<Done>('/cases', { body: change, headers: { 'Idempotency-Key': key } })

export const batch = async (key: string, seen: { id: string; version: number }[], action: Change) =>
  (await get<Schemas['CaseBatchResponse']>('/cases/actions', { body: { items: seen, action }, headers: { 'Idempotency-Key': key } })).items

export const upload = async (name: string, file: Blob) =>
  (await get<Schemas['UploadResponse']>(`/case-attachments?name=${encodeURIComponent(name)}`, { body: file })).id

export const attachment = async (id: string, file: string) => (await authorized(`/cases/${id}/attachments/${file}`)).blob()
