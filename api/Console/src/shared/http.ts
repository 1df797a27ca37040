/** One fault of a request, as the API's problem details list them. */
export interface Fault { code: string; message: string; field?: string | null }

/** An answer that is no success. Status 0: no answer came. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly faults: Fault[] = [], readonly current: unknown = null) {
    super(message)
  }
}

export interface Asking {
  method?: string
  body?: unknown
  headers?: Record<string, string>
}

const API = '/api/v1'

/** Sends JSON (or a Blob as it is) and answers the response; throws Refused for everything else. */
export async function ask(path: string, asking: Asking = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...asking.headers }
  const raw = asking.body instanceof Blob
  if (asking.body !== undefined) headers['Content-Type'] = raw ? (asking.body as Blob).type || 'application/octet-stream' : 'application/json'
  let response: Response
  try {
    response = await fetch(API + path, {
      method: asking.method || (asking.body === undefined ? 'GET' : 'POST'),
      headers,
      body: asking.body === undefined ? undefined : raw ? (asking.body as Blob) : JSON.stringify(asking.body),
    })
  } catch {
    throw new Refused(0, 'network', '网络不通,请检查网络后重试。')
  }
  if (response.ok) return response
  throw await refusalOf(response)
}

export async function json<T>(path: string, asking: Asking = {}): Promise<T> {
  return (await (await ask(path, asking)).json()) as T
}

async function refusalOf(response: Response): Promise<Refused> {
  try {
    const problem = await response.json()
    return new Refused(response.status, problem.code || '', problem.detail || problem.title || `请求失败(${response.status})`, problem.errors || [], problem.current)
  } catch {
    return new Refused(response.status, '', `服务暂时不可用(${response.status}),请稍后再试。`)
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Refused ? (error.faults.length > 1 ? error.faults.map((f) => f.message).join('\n') : error.message) : '出现意外错误,请刷新后重试。'

/** A random GUID. crypto.randomUUID needs a secure address, which a trial in a county office may lack. */
export function guid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The same content sent again is the same command; changed content is a new one. */
export class CommandKey {
  private sent = ''
  private key = ''

  of(content: unknown): string {
    const text = JSON.stringify(content)
    if (text !== this.sent) [this.sent, this.key] = [text, guid()]
    return this.key
  }
}
