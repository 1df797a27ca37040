import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { beginsWithZeros, sha256, solve } from './sha256'

const hex = (words: Uint32Array) => Array.from(words, (w) => w.toString(16).padStart(8, '0')).join('')
const known = (text: string) => createHash('sha256').update(text).digest('hex')

it('gives the digest of every length around the block borders', () => {
  for (let n = 0; n < 200; n++) expect(hex(sha256('a'.repeat(n))), `length ${n}`).toBe(known('a'.repeat(n)))
})

it('finds a solution that really begins with the zeros that were asked for', async () => {
  const solution = await solve('Challenge_of-the.test', 10)
  const first = parseInt(known(`Challenge_of-the.test:${solution}`).slice(0, 8), 16)
  expect(first >>> 22).toBe(0)
  expect(beginsWithZeros(new Uint32Array([0x00200000]), 10)).toBe(true)
  expect(beginsWithZeros(new Uint32Array([0x00400000]), 10)).toBe(false)
})
