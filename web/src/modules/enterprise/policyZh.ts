/** Texts of policies in Chinese; policyEn.ts has the same shape. */
export const policyZh = {
  title: '惠企政策', note: '政策条件与企业档案逐条比对，只有企业自己和工信部门看得到比对结果。',
  tabs: { fits: '适合本企业', library: '政策库', applications: '申报', grants: '公示' },
  search: '名称、文号、发布机关或摘要', none: '没有政策', noneNote: '发布后显示在这里。', add: '新建政策', of: '企业', noEnterprise: '名录中没有本单位的企业', noEnterpriseNote: '登记企业并通过审核后，即可看到适合的政策。', toMine: '登记企业', noFits: '现在没有生效的政策',
  field: { title: '政策', number: '文号', issuer: '发布机关', level: '层级', kind: '类别', district: '区市', state: '状态', effective: '生效', from: '生效日期', until: '有效期至', opens: '申报开始', closes: '申报截止', amount: '最高金额（万元）', summary: '摘要', text: '正文', link: '原文链接', benefit: '支持内容', supersededBy: '替代它的政策编号', edition: '版本', published: '发布时间', when: '时间', enterprise: '企业', submitted: '提交时间', granted: '批准金额（万元）', paid: '已兑付（万元）', announced: '公示期', code: '统一社会信用代码', decided: '决定时间' },
  levels: { national: '国家', provincial: '省', city: '市', district: '区市' },
  kinds: { subsidy: '补助', award: '奖励', loan: '贷款贴息', tax: '税收', talent: '人才', space: '用地用房', other: '其他' },
  states: { draft: '草稿', published: '已发布', withdrawn: '已撤销' },
  whens: { valid: '生效中', open: '可申报', ended: '已失效' },
  outcomes: { met: '适合', unknown: '资料不足', unmet: '不符合' }, conditionOutcomes: { met: '符合', unknown: '无法判断', unmet: '不符合' }, lacks: '差什么', openNow: '可申报', closesAt: '{{time}} 截止', mostAmount: '最高 {{amount}} 万元', fitCounts: '适合 {{met}} 项，资料不足 {{unknown}} 项，不符合 {{unmet}} 项', fill: '补充企业档案', more: '查看',
  conditions: '申报条件', everybody: '没有条件', forms: { all: '须全部符合', any: '符合其一即可', not: '不得符合' }, has: '现为：{{has}}', fitOf: '与“{{name}}”的档案比对',
  reach: '适合的企业', reachNote: '按全市企业档案计算，仅工信部门可见。', met: '适合', unknown: '资料不足', unmet: '不符合', byDistrict: '按区市', lackMost: '最常缺少的条件', some: '适合的企业（前 50 家）', fieldName: '条件',
  apply: '申报', toApplication: '打开申报', publish: '发布', publishNote: '发布后企业即可看到，之后的修改形成新版本。', edit: '修改', withdraw: '撤销政策', withdrawNote: '撤销后不再适合任何企业，也不再接受申报。', discard: '删除草稿', discardNote: '草稿将被删除。', saved: '已保存', published: '已发布', withdrawn: '已撤销', editions: '历次版本', editionBy: '第 {{edition}} 版，{{by}}，{{time}}', announce: '公示', announceNote: '将公示此政策下全部已批准、未公示的申报。', announced: '已公示 {{n}} 项', days: '公示起止日期', official: '官方原文',
  form: { basics: '基本信息', conditions: '条件', conditionsNote: '条件可以分组，组内再分组：全部符合、符合其一、不得符合。', group: '条件组', groupAt: '条件组 {{at}}', conditionAt: '条件 {{at}}', addGroup: '添加条件组', addGroupAt: '在条件组 {{at}} 中添加条件组', addConditionAt: '在条件组 {{at}} 中添加条件', removeGroup: '删除条件组 {{at}}', incomplete: '请填写完整：条件 {{at}}', asJSON: '用 JSON 填写条件', json: '条件（JSON）', jsonWrong: '不是有效的 JSON', conditionField: '条件项', op: '比较', value: '数值', dayValue: '日期', values: '取值', addCondition: '添加条件', addQuestion: '添加问题', addPaper: '添加材料', questions: '申报表问题', papers: '申报材料', key: '编码', keyNote: '小写字母、数字和下划线', name: '名称', kind: '类型', required: '必填', remove: '删除', textKinds: { text: '文字', number: '数值', day: '日期' }, times: '北京时间' },
  stages: { draft: '草稿', submitted: '待审查', returned: '待补正', reviewed: '待审定', granted: '已批准', rejected: '未批准', withdrawn: '已撤回' },
  application: {
    title: '政策申报', profile: '企业档案（自动填写）', profileNote: '请核对。如有变化，先在企业登记中更新。提交时按此保存快照。', profileKept: '提交时的企业档案', toProfile: '更新企业登记', questions: '申报表', papers: '申报材料', upload: '上传', removeFile: '移除{{name}}', needed: '必填', save: '保存', saved: '已保存', lacking: '还缺：{{what}}', confirm: '我已核对企业档案，内容属实', submit: '提交申报', submitted: '已提交', withdraw: '撤回申报', withdrawNote: '撤回后可在截止前重新申报。', notMet: '现有档案不符合申报条件，不能提交', unsure: '档案资料不足以判断是否符合条件，可以提交，由工信部门核实', digest: '提交凭证（SHA-256）', supplement: '请在 {{time}} 前补正', reason: '意见',
    review: '审查', toDecide: '送审定', sendBack: '退回补正', note: '审查意见', noteReturn: '补正要求（企业可见）', untilDays: '补正期限（天）', decide: '审定', grant: '批准', reject: '不予批准', amount: '批准金额（万元）', why: '理由', advice: '审查意见', reviewer: '审查人', twoPersons: '审查和审定须由不同人员完成。', pay: '登记兑付', payments: '兑付记录', day: '日期', voucher: '凭证号', payAmount: '金额（万元）', steps: '办理过程', none: '没有申报', noneNote: '打开一项可申报的政策，点“申报”。', search: '企业或政策名称', outcome: '提交时与条件比对：{{outcome}}',
    kinds: { begun: '开始', filled: '填写', attached: '上传材料', detached: '移除材料', submitted: '提交', withdrawn: '撤回', returned: '退回补正', reviewed: '审查', granted: '批准', rejected: '不予批准', announced: '公示', paid: '兑付' },
  },
  grants: { none: '没有公示', noneNote: '批准的申报在公示期内显示在这里。', now: '正在公示', yes: '是' },
  figures: '政策要求的其他指标', figure: '指标', figureNote: '研发费用、知识产权、资产负债率等；公开范围与营业收入相同。', figureValue: '数值',
}

/** What the doors of policies refuse with. */
export const policyProblemsZh = {
  invalid: '政策填写不完整或有误。', withdrawn: '政策已撤销。', not_draft: '只有草稿可以发布。', not_published: '只有已发布的政策可以撤销。', kept: '已发布的政策只能撤销，不能删除。', not_own: '这不是本单位已通过审核的企业。', closed: '该政策现在不接受申报。', supplement_over: '补正期限已过。', final: '已提交的申报不能修改。', answers: '有答案填写有误。',
  incomplete: '还有 {{count}} 项未填写或缺少材料。', unmet: '企业不符合该政策的条件。', unconfirmed: '请先核对企业档案并确认。', applied: '该企业已有这项政策的申报。', decided: '申报已有决定。', not_submitted: '该申报不在待审查状态。', not_reviewed: '该申报不在待审定状态。', reason: '请说明理由。', until: '请给出补正期限。', two_persons: '审查人不能审定同一申报。', amount: '超过该政策的最高金额。', side: '该操作由另一方进行。',
  not_payable: '公示期结束后才能兑付。', overpaid: '兑付总额不能超过批准金额。', voucher: '该凭证已登记。', payment: '兑付填写不完整或有误。', announcement: '公示日期有误。', files_full: '一份申报最多 {{limit}} 个文件，包括已移除的。', paper: '该政策不要求这种材料。',
}

/** What is wrong with conditions. */
export const ruleProblemsZh = { large: '条件过长。', json: '不是有效的条件。', invalid: '条件填写不完整或有误。' }
