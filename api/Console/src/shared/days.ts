const zone = 8 * 3600_000

/** A moment as people in China write it: 11月23日 19:05, with the year when it is another one. */
export function moment(at: string): string {
  const d = new Date(new Date(at).getTime() + zone)
  const year = d.getUTCFullYear() === new Date(Date.now() + zone).getUTCFullYear() ? '' : `${d.getUTCFullYear()}年`
  return `${year}${d.getUTCMonth() + 1}月${d.getUTCDate()}日 ${String(d.getUTCHours()).padStart(2, '0')}:${String(d.getUTCMinutes()).padStart(2, '0')}`
}

/** yyyy-MM-dd as 11月23日. */
export const day = (text: string | null | undefined): string => (text ? `${Number(text.slice(5, 7))}月${Number(text.slice(8, 10))}日` : '')

export const dayAfter = (day: string, days: number): string => new Date(Date.parse(day) + days * 86400_000).toISOString().slice(0, 10)

export const today = (): string => new Date(Date.now() + zone).toISOString().slice(0, 10)
