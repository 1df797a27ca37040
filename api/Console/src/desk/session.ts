import { computed, ref } from 'vue'
import type { components } from '../api/schema'
import { ask, json, Refused, type Asking } from '../shared/http'

export type Me = components['schemas']['MeResponse']

/** What a login answers. The second factor and renewal appear only where the installation has them. */
interface Tokens { token: string; mustChangePassword: boolean; mustSetUpTotp?: boolean; refreshToken?: string }

const PLACE = 'ffp-desk'
const CODE_REQUIRED = 'account.code-required-unauthenticated'

// Of this tab only: a phone that is lent does not stay signed in.
const tokens = ref<Tokens | null>(JSON.parse(sessionStorage.getItem(PLACE) || 'null'))
export const me = ref<Me | null>(null)
export const signedIn = computed(() => !!tokens.value && !!me.value)
export const mustChangePassword = computed(() => !!tokens.value?.mustChangePassword)
export const mustSetUpTotp = computed(() => !!tokens.value?.mustSetUpTotp)
let renewing: Promise<boolean> | null = null

function keep(next: Tokens | null): void {
  tokens.value = next
  if (next) sessionStorage.setItem(PLACE, JSON.stringify(next))
  else sessionStorage.removeItem(PLACE)
}

/** False: the code of the second factor is wanted as well. */
export async function signIn(name: string, password: string, code: string): Promise<boolean> {
  try {
    const answer = await json<Tokens>('/login', { body: code ? { name, password, code } : { name, password } })
    keep(answer)
  } catch (error) {
    if (error instanceof Refused && error.code === CODE_REQUIRED) return false
    throw error
  }
  await resume()
  return true
}

/** Goes on after the page was loaded again. */
export async function resume(): Promise<void> {
  if (tokens.value && !mustChangePassword.value && !mustSetUpTotp.value) me.value = await get<Me>('/me')
}

export async function changePassword(oldPassword: string, newPassword: string): Promise<void> {
  await authorized('/me/password', { method: 'PUT', body: { oldPassword, newPassword } })
  forget()
}

export const beginTotp = (password: string, enrolmentCode: string) =>
  get<components['schemas']['BeginTotpResponse']>('/me/totp', { body: { password, enrolmentCode: enrolmentCode || null } })

/** The recovery codes; the second factor counts from the next login on. */
export const confirmTotp = async (code: string) => (await get<components['schemas']['ConfirmTotpResponse']>('/me/totp/confirm', { body: { code } })).recoveryCodes

export function signOut(): void {
  if (tokens.value?.refreshToken) ask('/logout', { method: 'POST', headers: bearer() }).catch(() => undefined)
  forget()
}

function forget(): void {
  keep(null)
  me.value = null
}

const bearer = () => ({ Authorization: `Bearer ${tokens.value?.token || ''}` })

/** With the token; renewed once where that is possible, else signed out. */
export async function authorized(path: string, asking: Asking = {}): Promise<Response> {
  const once = () => ask(path, { ...asking, headers: { ...asking.headers, ...bearer() } })
  try {
    return await once()
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error
    if (await renew()) return once()
    forget()
    throw error
  }
}

export const get = async <T>(path: string, asking: Asking = {}): Promise<T> => (await (await authorized(path, asking)).json()) as T

/** One at a time: a refresh token is good once. */
function renew(): Promise<boolean> {
  const refreshToken = tokens.value?.refreshToken
  if (!refreshToken) return Promise.resolve(false)
  renewing = renewing || json<Tokens>('/refresh', { body: { refreshToken } }).then((next) => { keep(next); return true }, (error) => {
    // Without a network nobody has said that the session is over.
    if (error instanceof Refused && error.status === 0) throw error
    return false
  }).finally(() => { renewing = null })
  return renewing
}
