import { expect, it } from 'vitest'
import type { Case } from './api'
import { asked, changeOf, FORMS, missing, offered } from './forms'

const recognition = { case: { kind: 'recognition', step: '20' }, declaration: {}, fields: {}, objections: [] } as unknown as Case

it('asks for the risk only where the household fits', () => {
  const inputs = FORMS['judge']!.inputs(recognition)
  expect(asked(inputs, { Result: '2' }).map((i) => i.name)).toEqual(['Result', 'Opinion'])
  expect(asked(inputs, { Result: '1' }).map((i) => i.name)).toContain('RiskType1')
  expect(missing(inputs, { Result: '2', Opinion: '  ' })).toEqual(['意见'])
})

it('sends the judgement in the shape of the API, and nothing of answers that were taken back', () => {
  const inputs = FORMS['judge']!.inputs(recognition)
  const values = { Result: '1', Visitor1: ' 甲 ', Visitor2: '乙', MonitorCategory: '3', RiskType1: '01', RiskOtherRemark: '不再适用', ComputedPerCapita: '6100.5', AuthorizationSigned: 'true', Opinion: '符合' }
  expect(changeOf('judge', inputs, values, ['f'])).toEqual({
    kind: 'judge', Result: '1', Visitors: ['甲', '乙'], Fields: { MonitorCategory: '3', RiskType1: '01' }, ComputedPerCapita: 6100.5, AuthorizationSigned: true, Opinion: '符合', Attachments: ['f'],
  })
  expect(changeOf('judge', inputs, { ...values, Result: '2' }, [])).toEqual({ kind: 'judge', Result: '2', Opinion: '符合' })
})

it('answers an objection with its number and a truth value', () => {
  const of = { ...recognition, objections: [{ no: 1, text: '甲', answeredOn: '2026-11-01' }, { no: 2, text: '乙', answeredOn: null }] } as unknown as Case
  const inputs = FORMS['answer-objection']!.inputs(of)
  expect(inputs[0]!.choices!.map((c) => c.code)).toEqual(['2'])
  expect(changeOf('answer-objection', inputs, { No: '2', Upheld: 'false', Opinion: '不成立' }, [])).toEqual({ kind: 'answer-objection', No: 2, Upheld: false, Opinion: '不成立' })
})

it('lets only the town choose where a case goes back to', () => {
  const at = (step: string) => FORMS['return']!.inputs({ ...recognition, case: { ...recognition.case, step } } as Case).map((i) => i.name)
  expect(at('40')).toEqual(['To', 'Opinion'])
  expect(at('50')).toEqual(['Opinion'])
})

it('offers of the publicity only what comes next', () => {
  const actions = ['start-publicity', 'end-publicity', 'objection', 'answer-objection', 'look', 'attach-clue']
  const at = (review: object | null, objections: object[] = []) => offered({ ...recognition, actions, review, objections } as unknown as Case)
  expect(at(null)).toEqual(['start-publicity', 'attach-clue'])
  expect(at({ publicityTo: '2999-01-01', over: false })).toEqual(['objection', 'attach-clue'])
  expect(at({ publicityTo: '2020-01-01', over: false }, [{ answeredOn: null }])).toEqual(['answer-objection', 'objection', 'attach-clue'])
  expect(at({ publicityTo: '2020-01-01', over: true })).toEqual(['end-publicity', 'attach-clue'])
})

it('counts the days of publicity by the server, whatever the phone says', () => {
  const at = (daysLeft: number) => offered({ ...recognition, case: { kind: 'recognition', step: '30', dueOn: '2026-12-01', daysLeft }, actions: ['objection', 'end-publicity'], review: { publicityTo: '2026-11-30', over: false } } as unknown as Case)
  expect(at(1)).toEqual(['objection'])
  expect(at(0)).toEqual(['end-publicity', 'objection'])
})

it('makes measures of what was chosen, one after the other, and says what others mean', () => {
  const inputs = FORMS['propose-measures']!.inputs(recognition)
  expect(asked(inputs, {}).map((i) => i.name)).toEqual(['Item1'])
  expect(asked(inputs, { Item1: '0704', Item2: '0499' }).map((i) => i.name)).toEqual(['Item1', 'Item2', 'Remark2', 'Item3'])
  expect(missing(inputs, { Item1: '0704', Item2: '0499' })).toEqual(['其他说明'])
  expect(changeOf('propose-measures', inputs, { Item1: '0704', Item2: '0499', Remark2: '护路' }, [])).toEqual({
    kind: 'propose-measures', Measures: [{ Fields: { Category: '07', Item: '0704' } }, { Fields: { Category: '04', Item: '0499', OtherRemark: '护路' } }],
  })
})

it('offers of a plan what its measures allow', () => {
  const actions = ['propose-measures', 'start-measure', 'note-progress', 'end-measure']
  const at = (...states: string[]) => offered({ ...recognition, actions, plan: { measures: states.map((status, i) => ({ id: String(i), status, fields: { Item: '0704' } })) } } as unknown as Case)
  expect(at()).toEqual(['propose-measures'])
  expect(at('2', '3')).toEqual(['propose-measures', 'note-progress', 'end-measure'])
  expect(at('1')).toEqual(actions)
})

it('asks for the family only where the register does not know it, and sends whom it was told', () => {
  const unknown = { ...recognition, declaration: { memberCount: 3 } } as unknown as Case
  const inputs = FORMS['judge']!.inputs(unknown)
  expect(asked(inputs, { Result: '2' }).some((i) => /^Member/.test(i.name))).toBe(false)
  const values = { Result: '1', Member2Name: '李四', Member2Relation: '02', Member2Certificate: 'x', Member3Name: '' }
  expect(asked(inputs, values).map((i) => i.name).filter((n) => /^Member\d/.test(n))).toEqual(['Member2Name', 'Member2Relation', 'Member2Certificate', 'Member3Name'])
  expect(changeOf('judge', inputs, values, [])['Members']).toEqual([{ Name: '李四', Relation: '02', CertNumber: 'x' }])
  expect(FORMS['judge']!.inputs({ ...unknown, case: { ...unknown.case, household: 'H1' } } as Case).some((i) => /^Member/.test(i.name))).toBe(false)
})
