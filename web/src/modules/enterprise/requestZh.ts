/** Texts of requests about entries in Chinese; requestEn.ts has the same shape. */
export const requestZh = {
  title: '更正与删除', note: '企业请求主管部门更正或删除本企业的登记；自提出之日起 15 天内答复', ask: '请求更正或删除', asked: '已提交，主管部门将在 15 天内答复', kind: '请求', kinds: { correction: '更正登记', deletion: '删除登记' }, filed: '提出时间', due: '处理期限', overdue: '已超期', filedBy: '提出人', decided: '处理时间', decidedBy: '处理人', text: '理由', textHow: '为什么，以及以什么为准，例如营业执照', answer: '答复', search: '名称或统一社会信用代码', empty: '没有请求', emptyNote: '在企业登记页面提出。', more: '查看登记',
  states: { open: '待处理', done: '已照办', refused: '未同意', withdrawn: '已撤回' },
  fields: { code: '统一社会信用代码', name_zh: '企业名称（中文）', name_en: '企业名称（英文）', district: '区市', industry: '行业', size: '企业规模', address: '地址', founded_on: '成立日期', capital: '注册资本（万元）', website: '网址', description: '简介' },
  changes: '请求更正的内容', field: '字段', before: '更正前', now: '现在', after: '更正为', keepNote: '其他字段由本企业自行编辑；代码只能由主管部门更正。', otherNote: '改动需要更正的字段，其余保持原样。认领登记后可自行编辑。', goes: '删除登记及其信息、联系人、佐证文件、诊断、未达成协议的需求和未决定的申请。他人的记录、已决定的政策申请和计入统计的服务保留，仅留企业名称、代码、区市和行业。进行中的协议、申请和有效的服务商登记须先办结。',
  removed: '已删除', kept: '保留', why: '保留的原因', number: '数量',
  parts: { profile: '登记信息', contacts: '联系人', evidence: '资质佐证文件', merged: '并入的登记', diagnoses: '诊断', needs: '未达成协议的需求', applications: '未决定的政策申请', results: '梯度培育结果', proofs: '梯度培育佐证材料', provider: '服务商登记', services: '服务记录', agreements: '供需协议', decisions: '已决定的政策申请', offers: '已提交方案的服务商登记', landed: '落地记录' },
  whys: { services: '服务商的记录，计入全市服务家次并接受抽查', agreements: '也是服务商的记录', decisions: '财政资金的审批和兑付记录', offers: '企业的选择和评价以其方案为依据', landed: '主管部门的记录，计入全市引进企业数' },
  accept: '照办', refuse: '不同意', acceptTitle: { correction: '按请求更正登记？', deletion: '按请求删除登记？' }, acceptNote: { correction: '全部更正立即生效，更正前的内容保留在登记历史中。', deletion: '删除后不能恢复。须保留的内容会在答复中列明。' }, refuseTitle: '不同意此请求？', refuseNote: '登记不变；企业将收到您的答复。', reason: '理由，企业会看到', done: '已处理', withdraw: '撤回', withdrawTitle: '撤回此请求？', withdrawn: '已撤回', submit: '提交请求',
}

export const requestProblemsZh = { not_yours: '由企业自己提出：维护此登记，或以此代码注册。', reason: '请说明理由。', open: '本机构对此登记已有待处理的请求。', twice: '每个字段只填一次。', nothing: '登记内容已是如此。', decided: '此请求已处理或撤回。', gone: '此登记已不在名录中。', running: '企业有进行中的协议、申请或有效的服务商登记；请先办结，或不同意此请求。' }
