import type { Case } from './api'
import type { Choice, Form, Input, Values } from './forms'

/** Codes of list MeasureItem, by category. */
const ITEMS: [string, string[]][] = [
  ['产业帮扶', ['0101 种植业奖补', '0102 养殖业奖补', '0103 林果业', '0104 加工业', '0105 乡村旅游', '0106 光伏帮扶', '0107 电商帮扶', '0108 资产收益分红', '0109 农业保险', '0110 技术指导', '0199 其他']],
  ['就业帮扶', ['0201 技能培训', '0202 劳务输出', '0203 外出务工补贴(交通补助)', '0204 帮扶车间', '0205 自主创业补贴', '0299 其他']],
  ['金融帮扶', ['0301 脱贫人口小额信贷', '0302 产业贷款贴息', '0303 防贫保险', '0399 其他']],
  ['公益岗位帮扶', ['0401 乡村公益性岗位', '0402 生态护林员', '0499 其他']],
  ['住房安全保障', ['0501 危房改造', '0502 租住/借住安全房', '0503 农房维修', '0599 其他']],
  ['饮水安全保障', ['0601 集中供水接入', '0602 饮水设施改造', '0699 其他']],
  ['健康帮扶', ['0701 参加城乡居民基本医疗保险个人缴费补贴', '0702 大病救治', '0703 慢病签约服务', '0704 医疗救助', '0705 大病保险', '0706 商业补充医疗保险', '0799 其他']],
  ['义务教育保障', ['0801 控辍保学', '0802 义务教育寄宿生活补助', '0803 送教上门', '0899 其他']],
  ['教育帮扶(其他)', ['0901 雨露计划', '0902 国家助学金', '0903 助学贷款', '0904 学前教育资助', '0905 学费减免', '0999 其他']],
  ['综合保障', ['1001 低保', '1002 特困供养', '1003 残疾人补贴', '1004 临时救助', '1005 城乡居民养老保险代缴', '1006 高龄/孤儿等福利', '1007 残疾人家庭无障碍改造', '1099 其他']],
  ['社会帮扶', ['1101 结对走访慰问', '1102 社会组织帮扶', '1103 企业帮扶', '1104 消费帮扶', '1199 其他']],
  ['搬迁', ['1201 易地搬迁后续扶持', '1299 其他']],
  ['生产生活条件改善', ['1301 户厕改造', '1302 入户路硬化', '1303 庭院/人居环境', '1399 其他']],
  ['基础设施建设', ['1401 村内道路', '1402 水利设施', '1403 电力通信', '1499 其他']],
]

export const MEASURE_STATES: Record<string, string> = { '0': '待乡镇确认', '1': '已制定', '2': '实施中', '3': '已完成', '4': '已终止' }

const CHOICES: Choice[] = ([] as Choice[]).concat(...ITEMS.map(([category, items]) => items.map((i) => ({ code: i.slice(0, 4), label: `${category}:${i.slice(5)}` }))))
const LABELS: Record<string, string> = {}
for (const c of CHOICES) LABELS[c.code] = c.label

export const itemText = (code: string | null | undefined): string => LABELS[code || ''] || code || '—'

/** As many measures as one proposal has; the next is asked for when one is chosen. */
const SLOTS = 8
const slots = Array.from({ length: SLOTS }, (_, i) => i + 1)

const proposed: Input[] = ([] as Input[]).concat(...slots.map((n): Input[] => [
  { name: `Item${n}`, label: `措施${n}`, type: 'choice', choices: CHOICES, optional: n > 1, part: true, when: n > 1 ? (v) => !!v[`Item${n - 1}`] : undefined },
  { name: `Remark${n}`, label: '其他说明', type: 'text', part: true, when: (v) => /99$/.test(v[`Item${n}`] || '') },
]))

const measuresOf = (values: Values) => ({
  Measures: slots.filter((n) => values[`Item${n}`] && (n === 1 || values[`Item${n - 1}`])).map((n) => {
    const item = values[`Item${n}`]!
    const remark = /99$/.test(item) ? (values[`Remark${n}`] || '').trim() : ''
    return { Fields: { Category: item.slice(0, 2), Item: item, ...(remark ? { OtherRemark: remark } : {}) } }
  }),
})

const standing = (of: Case, states: string) => (of.plan ? of.plan.measures.filter((m) => states.indexOf(m.status) >= 0) : [])
const measure = (of: Case, states: string): Input => {
  const choices = standing(of, states).map((m) => ({ code: m.id, label: itemText(m.fields['Item']) }))
  return { name: 'MeasureId', label: '措施', type: 'choice', choices, start: choices.length === 1 ? choices[0]!.code : '' }
}

/** W4 as the village meets it. */
export const measureForms = (today: (of: Case) => string): Record<string, Form> => ({
  'propose-measures': { label: '提出帮扶措施', inputs: () => proposed, shape: measuresOf },
  'start-measure': { label: '开始实施', fits: (of) => standing(of, '1').length > 0, inputs: (of) => [measure(of, '1'), { name: 'StartedOn', label: '开始日期', type: 'date', start: today(of) }] },
  'note-progress': { label: '登记进展', fits: (of) => standing(of, '12').length > 0, inputs: () => [{ name: 'Opinion', label: '本月进展', type: 'area' }] },
  'end-measure': {
    label: '措施结束',
    fits: (of) => standing(of, '12').length > 0,
    inputs: (of) => [
      measure(of, '12'),
      { name: 'Status', label: '结果', type: 'choice', choices: [{ code: '3', label: '已完成' }, { code: '4', label: '终止' }] },
      { name: 'EndedOn', label: '结束日期', type: 'date', start: today(of) },
      { name: 'Opinion', label: '成效或原因', type: 'area' },
    ],
  },
})
