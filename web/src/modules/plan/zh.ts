/** Texts of this room in Chinese; en.ts has the same shape. */
export const zh = {
  board: {
    title: '计划看板', period: '{{from}} 至 {{to}}，已过 {{elapsed}}', choose: '选择计划', byAction: '按行动', asList: '列表', screen: '大屏', plans: '计划管理', workbook: '导出 Excel 工作簿', yaml: '导出 YAML',
    none: '还没有行动计划', noneNote: '从模板新建计划后，每个目标的实时进展显示在这里。', noneView: '主管部门新建计划后，您可以查看的目标显示在这里。', create: '新建计划', search: '目标名称、代码或责任部门', total: '目标总数',
    targets: '{{count}} 个目标', noTargets: '没有数字目标的措施：{{measures}}', all: '全部', nothing: '没有符合条件的目标', counted: '{{count}} 个', sources: '数据来源', measured: '实时测得 {{live}}，填报 {{reported}}，暂无数据 {{none}}',
  },
  status: { reached: '已达成', on_track: '正常', at_risk: '有风险', late: '滞后', missed: '未达成', not_measured: '暂无数据' },
  source: { live: '实时', reported: '填报', none: '无' },
  sourceNote: { live: '由其他系统实时测得', reported: '填报并经审核批准', none: '尚无数据' },
  kind: { live: '实时测得', reported: '人工填报' },
  direction: { at_least: '不少于', at_most: '不超过', more_than: '超过', about: '约', between: '介于', equal: '达到' },
  field: {
    target: '目标', code: '代码', value: '当前值', number: '数值', goal: '目标值', goalHigh: '目标上限', direction: '方向', unit: '单位', status: '状态', source: '来源', trend: '趋势', forecast: '期末预测', owner: '责任部门', ownerOrganisation: '责任机构',
    action: '行动', measure: '措施', period: '期限', formula: '计算公式', baseline: '基期值', kind: '取数方式', reason: '变更原因', sentence: '计划原文', progress: '进度', chance: '达成概率', validAt: '数据时间', knownAt: '生效时间',
    note: '说明', evidence: '证明材料', reporter: '填报人', reviewer: '审核人', approver: '批准人', state: '状态', due: '期限', plan: '计划', from: '开始日期', to: '结束日期', title: '名称', targets: '目标数', created: '创建时间', template: '模板',
    type: '类型', remindedBy: '提醒人', milestone: '里程碑', decision: '审批意见', step: '办理',
  },
  reason: {
    goal_met: '当前值已达到目标', period_over: '计划期已于 {{ended}} 结束，尚差 {{missing}}', not_begun: '计划期自 {{begins}} 开始', just_begun: '计划刚开始，暂按正常计', pace: '进度为应有进度的 {{ratio}}，此时应达到 {{expected}}', no_pace: '尚无法计算进度',
    forecast: '预计期末为 {{forecast}}，达成概率 {{chance}}', milestone_overdue: '里程碑“{{title}}”应于 {{due}} 完成', no_room: '尚无法测得：需要“{{room}}”系统（{{measure}}）', no_measure: '尚无法测得：“{{room}}”系统还没有指标 {{measure}}',
    no_data: '“{{room}}”系统还没有数据（{{measure}}）', unreadable: '指标 {{measure}} 读取失败', no_result: '公式没有结果', not_reported: '尚未填报',
  },
  forecast: {
    method: { theil_sen: '泰尔-森回归', none: '无' }, interval: '80% 区间 {{low}} 至 {{high}}', mape: '回测误差 {{mape}}', off: '误差 {{mape}}', naive: '（以最近值作预测为 {{naive}}）', horizon: '提前 {{days}} 天，{{trials}} 次回测', noError: '历史尚短，没有回测误差',
    short_history: '历史太短，不作预测：已有 {{points}} 个值、{{days}} 天，需要至少 {{points_needed}} 个值、{{days_needed}} 天', period_over: '计划期已结束，不作预测', short: '历史太短', over: '期已结束', basis: '依据 {{points}} 个值、{{days}} 天的历史',
  },
  target: {
    counted: '查看计入的内容',
    title: '目标', history: '历史数值', milestones: '里程碑', comments: '评论', changes: '变更记录', about: '目标信息', curve: '进展曲线', actual: '实际值', goalLine: '目标', goalOf: '目标值（{{direction}}）', forecastLine: '预测', band: '80% 区间', report: '填报数值', edit: '调整目标', remind: '提醒责任部门',
    noHistory: '还没有数值', noHistoryNote: '实时测得或批准填报后，每个值都记录在这里。', knownAt: '当时所知', knownAtNote: '只显示在此时刻之前已生效的值', required: '每天还需 {{value}}', expected: '此时应达到 {{value}}', asOf: '数据时间 {{time}}', standsIn: '暂由填报值代替：{{reason}}',
    noCurve: '有两个以上的值后显示曲线', reading: '{{measure}}：{{value}}', noChanges: '目标没有变更过', saved: '已保存', ownerNote: '该机构的人员可查看并填报此目标', formulaNote: '指标编号可做 + - * / 运算，可用 min、max、sum，例如 platforms.monitored', reasonNote: '与变更一起永久保存', chooseLive: '实时', chooseReported: '填报',
  },
  report: { title: '填报数值', valueOf: '{{title}}（{{unit}}）', submit: '提交审核', done: '已提交，等待审核', note: '数据出处，例如统计公报的名称和页码', drop: '点击或拖入证明文件（PDF、Office、图片、文本，20 MB 以内）', uploading: '正在上传', need: '请上传证明文件或写明数据出处', valueMissing: '请填写数值', dateMissing: '请填写数据时间', flow: '填报、审核、批准须由三个不同的人完成；批准后数值才生效。', removeFile: '移除 {{name}}' },
  state: { live: '实时', reported: '待审核', reviewed: '待批准', approved: '已生效', returned: '已退回' },
  values: {
    title: '填报与审批', note: '填报人、审核人、批准人须为三个不同的人', awaiting: '待办理', search: '目标、填报人或说明', none: '没有待办理的填报', noneNote: '在目标页面填报数值后，审核和批准在这里进行。', review: '审核通过', approve: '批准', return: '退回', reviewTitle: '审核通过此数值？', approveTitle: '批准此数值？批准后立即生效。',
    returnTitle: '退回此数值？', comment: '意见', commentNeeded: '退回须说明原因', done: '已办理', downloads: '下载 {{name}}', waitOther: '等待他人办理', noEvidence: '见说明',
  },
  milestone: { add: '添加里程碑', edit: '编辑里程碑', met: '已完成', overdue: '逾期', open: '未到期', done: '确认已完成', goalNote: '达到此值即视为完成；可不填', none: '没有里程碑', noneNote: '里程碑把目标分成几步，逾期的一步使目标不再“正常”。', remove: '删除此里程碑？', dueMissing: '请填写期限', titleMissing: '请填写名称' },
  remind: { title: '提醒责任部门', send: '发送提醒', note: '提醒内容', noteMissing: '请填写内容', due: '期限（可不填）', sent: '已提醒' },
  reminders: { title: '提醒', note: '逾期的里程碑、到期应填报的目标，以及发给责任部门的提醒', overdue_milestone: '里程碑逾期', not_reported: '到期未填报', reminder: '提醒', none: '没有待办事项', noneNote: '里程碑逾期、填报到期或有人提醒时显示在这里。', done: '已办', doneOk: '已办结', search: '目标、责任部门或内容', mine: '只看本机构', overdue: '已逾期' },
  plans: {
    title: '计划管理', create: '新建计划', edit: '编辑', none: '还没有计划', noneNote: '从模板新建，或导入导出过的 YAML。', fromTemplate: '从模板', fromYAML: '从 YAML', template: '模板', size: '{{actions}} 项行动、{{measures}} 条措施、{{targets}} 个目标', periodNote: '改变期限后，模板中的日期按比例移动', yamlNote: '粘贴导出的 YAML，或选择文件', chooseFile: '选择文件',
    yamlMissing: '请粘贴 YAML 或选择文件', created: '计划已创建', open: '打开看板', rules: '红绿灯规则', remove: '删除', removeTitle: '删除此演示计划？', removeNote: '计划及其全部数值将被删除。', periodMissing: '请填写起止日期', search: '计划名称', export: '导出', overNote: '此期限已经结束：看板只显示达成或未达成，不作预测。',
  },
  rules: {
    on_track_chance: '达成概率不低于此值为“正常”', at_risk_chance: '达成概率不低于此值为“有风险”，否则“滞后”', on_track_pace: '无预测时，进度不低于此值为“正常”', at_risk_pace: '无预测时，进度不低于此值为“有风险”', about_tolerance: '“约”的允许偏差', grace_days: '期初宽限天数',
    report_every_days: '填报周期（天）', exceeding_fails: '超过“约”或“介于”的上限视为未达成',
  },
  screen: {
    title: '大屏', exit: '退出大屏', full: '全屏', elapsed: '计划进度', reached: '已达成', onTrack: '正常', attention: '有风险或滞后', missed: '未达成', notMeasured: '暂无数据', of: '共 {{count}} 个目标', map: '各区市实时监测平台', monitored: '实时监测平台', key: '重点目标', updated: '更新于 {{time}}', lost: '连接中断，数据可能不是最新', noMap: '无平台查看权限', none: '还没有行动计划', noneNote: '新建计划后在此展示。',
  },
  room: { platforms: '平台监测', network: '网络', scenario: '赋能场景', identifier: '标识解析', apps: '工业 APP', enterprise: '企业综合服务', parks: '数字园区', atlas: '图谱' },
  unit: { yi: '亿' },
  problems: {
    formula: { syntax: '公式在第 {{position}} 个字符处有误。' },
    yaml: { unreadable: '这不是计划的 YAML：请以导出的文件为准。', too_large: 'YAML 过大。' },
    plan: { invalid: '计划不完整或有误。', period: '起止日期有误。', origin: '请选择模板或提供 YAML。', kept: '只有演示计划可以删除。', owner: '只有编制计划的机构可以修改。' },
    template: { unknown: '没有这个模板。' },
    target: { invalid: '目标不完整或有误。' },
    milestone: { invalid: '里程碑不完整或有误。', many: '一个目标最多 {{limit}} 个里程碑。' },
    reminder: { invalid: '提醒不完整或有误。' },
    value: { invalid: '此数值不能接受。', evidence: '填报须有证明文件或数据出处。', evidence_unknown: '证明文件不存在，请先上传。', person: '审核和批准须由人办理，令牌不可。', same_person: '填报、审核、批准须由三个不同的人完成。', state: '此数值的状态已改变，请重新加载。', reason: '退回须说明原因。' },
    evidence: { empty: '文件是空的。', type: '不接受这种文件（{{type}}）：请用 PDF、Office、图片或文本。' },
  },
}
