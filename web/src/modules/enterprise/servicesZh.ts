/** Texts of the count of services in Chinese; servicesEn.ts has the same shape. */
export const servicesZh = {
  title: '服务家次', note: '一家企业、一个服务方、一个事项为一次；经企业确认才计入', list: '服务记录', counts: '统计', samples: '抽查', rule: '计数规则', record: '登记服务', importAction: '批量登记', search: '企业、代码或服务方',
  none: '还没有服务记录', noneNote: '服务方或主管部门登记后显示在这里。', all: '全部时间',
  field: { enterprise: '企业', code: '企业统一社会信用代码', provider: '服务方', providerCode: '服务方统一社会信用代码', providerName: '服务方名称', matter: '事项', about: '服务内容', started: '开始日期', ended: '结束日期', quarter: '年度或季度', state: '状态', counted: '计入', verdict: '抽查结果', district: '区市', industry: '行业', evidence: '佐证', origin: '来源', recorded: '登记', due: '确认期限', answered: '企业答复', rule: '规则版本', reason: '理由' },
  states: { waiting: '待确认', confirmed: '已确认', objected: '有异议', silent: '逾期未确认', withdrawn: '已撤回' },
  origins: { form: '填报', api: '接口', import: '批量登记', diagnosis: '诊断评审', agreement: '供需对接协议', opening: '场景开放' }, verdicts: { upheld: '属实', rejected: '不属实' },
  yes: '是', no: '否', counted: '已计入', notCounted: '未计入', duplicate: '与另一次服务相同，只计一次', openFirst: '查看该次服务', version: '第 {{n}} 版',
  less: '收起', more: '展开', definition: '第 {{version}} 版，自 {{day}} 起', definitionText: '一家企业（按统一社会信用代码）由一个服务方或市级服务就一个事项服务一次，有起止日期和佐证材料，并经被服务企业确认，计为一次。同一企业、服务方和事项开始日期相隔不足 {{window}} 天的为同一次。企业 {{answer}} 天内未答复的不计入并提醒，之后确认的仍计入。抽查不属实的不计入。供需对接协议完成时自动登记为服务方的一次服务：企业验收了最后一个里程碑即为确认，主管部门在争议中认定完成的仍须企业确认。开放的场景实施完成时同样登记，以企业的完成确认为准。', reviewsCount: '专家评审企业的数字化诊断计为市级服务，同样须经企业确认。', reviewsNot: '专家评审企业的数字化诊断不计为服务。',
  services: '服务家次', enterprises: '服务企业数', waiting: '待确认', silent: '逾期未确认', objected: '有异议', rejected: '抽查不属实', duplicates: '合并后重复', rate: '抽查差错率', rateNote: '95% 置信区间 {{low}}–{{high}}，核查 {{of}} 次', by: '统计维度', bys: { quarter: '季度', district: '区市', industry: '行业', provider: '服务方', matter: '事项' }, value: '名称', noCounts: '还没有计入的服务', chart: '服务家次：{{values}}',
  recordTitle: '登记服务', recordNote: '登记后请企业确认；确认后计入。', city: '市级服务（由主管部门提供）', other: '由服务方提供', who: '服务提供者', recordDone: '已登记，等待企业确认', attach: '上传佐证', attached: '已上传 {{n}} 个文件', missing: '请填写{{label}}', save: '登记', remove: '移除 {{name}}', aboutNote: '最多 500 字',
  confirm: '确认', confirmTitle: '确认接受了此次服务？', confirmNote: '确认后计入服务家次，不能撤销。', confirmed: '已确认', object: '提出异议', objectTitle: '对此次服务提出异议？', objectNote: '登记方会收到您的理由。', objectedDone: '已提出异议', withdraw: '撤回', withdrawTitle: '撤回此记录？', withdrawNote: '记录保留，不计入。', withdrawn: '已撤回', reason: '理由', cityName: '市级服务',
  importTitle: '批量登记服务', importNote: '先上传证明全部各行的佐证文件，再上传表格；检查通过后整体登记，有一行错误则全部不登记。', first: '第一步：佐证文件', second: '第二步：表格', evidenceReady: '佐证：{{name}}', template: '{{format}} 模板', drop: '点击或拖入 CSV 或 XLSX 文件', needEvidence: '请先上传佐证文件', busy: '正在处理', new: '可登记的服务', firstRows: '将登记的服务（前 20 项）', wrong: '错误', mend: '请改正以下各行后重新上传，未登记任何服务。', line: '行', column: '列', why: '原因', enter: '登记 {{n}} 项服务', done: '已登记 {{n}} 项服务，等待企业确认',
  draw: '抽取样本', drawNote: '按 SHA-256(种子、换行、编号) 由小到大取；种子和总体摘要留存，任何人可复核。', size: '样本量', seed: '随机种子（留空自动生成）', drawn: '抽取时间', population: '总体', sample: '样本', judged: '已核查', noSamples: '还没有抽查', sampleTitle: '服务抽查', digest: '总体摘要（SHA-256）', number: '序号', uphold: '属实', reject: '不属实', judgeTitle: '核查第 {{n}} 项', judgeNote: '不属实的退出计数，记录仍在名单中可见。', finding: '核查情况', auditEvidence: '核查佐证', judgedBy: '{{name}}，{{time}}', judgedDone: '已记录核查结果', seedShown: '种子',
  newRule: '修订规则', ruleDone: '新规则已生效', window: '同一次服务的间隔（天）', answer: '企业答复期限（天）', reviews: '诊断评审计为市级服务', ruleNote: '修订说明', ruleNoteWhat: '自修订时起登记的服务适用新规则；已登记的按登记时的规则。', before: '历次版本', since: '生效时间', setBy: '制定人', system: '随系统提供',
}

/** What the doors of services refuse with. */
export const servicesProblemsZh = {
  rule: '规则有误。', invalid: '服务信息不完整或有误。', state: '此状态的服务不能这样处理。', reason: '请说明理由。', twice: '与 {{day}} 开始的服务相隔不足 {{window}} 天，是同一次服务（{{id}}）。', evidence: '没有本机构上传的这份佐证。', by: '不能按此统计。', nothing: '此期间没有计入的服务。', sample: '无法抽取此样本。', own_audit: '登记人不能核查自己登记的服务。', unknown: '名录中没有已通过的企业 {{code}}。', not_registered: '服务方 {{code}} 未入驻为服务商，请先在“服务商”中入驻。', not_in_force: '服务方 {{code}} 不是有效的服务商（未通过、已暂停或已过期），不能登记服务。', no_code: '本机构未登记统一社会信用代码，请联系主管部门补充。', other_side: '由企业答复，由登记方撤回。', rows: '有 {{count}} 处错误，未登记任何服务。', period: '请填写年度或季度，例如 2026 或 2026Q4。',
}
