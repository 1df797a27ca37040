import { describe, expect, it } from 'vitest'
import { checkCertificate, checkDigit, normalise } from './certificate'

const RIGHT = '11010519491231002X' // the example of GB 11643
const today = new Date(2026, 10, 23)

describe('certificate numbers as they are typed', () => {
  it('accepts the example of the standard', () => expect(checkCertificate(RIGHT, today)).toEqual({ value: RIGHT, right: true, fault: '' }))

  it('accepts a small x, blanks and full-width digits', () => {
    expect(checkCertificate('110105 19491231 002x', today).right).toBe(true)
    expect(checkCertificate('\uff11\uff11' + RIGHT.slice(2, 17) + '\uff38', today)).toEqual({ value: RIGHT, right: true, fault: '' })
  })

  it('refuses every other check character', () => {
    for (const c of '0123456789A') expect(checkCertificate(RIGHT.slice(0, 17) + c, today).right).toBe(false)
  })

  it('notices every single mistyped digit', () => {
    for (let i = 0; i < 17; i++)
      for (let d = 0; d < 10; d++) {
        if (RIGHT[i] === String(d)) continue
        expect(checkCertificate(RIGHT.slice(0, i) + d + RIGHT.slice(i + 1), today).right, `digit ${i} as ${d}`).toBe(false)
      }
  })

  it('says nothing while the beginning could still become right', () => {
    for (let i = 0; i <= 17; i++) expect(checkCertificate(RIGHT.slice(0, i), today).fault, `${i} characters`).toBe('')
  })

  it('tells an impossible date of birth from its fourteenth digit on', () => {
    expect(checkCertificate('41142419990230', today).fault).toContain('出生日期')
    expect(checkCertificate('41142420261124', today).fault).toContain('出生日期')
    expect(checkCertificate('41142420261123', today).fault).toBe('')
  })

  it('tells letters and too many characters at once', () => {
    expect(checkCertificate('4114A', today).fault).toContain('数字')
    expect(checkCertificate(RIGHT + '12', today).fault).toContain('多了 2 位')
  })

  it('computes the check character of any seventeen digits so that the whole is accepted', () => {
    for (let n = 0; n < 999; n++) {
      const first = '41142419800101' + String(n).padStart(3, '0')
      expect(checkCertificate(first + checkDigit(first), today).right).toBe(true)
    }
  })

  it('leaves nothing but the number', () => expect(normalise(' 1 2-3 x')).toBe('123X'))
})
