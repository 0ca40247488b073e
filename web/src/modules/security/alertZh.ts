/** What pages of alerts say in Chinese. */
export const zh = {
  alert: {
    title: '安全告警', note: '由检测规则在探针记录中发现；同一规则、同一对设备的发现合并为一条', one: '安全告警', rulesLink: '检测规则', search: '规则、地址、原因', empty: '没有告警', emptyNote: '探针上报的每条完整记录都会经过检测规则',
    missing: '请填写{{label}}', several: '多台', yes: '是', no: '否',
    field: {
      rule: '告警', enterprise: '企业', level: '级别', state: '状态', kind: '类型', technique: 'ATT&CK 技术', times: '次数', last: '最近出现', first: '首次出现', sensor: '探针', client: '请求方', server: '响应方', clientZone: '请求方区域', serverZone: '响应方区域', unit: '单元', reason: '理由', until: '压制到', incident: '安全事件', pack: '规则包', when: '时间', who: '操作人', pair: '请求方 → 响应方',
      function: '功能', protocol: '协议', objects: '对象', orientation: '方向依据',
    },
    figuresLink: '告警统计',
    figures: {
      title: '告警统计', note: '各企业开放给城市的探针有多少告警：只有数量，不含告警本身。斜线表示没有开放的探针，看不见，不等于没有。', ownNote: '这就是城市看到的本企业告警数量，只计开放给城市的探针。', unseen: '没有开放的探针', sensors: '{{n}} 个开放的探针', states: '近 30 天状态',
      stateOf: '新 {{fresh}} · 核查中 {{looking}} · 属实 {{real}} · 误报 {{mistaken}} · 压制或允许 {{other}}', search: '按企业名称查找', seen: '能否看见', open: '有开放的探针', empty: '还没有企业纳入态势', emptyNote: '登记资产、发生事件或开放探针后，企业会在十分钟内出现在这里。',
    },
    levels: { critical: '严重', high: '高', medium: '中', low: '低', informational: '提示' },
    states: { open: '未了结', new: '新', looking: '核查中', real: '属实', false_alarm: '误报', suppressed: '已压制', wanted: '需要的' },
    kinds: { event: '单个事件', sequence: '序列或频次', baseline: '偏离基线', intel: '命中情报', log: '其他传感器', health: '探针状态' },
    why: '为什么告警', matters: '为什么重要', do: '怎么办', falses: '容易混淆的正常情况', matched: '规则所见', evidence: '证据', noEvidence: '没有记录，或已超过保存期', related: '可能相关的告警', noRelated: '前后两小时内没有涉及相同设备的其他未了结告警', before: '此前的告警', beforeThis: '同一情况的安全事件已了结，此后又被发现', history: '处理记录', platform: '平台', around: '已向探针索取前后一分钟的往来', expired: '压制到期后仍有发现', about: '告警信息', exception: '异常应答：{{text}}', answer: '应答',
    orientations: { nothing: '推测', semantics: '报文语义', port: '端口', many_semantics: '多个报文的语义', handshake: '连接建立' },
    judge: '处理', judged: '已记录', submit: '确定', look: '开始核查', escalate: '转为安全事件', escalated: '已转为安全事件', include: '一并转为事件', summary: '{{count}} 条告警：', toIncident: '查看安全事件', quiet: '压制期内的发现只计数，到期后如仍出现则重新告警；最长 90 天。', falseNote: '24 小时内的相同发现并入此告警，之后重新告警。',
    rules: {
      title: '检测规则', note: '规则包 {{version}}，{{date}}；{{n}} 条规则', rule: '规则', off: '已停用', on: '启用中', switchOff: '停用', switchOn: '启用', reason: '理由', done: '已记录', state: '状态', search: '规则、技术、代号', byWhom: '{{name}}，{{time}}：{{reason}}', anyProtocol: '各协议', all: '全部级别', offNote: '停用只对本企业有效，停用期间的发现不产生告警。一人停用保持 7 天；期间另一位负责人也停用的，一直停用到重新启用。', alone: '一人停用，到 {{time}} 自动恢复', keepOff: '由第二人确认停用', none: '没有符合的规则',
    },
  },
}
