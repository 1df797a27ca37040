import type { components } from '../api/schema'
import { ask, json } from '../shared/http'
import { solve } from '../shared/sha256'

type Schemas = components['schemas']
export type Village = Schemas['DeclareVillageResponse']
export type Progress = Schemas['ProgressResponse']
export type Declared = Schemas['DeclareResponse']
export type Declaration = Schemas['DeclareRequest']
export type Published = Schemas['PublishedCase']

const part = encodeURIComponent

export const village = (token: string) => json<Village>(`/public/villages/${part(token)}`)

/** Answers the challenge first; that takes an old phone a second or two. */
export async function sendCode(token: string, phone: string): Promise<void> {
  const { challenge, bits } = await json<Schemas['ChallengeResponse']>('/public/challenge')
  const body: Schemas['PhoneCodeRequest'] = { token, phone, challenge, solution: await solve(challenge, bits) }
  await ask('/public/phone-codes', { body })
}

export const openSession = (phone: string, code: string) => json<Schemas['PhoneSessionResponse']>('/public/phone-sessions', { body: { phone, code } })

export const upload = async (session: string, name: string, file: Blob) =>
  (await json<Schemas['UploadResponse']>(`/public/attachments?name=${part(name)}`, { body: file, headers: { 'X-Phone-Session': session } })).id

export const declare = (session: string, key: string, body: Declaration) =>
  json<Declared>('/public/declarations', { body, headers: { 'X-Phone-Session': session, 'Idempotency-Key': key } })

export const published = (token: string) => json<Published[]>(`/public/villages/${part(token)}/publicity`)

export const object = (session: string, key: string, token: string, id: string, body: Schemas['ObjectionRequest']) =>
  json<Schemas['ObjectionAccepted']>(`/public/villages/${part(token)}/publicity/${part(id)}/objections`, { body, headers: { 'X-Phone-Session': session, 'Idempotency-Key': key } })

export const progress = (code: string) => json<Progress>(`/public/declarations/${part(code)}`)

export const act = (code: string, key: string, body: Schemas['ProgressActionRequest']) =>
  json<Progress>(`/public/declarations/${part(code)}/actions`, { body, headers: { 'Idempotency-Key': key } })
