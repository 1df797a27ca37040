import { dayAfter, today } from '../shared/days'
import type { Case, Change } from './api'
import { familyInputs, familyOf } from './family'
import { measureForms } from './measures'

export interface Choice { code: string; label: string }

export interface Input {
  name: string
  label: string
  type: 'text' | 'area' | 'number' | 'date' | 'choice' | 'yes' | 'household' | 'village'
  choices?: Choice[]
  optional?: boolean
  start?: string
  hint?: string
  /** Member of RiskEpisode, sent below Fields. */
  field?: boolean
  /** Of what the form's shape makes; not sent by itself. */
  part?: boolean
  /** Asked only where the other answers make it meaningful. */
  when?: (values: Values) => boolean
}

export type Values = Record<string, string>

export interface Form {
  label: string
  danger?: boolean
  /** Pressed after a question instead of a form. */
  sure?: string
  /** Whether it makes sense on this case; the API says by step only who may try. */
  fits?: (of: Case) => boolean
  inputs: (of: Case) => Input[]
  /** Members of the change that are made of several answers. */
  shape?: (values: Values) => Record<string, unknown>
}

const list = (...pairs: string[]): Choice[] => pairs.map((p) => ({ code: p.slice(0, p.indexOf(' ')), label: p.slice(p.indexOf(' ') + 1) }))

const RISKS = list('01 因病', '02 因残', '03 因学', '04 因自然灾害', '05 因意外事故', '06 因产业项目失败', '07 因务工就业不稳', '08 缺劳动力', '09 因住房出现安全问题', '10 因饮水出现安全问题', '99 其他')
const SOURCES = list('2 干部走访排查', '3 部门筛查预警', '4 信访舆情等其他线索', '5 集中排查')
const YES_NO = list('0 否', '1 是')

const opinion = (optional = false): Input => ({ name: 'Opinion', label: '意见', type: 'area', optional })
const fits = (v: Values) => v['Result'] === '1'
const yesNo = (name: string, label: string, when?: Input['when']): Input => ({ name, label, type: 'choice', choices: YES_NO, field: true, when })

function judgeRecognition(of: Case): Input[] {
  const results = list('1 符合,建议纳入', '2 不符合', ...(of.declaration ? ['3 需补充材料(退回申报人)'] : []), '4 已是监测对象', '5 已享政策风险可控')
  const had = of.fields
  return [
    { name: 'Result', label: '核查结论', type: 'choice', choices: results },
    { name: 'Visitor1', label: '入户人员一', type: 'text', when: fits },
    { name: 'Visitor2', label: '入户人员二', type: 'text', when: fits },
    { name: 'MonitorCategory', label: '监测类别', type: 'choice', choices: list('1 脱贫不稳定户', '2 边缘易致贫户', '3 突发严重困难户'), field: true, when: fits, start: had['MonitorCategory'] },
    { name: 'RiskType1', label: '主要风险', type: 'choice', choices: RISKS, field: true, when: fits, start: had['RiskType1'] },
    { name: 'RiskType2', label: '其他风险', type: 'choice', choices: RISKS, field: true, optional: true, when: fits, start: had['RiskType2'] },
    { name: 'RiskOtherRemark', label: '风险备注', type: 'text', field: true, when: (v) => fits(v) && (v['RiskType1'] === '99' || v['RiskType2'] === '99'), start: had['RiskOtherRemark'] },
    yesNo('IdDropout', '失学辍学', fits), yesNo('IdHousingUnsafe', '住房有安全问题', fits), yesNo('IdWaterUnsafe', '饮水有安全问题', fits), yesNo('IdUninsured', '有人未参医保', fits),
    { name: 'ComputedPerCapita', label: '人均纯收入', type: 'number', hint: '核算的家庭人均纯收入(元)', when: fits },
    { name: 'AuthorizationSigned', label: '已签授权承诺书', type: 'yes', when: fits },
    ...familyInputs(of, fits),
    opinion(),
  ]
}

function judgeElimination(of: Case): Input[] {
  const natural = of.fields['EliminationMode'] === '2'
  const securities = [yesNo('ElDropout', '失学辍学', fits), yesNo('ElHousingDamaged', '住房损毁', fits), yesNo('ElWaterDamaged', '饮水设施损毁', fits), yesNo('ElUninsured', '有人未参医保', fits)]
  const reason: Input = { name: 'NaturalReason', label: '自然消除原因', type: 'choice', choices: list('1 整户死亡', '2 整户迁出', '3 整户识别错误', '4 转为城镇户籍', '9 其他'), field: true, when: fits }
  return [
    { name: 'Result', label: '核查结论', type: 'choice', choices: list('1 符合,建议消除', '2 不符合') },
    { name: 'Visitor1', label: '入户人员一', type: 'text', when: fits },
    { name: 'Visitor2', label: '入户人员二', type: 'text', when: fits },
    ...(natural ? [reason] : [...securities, { name: 'ElNetPerCapita', label: '人均纯收入', type: 'number', field: true, when: fits, hint: '消除后家庭人均纯收入(元)' } as Input]),
    opinion(),
  ]
}

/** The server's day where it can be told from the case: an old phone's clock may be anything. */
const todayOf = (of: Case): string => (of.case.dueOn && typeof of.case.daysLeft === 'number' ? dayAfter(of.case.dueOn, -of.case.daysLeft) : today())

const unanswered = (of: Case) => of.objections.filter((o) => !o.answeredOn)

/** The actions as officers meet them; what the API allows now decides which are shown. */
export const FORMS: Record<string, Form> = {
  accept: { label: '受理', sure: '受理后开始入户核实,确定受理吗?', inputs: () => [] },
  judge: { label: '填写核实结论', inputs: (of) => (of.case.kind === 'elimination' ? judgeElimination(of) : judgeRecognition(of)), shape: familyOf },
  'link-household': { label: '关联已有农户', inputs: () => [{ name: 'HouseholdCode', label: '农户', type: 'household' }] },
  'start-publicity': {
    label: '评议并开始公示',
    fits: (of) => !of.review,
    inputs: (of) => [{ name: 'ReviewedOn', label: '评议日期', type: 'date', start: todayOf(of) }, { name: 'ReviewAttendance', label: '参会人数', type: 'number' }, opinion(true)],
  },
  'end-publicity': { label: '公示期满上报', sure: '确定上报乡镇吗?', fits: (of) => !!of.review && !unanswered(of).length && of.review.publicityTo < todayOf(of), inputs: () => [] },
  objection: { label: '登记异议', fits: (of) => !!of.review && !of.review.over, inputs: () => [{ name: 'Text', label: '异议内容', type: 'area' }] },
  'answer-objection': {
    label: '答复异议',
    fits: (of) => unanswered(of).length > 0,
    inputs: (of) => [
      { name: 'No', label: '异议', type: 'choice', choices: unanswered(of).map((o) => ({ code: String(o.no), label: `${o.no}. ${o.text.slice(0, 20)}` })), start: String(unanswered(of)[0]?.no || '') },
      { name: 'Upheld', label: '是否成立', type: 'choice', choices: [{ code: 'false', label: '不成立,继续公示' }, { code: 'true', label: '成立,不予纳入' }] },
      opinion(),
    ],
  },
  approve: {
    label: '通过',
    inputs: (of) => (of.case.step === '50' ? [{ name: 'DeptCompareText', label: '部门比对结果', type: 'area' }, opinion(true)] : [opinion(true)]),
  },
  return: {
    label: '退回',
    inputs: (of) => (of.case.step === '40' ? [{ name: 'To', label: '退回到', type: 'choice', choices: list('30 村评议公示', '20 村核实'), start: '30' }, opinion()] : [opinion()]),
  },
  reject: { label: '不予纳入', danger: true, inputs: () => [opinion()] },
  'confirm-national': { label: '确认已录入国家系统', inputs: () => [{ name: 'NationalHouseholdCode', label: '国家户编号', type: 'text', optional: true }] },
  'close-warning': {
    label: '预警核查结论',
    inputs: () => [{ name: 'Result', label: '核查结论', type: 'choice', choices: list('1 存在风险(转纳入流程)', '2 不符合(信息有误)', '4 已是监测对象', '5 已享政策风险可控') }, opinion()],
  },
  ...measureForms(todayOf),
  resubmit: { label: '代为补正', inputs: () => [{ name: 'ProblemText', label: '补充说明', type: 'area' }] },
  withdraw: { label: '撤回', danger: true, sure: '确定撤回吗?', inputs: () => [] },
  appeal: { label: '代为申诉', inputs: () => [opinion()] },
  urge: { label: '催办', sure: '催办会通知当前办理人,确定催办吗?', inputs: () => [] },
  'attach-clue': { label: '补充线索', inputs: () => [{ name: 'RiskSource', label: '线索来源', type: 'choice', choices: SOURCES }, { name: 'Text', label: '线索内容', type: 'area' }] },
}

/** What brings a case onwards; everything else stands behind it. */
export const MAIN = ['accept', 'judge', 'answer-objection', 'start-publicity', 'end-publicity', 'approve', 'close-warning', 'confirm-national', 'propose-measures', 'start-measure', 'note-progress', 'end-measure']

/** What of the allowed actions is offered, in the order of the buttons. */
export function offered(of: Case): string[] {
  const fitting = of.actions.filter((kind) => FORMS[kind] && (!FORMS[kind]!.fits || FORMS[kind]!.fits!(of)))
  return [...fitting.filter((kind) => MAIN.indexOf(kind) >= 0), ...fitting.filter((kind) => MAIN.indexOf(kind) < 0)]
}

export const asked = (inputs: Input[], values: Values): Input[] => inputs.filter((i) => !i.when || i.when(values))

/** Labels of what is still empty and must not be. */
export const missing = (inputs: Input[], values: Values): string[] =>
  asked(inputs, values).filter((i) => !i.optional && !(values[i.name] || '').trim()).map((i) => i.label)

export function changeOf(kind: string, inputs: Input[], values: Values, attachments: string[]): Change {
  const change: Change = { kind }
  const fields: Record<string, string> = {}
  const visitors: string[] = []
  for (const input of asked(inputs, values)) {
    const value = (values[input.name] || '').trim()
    if (!value || input.part) continue
    if (input.field) fields[input.name] = value
    else if (/^Visitor\d$/.test(input.name)) visitors.push(value)
    else change[input.name] = input.type === 'number' || input.name === 'No' ? Number(value) : input.type === 'yes' || input.name === 'Upheld' ? value === 'true' : value
  }
  const shape = FORMS[kind] && FORMS[kind]!.shape
  if (shape) Object.assign(change, shape(values))
  if (visitors.length) change['Visitors'] = visitors
  if (Object.keys(fields).length) change['Fields'] = fields
  if (attachments.length) change['Attachments'] = attachments
  return change
}
