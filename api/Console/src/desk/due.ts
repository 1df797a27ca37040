import type { Line } from './api'

export function dueText(line: Line): string {
  if (line.daysLeft === null || line.daysLeft === undefined) return line.closedAt ? '已办结' : ''
  if (line.daysLeft < 0) return `逾期 ${-line.daysLeft} 天`
  return line.daysLeft === 0 ? '今天到期' : `剩 ${line.daysLeft} 天`
}
