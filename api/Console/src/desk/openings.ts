import { checkCertificate } from '../shared/certificate'
import { Refused } from '../shared/http'
import type { Change } from './api'
import { changeOf, type Input, type Values } from './forms'
import { PROBLEMS } from './labels'

interface Opening { label: string; hint: string; inputs: (region: string) => Input[] }

export const isVillage = (region: string) => region.length === 12 && region.slice(9) !== '000'
const household: Input = { name: 'HouseholdCode', label: '农户', type: 'household' }
const opinion: Input = { name: 'Opinion', label: '情况说明', type: 'area' }
const choices = (codes: Record<string, string>) => Object.keys(codes).sort().map((code) => ({ code, label: codes[code]! }))

export const OPENINGS: Record<string, Opening> = {
  declare: {
    label: '代为申报',
    hint: '农户没有手机或不会填写的,由工作人员代为申报;须取得农户同意并签订授权承诺书。',
    inputs: (region) => [
      ...(isVillage(region) ? [] : [{ name: 'Village', label: '村', type: 'village' } as Input]),
      { name: 'ApplicantName', label: '姓名', type: 'text' },
      { name: 'ApplicantIdNumber', label: '身份证号', type: 'text', hint: '18 位' },
      { name: 'ApplicantPhone', label: '联系电话', type: 'text', hint: '11 位手机号' },
      { name: 'Address', label: '家庭住址', type: 'text' },
      { name: 'MemberCount', label: '家庭人数', type: 'number' },
      { name: 'ProblemType', label: '主要困难', type: 'choice', choices: choices(PROBLEMS) },
      { name: 'ProblemText', label: '情况说明', type: 'area' },
      { name: 'Authorized', label: '已签授权承诺书', type: 'yes' },
    ],
  },
  'report-risk': {
    label: '上报风险',
    hint: '走访排查等发现的风险,直接进入村核实。',
    inputs: () => [
      household,
      { name: 'RiskSource', label: '线索来源', type: 'choice', choices: choices({ '2': '干部走访排查', '3': '部门筛查预警', '4': '信访舆情等其他线索', '5': '集中排查' }) },
      opinion,
    ],
  },
  'open-measures': {
    label: '制定帮扶措施',
    hint: '监测对象的帮扶措施,由村提出、乡镇确认。系统会为新识别和导入的监测对象自动建立,这里可以提前发起。',
    inputs: () => [household],
  },
  'propose-elimination': {
    label: '提出风险消除',
    hint: '风险稳定消除的监测对象。',
    inputs: () => [household, { name: 'EliminationMode', label: '消除方式', type: 'choice', choices: choices({ '1': '帮扶消除', '2': '自然消除' }) }, opinion],
  },
}

export function openingOf(kind: string, inputs: Input[], values: Values, region: string): Change {
  if (kind !== 'declare') return changeOf(kind, inputs, values, [])
  const certificate = checkCertificate(values['ApplicantIdNumber'] || '')
  if (!certificate.right) throw new Refused(422, 'certificate', certificate.fault || '身份证号码应为 18 位。')
  const text = (name: string) => (values[name] || '').trim()
  return {
    kind,
    Village: isVillage(region) ? region : text('Village'),
    Declaration: {
      ApplicantName: text('ApplicantName'), ApplicantIdNumber: certificate.value, ApplicantPhone: text('ApplicantPhone'), IsSelf: false, Address: text('Address'),
      MemberCount: Number(text('MemberCount')), ProblemTypes: [text('ProblemType')], ProblemText: text('ProblemText'), Authorized: text('Authorized') === 'true',
    },
  }
}
