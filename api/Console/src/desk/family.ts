import type { Case } from './api'
import type { Choice, Input, Values } from './forms'
import { RELATIONS } from './labels'

const HEAD = '01'
const choices: Choice[] = Object.keys(RELATIONS).sort().filter((code) => code !== HEAD).map((code) => ({ code, label: RELATIONS[code]! }))

/** Of a family that the register does not know: whoever the applicant counted beside themselves. */
const numbers = (of: Case): number[] => (of.case.household || !of.declaration ? [] : Array.from({ length: of.declaration.memberCount - 1 }, (_, i) => i + 2))

export const familyInputs = (of: Case, when: (values: Values) => boolean): Input[] =>
  ([] as Input[]).concat(...numbers(of).map((n): Input[] => [
    { name: `Member${n}Name`, label: `成员${n}`, type: 'text', hint: '家庭成员姓名', optional: true, part: true, when },
    { name: `Member${n}Relation`, label: '与户主关系', type: 'choice', choices, part: true, when: (v) => when(v) && !!(v[`Member${n}Name`] || '').trim() },
    { name: `Member${n}Certificate`, label: '证件号码', type: 'text', hint: '没有可不填', optional: true, part: true, when: (v) => when(v) && !!(v[`Member${n}Name`] || '').trim() },
  ]))

export function familyOf(values: Values): Record<string, unknown> {
  const members = Object.keys(values).map((k) => /^Member(\d+)Name$/.exec(k)).filter((m) => m && (values[m[0]] || '').trim()).map((m) => Number(m![1])).sort((a, b) => a - b)
  if (values['Result'] !== '1' || !members.length) return {}
  return {
    Members: members.map((n) => {
      const certificate = (values[`Member${n}Certificate`] || '').trim()
      return { Name: values[`Member${n}Name`]!.trim(), Relation: values[`Member${n}Relation`] || '', ...(certificate ? { CertNumber: certificate } : {}) }
    }),
  }
}
