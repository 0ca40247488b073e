/** What pages of incidents say in Chinese; incidentEn.ts has the same shape. */
export const zh = {
  incident: {
    title: '安全事件', note: '本单位的安全事件；主管部门可见，其他单位仅在获准参与后可见其承担部分', search: '编号、标题、经过、任务、证据等可见内容；多个词须同时出现', empty: '没有安全事件', emptyNote: '发现可疑情况时选择“报告事件”。', report: '报告事件', open: '立案', drillMark: '演练', noDrill: '没有正在进行的演练，请先组织演练', figures: '统计', list: '事件清单', all: '全部',
    levels: { l0: '未定级', l1: 'Ⅰ级 特别重大', l2: 'Ⅱ级 重大', l3: 'Ⅲ级 较大', l4: 'Ⅳ级 一般' },
    states: { new: '待研判', triaged: '研判中', confirmed: '已确认', rejected: '未认定', contained: '已遏制', eradicated: '已根除', recovered: '已恢复', closed: '已关闭', reviewed: '已复盘', merged: '已合并' },
    moves: { triaged: '受理研判', confirmed: '确认事件', rejected: '不予认定', contained: '标记遏制', eradicated: '标记根除', recovered: '标记恢复', closed: '关闭事件', reopen: '重新打开' },
    kinds: { cii: '关键信息基础设施运营者', central: '中央和国家机关及其直属单位', other: '其他运营者' },
    importances: { special: '特别重要', important: '重要', general: '一般' }, losses: { extreme: '特别严重', serious: '严重', large: '较大', small: '较小' }, harms: { extreme: '特别重大', major: '重大', large: '较大', ordinary: '一般' },
    resolutions: { false_positive: '误报', duplicate: '重复', test: '测试' }, upward: { none: '未上报', first: '已初报', follow_up: '已续报', final: '已终报', accepted: '主管部门已接收' }, stages: { first: '初报', follow_up: '续报', final: '终报', accepted: '接收确认' },
    field: {
      number: '编号', title: '标题', summary: '经过', enterprise: '单位', category: '类别', level: '级别', state: '状态', kind: '运营者类型', tlp: '知悉范围（TLP）', importance: '影响对象的重要程度', loss: '业务损失', harm: '社会危害', occurred: '发生时间', discovered: '发现时间', aware: '知悉时间', reported: '报告时间', received: '收到时间', due: '上报时限', upward: '上报', handler: '承办人', district: '区市', industry: '行业', drill: '所属演练', reason: '理由', at: '实际时间', response: '应急响应', organisation: '单位', year: '年份', real: '性质', late: '上报超时',
    },
    help: { few: '先填写这些即可报告，其余可随后补充。', aware: '法定时限自此刻起算', tlp: 'RED 与 AMBER+STRICT 仅限本单位与主管部门', kind: '决定法定上报时限', more: '补充定级要素与时间', drill: '选择该单位参加的、正在进行的演练；不计入统计，演练结束时一并了结', at: '不填为现在', final: '需先写明关闭结论', merge: '目标事件页面地址末尾的编号' },
    proposed: '建议 {{level}}', proposal: '建议级别', reasons: '依据', notConfirmed: '未确认', real: '真实事件', drill: '演练', saved: '已保存', sent: '已报告', done: '已办理', correct: '更正', correcting: '更正事件', isLate: '仅看超时',
    clocks: '时限', clock: { report: '向主管部门报告', pass_on: '转报上级', review: '复盘', summary: '总结报告' }, left: '剩余 {{time}}', overdue: '已超时 {{time}}', met: '{{time}} 已完成', metLate: '{{time}} 完成，超时', cancelled: '已终止', until: '截止 {{time}}', legal: '法定，不可延期', clockState: '状态',
    duty: '本级响应须 24 小时值守', responding: '应急响应 {{level}}', respond: '应急响应', respondEnd: '结束响应', relevel: '调整级别', relevelNote: '上调立即生效；下调须由另一人办理。', takeOver: '接手', takeOverNote: '说明进展和下一步', merge: '合并到', mergeId: '目标事件', takeApart: '拆分', mergedHere: '已合并到本事件', mergedInto: '已合并到另一事件',
    tabs: { course: '处置', timeline: '时间线', tasks: '任务', evidence: '证据', reports: '上报', guests: '协同单位', closing: '关闭与复盘', looks: '查看记录' },
    about: '事件概况', part: '本单位承担的部分', partUntil: '可查看至 {{time}}', more: '更多操作',
    timeline: {
      none: '还没有记录', search: '内容或记录人', write: '添加记录', text: '发生了什么', time: '时间', what: '内容', by: '记录人', kind: '类型', written: '{{time}} 补记',
      kinds: { state: '状态', level: '级别', task: '任务', report: '上报', guest: '协同', note: '记录', evidence: '证据', response: '响应', handler: '承办', merge: '合并', closing: '结论', review: '复盘', correction: '更正', clock: '时限' },
      values: { open: '待办', done: '完成', not_applicable: '不适用', in: '获准参与', out: '结束参与', taken: '登记', held: '保全', released: '解除保全', discarded: '停止提供', half: '时限过半', over: '时限已过', escalated: '超时督办' },
    },
    tasks: { none: '还没有任务', noneNote: '选择预案生成任务，或手工添加。', playbook: '选用预案', choose: '预案', suggested: '适用于本类别', give: '添加任务', title: '任务', what: '要求', where: '承担单位', whoDoes: '经办人', due: '期限', done: '完成标准', evidence: '需留证据', finish: '完成', notApplicable: '不适用', note: '办理情况或理由', owner: '事发单位', city: '主管部门', assign: '调整', states: { open: '待办', done: '已完成', not_applicable: '不适用' }, given: '任务已下达', steps: '{{count}} 步', late: '逾期' },
    evidence: { none: '还没有证据', noneNote: '文件登记时计算 SHA-256 和 SM3，监管链只增不改。', add: '登记证据', what: '说明与来源', file: '选择文件', malicious: '恶意文件', sealed: '已加密', maliciousNote: '加密保存，不打开、不预览，仅可下载原文件', name: '文件', size: '大小', by: '登记人', hold: '保全', unhold: '解除保全', discard: '停止提供', discarded: '已停止提供', custody: '监管链', custodyNone: '没有记录', bundle: '导出证据包', stixNote: 'STIX 2.1 格式，供其他系统读取', bundleNote: '用 sha256sum -c SHA256SUMS 或 cksum -a sm3 -c SM3SUMS 核验', hands: { taken: '登记', read: '下载', exported: '导出', held: '保全', released: '解除保全', discarded: '停止提供', checked: '核验' } },
    reports: { none: '还没有上报记录', noneNote: '平台不自动发送；请经规定渠道报送后在此登记。', facts: '报告内容', factsNote: '标“初报”的先写，其余及时补报', first: '初报', missing: '未写：{{list}}', complete: '内容完整', record: '登记上报', stage: '阶段', authority: '报送对象', channel: '渠道', reporter: '报送人', sentAt: '报送时间', receipt: '回执', text: '报送内容', draft: '打印', copy: '取用文稿', by: '登记 {{name}}', passOn: '转报', own: '单位上报', save: '保存内容' },
    guests: { none: '没有其他单位参与', noneNote: '其他单位默认不可见。', letIn: '允许单位参与', organisation: '单位', part: '承担的部分（该单位可见）', reason: '理由（该单位不可见）', until: '至', end: '结束', ended: '已结束', by: '批准人' },
    closing: { write: '填写关闭结论', cause: '原因', impact: '影响', measures: '措施', assets: '受影响资产', residual: '残余风险', none: '关闭前须写明原因、影响、措施、受影响资产和残余风险', four: '较大及以上事件由承办人和填写人以外的人员关闭', review: '复盘', detected: '由什么发现', should: '本应由什么发现', lessons: '经验教训', actions: '整改措施', action: '措施', responsible: '责任人', due: '期限', addAction: '添加措施', finish: '完成', remove: '移除', states: { open: '进行中', done: '已完成' }, noReview: '关闭后 10 个工作日内复盘' },
    looks: { none: '没有外单位查看', search: '查看人或机构', at: '最近一次', who: '查看人', way: '方式', times: '次数', ways: { list: '列表', page: '详情', evidence: '证据', report: '报告文稿', bundle: '证据包', stix: 'STIX' } },
    figure: { open: '处置中', incidents: '事件', rejected: '未认定', reopened: '重新打开', onTime: '按时上报', triage: '研判用时', contain: '遏制用时', recover: '恢复用时', close: '关闭用时', median: '中位数', p90: 'P90', p99: 'P99', count: '起数', step: '环节', own: '本单位', city: '全市', districts: '按区市', industries: '按行业', few: '全市数据涉及不足 {{n}} 家单位，不显示', note: '演练、误报与合并的事件不计入', byLevel: '处置中（按级别）', level: '级别', none: '暂无数据', unsaid: '另有 {{n}} 起事件的单位未在资产台账中填写所属行业。', organisations: '单位数' },
    needReason: '请填写理由', missing: '请填写{{label}}', minutes: '{{n}} 分钟', hours: '{{n}} 小时', days: '{{n}} 天', english: '英文', words: '说明',
  },
  problems: {
    incident: {
      invalid: '事件内容不完整或有误。', tlp: '只有立案一方可以放宽知悉范围。', kind: '级别确认后不能更改运营者类型。', aware: '级别确认后不能更改知悉时间。', state: '当前状态不能这样处理。', reason: '请说明理由。', side: '由另一方处理。', at: '时间有误。', resolution: '请选择不予认定的原因。', level: '请选择级别。', closing: '请先写明原因、影响、措施、受影响资产和残余风险。', four_eyes: '须由承办人和结论填写人以外的人员关闭。', lower: '下调级别须由另一人办理。', response: '该响应级别已在执行。', handler: '已由您承办。', merge: '不能合并到该事件。', conclusion: '关闭结论不完整。', review: '复盘内容不完整。', may: '需要权限：{{permission}}。', own: '企业只报告本单位的事件；其他事件和演练由主管部门立案。', organisation: '请选择事发单位。', note: '记录内容或时间有误。', item: '报告没有这一项。', many: '数量已达上限。', outcome: '请说明办理情况。', task_over: '任务已办结。', task: '任务不能这样下达。', playbook: '没有这个预案。', playbook_twice: '该预案的任务已下达。', report: '上报记录不完整或有误。', stage: '须先初报，再续报、终报，最后登记接收。', final: '终报须写全各项，尚缺：{{missing}}。', pass_on: '主管部门只转报重大及以上事件；较轻的由企业上报。', guest: '不能这样允许该单位参与。', guest_over: '该单位的参与已结束。', tlp_closed: '{{tlp}} 仅限本单位，不能允许其他单位参与。', evidence: '证据内容有误。', stix_red: 'TLP:RED 的事件只有立案一方可以导出 STIX。', evidence_changed: '证据内容与登记时不一致。', discarded: '该证据已停止提供，散列值和监管链仍保留。', hold_same: '已是该状态。', held: '证据已保全或已停止提供。', action: '整改措施不完整。', paper: '没有这种文稿。',
    },
    clock: { not_running: '该时限已不再计时。', legal: '法定时限不能延期。', not_later: '请选择更晚的时间。' },
  },
}
