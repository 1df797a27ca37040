/** Codes of list ApplicantProblem. */
export const PROBLEMS: Record<string, string> = {
  '01': '大病或慢病支出大', '02': '残疾', '03': '上学负担', '04': '自然灾害', '05': '意外事故', '06': '产业失败', '07': '失业或务工不稳', '08': '缺劳动力', '09': '住房不安全', '10': '饮水不安全', '99': '其他',
}

const RISKS: Record<string, string> = {
  '01': '因病', '02': '因残', '03': '因学', '04': '因自然灾害', '05': '因意外事故', '06': '因产业项目失败', '07': '因务工就业不稳', '08': '缺劳动力', '09': '因住房出现安全问题', '10': '因饮水出现安全问题', '99': '其他',
}
const YES_NO: Record<string, string> = { '0': '否', '1': '是' }

export const FIELD_LABELS: Record<string, string> = {
  MonitorCategory: '监测类别', RiskType1: '主要风险', RiskType2: '其他风险', RiskOtherRemark: '风险备注',
  IdDropout: '失学辍学', IdHousingUnsafe: '住房不安全', IdWaterUnsafe: '饮水不安全', IdUninsured: '有人未参保',
  EliminationMode: '消除方式', NaturalReason: '消除原因', ElDropout: '失学辍学', ElHousingDamaged: '住房损毁', ElWaterDamaged: '饮水损毁', ElUninsured: '有人未参保', ElNetPerCapita: '人均纯收入',
}

/** Codes of list Relation. */
export const RELATIONS: Record<string, string> = {
  '01': '户主', '02': '配偶', '03': '之子', '04': '之女', '05': '之儿媳', '06': '之女婿', '07': '之孙子', '08': '之孙女', '09': '之外孙子', '10': '之外孙女', '11': '之父', '12': '之母', '13': '之岳父', '14': '之岳母',
  '15': '之公公', '16': '之婆婆', '17': '之祖父', '18': '之祖母', '19': '之外祖父', '20': '之外祖母', '21': '之兄弟姐妹', '22': '之兄弟媳妇', '23': '之叔伯', '24': '之侄儿', '25': '之侄女', '26': '之曾孙子', '27': '之曾孙女', '99': '其他',
}

/** Codes of list VisitType. */
export const VISIT_TYPES: Record<string, string> = { '1': '日常走访', '2': '集中排查', '3': '回访', '4': '政策宣传' }

const TEXTS: Record<string, Record<string, string>> = {
  HouseholdType: { '1': '脱贫户', '2': '一般农户' }, Relation: RELATIONS,
  MonitorCategory: { '1': '脱贫不稳定户', '2': '边缘易致贫户', '3': '突发严重困难户' }, RiskType1: RISKS, RiskType2: RISKS,
  EliminationMode: { '1': '帮扶消除', '2': '自然消除' }, NaturalReason: { '1': '整户死亡', '2': '整户迁出', '3': '整户识别错误', '4': '转为城镇户籍', '9': '其他' },
  IdDropout: YES_NO, IdHousingUnsafe: YES_NO, IdWaterUnsafe: YES_NO, IdUninsured: YES_NO, ElDropout: YES_NO, ElHousingDamaged: YES_NO, ElWaterDamaged: YES_NO, ElUninsured: YES_NO,
}

export const fieldText = (field: string, code: string): string => TEXTS[field]?.[code] || code

/** 202611 as 2026年11月. */
export const monthText = (month: unknown): string => String(month ?? '').replace(/^(\d{4})(\d{2})$/, (_, year: string, of: string) => `${year}年${Number(of)}月`)
