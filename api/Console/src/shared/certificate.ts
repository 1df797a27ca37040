const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK = '10X98765432'

export interface CertificateCheck {
  /** Without blanks, half-width, X large. */
  value: string
  right: boolean
  /** What is wrong so far, as it is typed; empty while nothing can be said. */
  fault: string
}

export function normalise(typed: string): string {
  return typed.replace(/[\uff10-\uff19\uff38\uff58]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s\u3000-]/g, '').toUpperCase()
}

/** The check character of GB 11643 for 17 digits. */
export function checkDigit(first17: string): string {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += Number(first17[i]) * WEIGHTS[i]!
  return CHECK[sum % 11]!
}

/** Says as early as it can be known that a number cannot be right: letters, the date of birth, the check digit. */
export function checkCertificate(typed: string, today: Date = new Date()): CertificateCheck {
  const value = normalise(typed)
  const wrong = (fault: string): CertificateCheck => ({ value, right: false, fault })
  if (value.length > 18) return wrong('身份证号码应为 18 位,多了 ' + (value.length - 18) + ' 位。')
  if (!/^\d{0,17}$/.test(value.slice(0, 17))) return wrong('前 17 位应为数字。')
  if (value.length >= 14 && !isPastDate(value.slice(6, 14), today)) return wrong('第 7 至 14 位不是出生日期,请核对。')
  if (value.length < 18) return wrong('')
  if (value[17] !== checkDigit(value)) return wrong('身份证号码有误(最后一位校验不符),请逐位核对。')
  return { value, right: true, fault: '' }
}

function isPastDate(digits: string, today: Date): boolean {
  const [year, month, day] = [Number(digits.slice(0, 4)), Number(digits.slice(4, 6)), Number(digits.slice(6, 8))]
  const date = new Date(year, month - 1, day)
  return year >= 1800 && date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day && date <= today
}
