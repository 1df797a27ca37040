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
