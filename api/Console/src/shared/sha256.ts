// SHA-256 in plain script: the browser's own is closed to pages without https.
const K = new Uint32Array(64)
const H = new Uint32Array(8)

;(function constants() {
  const root = (x: number) => ((x - Math.floor(x)) * 0x100000000) >>> 0
  let n = 2
  for (let found = 0; found < 64; n++) {
    let prime = true
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false
    if (!prime) continue
    if (found < 8) H[found] = root(Math.sqrt(n))
    K[found++] = root(Math.cbrt(n))
  }
})()

const rotate = (x: number, n: number) => (x >>> n) | (x << (32 - n))

function block(state: Uint32Array, data: Uint8Array, at: number, w: Uint32Array): void {
  for (let i = 0; i < 16; i++, at += 4) w[i] = (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!
  for (let i = 16; i < 64; i++) {
    const [x, y] = [w[i - 15]!, w[i - 2]!]
    w[i] = (w[i - 16]! + (rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)) + w[i - 7]! + (rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10))) | 0
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!
  for (let i = 0; i < 64; i++) {
    const one = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0
    const two = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0
  }
  const next = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] = (state[i]! + next[i]!) | 0
}

/** Eight words of the digest of an ASCII text. */
export function sha256(text: string): Uint32Array {
  const length = text.length
  const data = new Uint8Array(((length + 72) >> 6) << 6)
  for (let i = 0; i < length; i++) data[i] = text.charCodeAt(i)
  data[length] = 0x80
  new DataView(data.buffer).setUint32(data.length - 4, length * 8)
  const state = H.slice()
  const w = new Uint32Array(64)
  for (let at = 0; at < data.length; at += 64) block(state, data, at, w)
  return state
}

/** Whether a digest begins with so many zero bits, at most 32. */
export const beginsWithZeros = (digest: Uint32Array, bits: number): boolean => bits === 0 || digest[0]! >>> (32 - bits) === 0

/** Searches the solution in short stretches, so that an old phone goes on answering to touches. */
export async function solve(challenge: string, bits: number): Promise<string> {
  for (let n = 0; ; ) {
    for (const end = n + 500; n < end; n++) if (beginsWithZeros(sha256(`${challenge}:${n}`), bits)) return String(n)
    await new Promise((resolve) => setTimeout(resolve))
  }
}
