/** Texts of the system's pages, in Chinese; en.ts has the same shape. */
export const zh = {
  saved: '已保存', removed: '已删除', edit: '编辑', remove: '删除', close: '关闭', missing: '请填写{{label}}',
  field: {
    name: '名称', kind: '类别', parent: '上级机构', uscc: '统一社会信用代码', district: '区市', actions: '操作', person: '姓名', login: '登录名', email: '邮箱', language: '语言', password: '密码', state: '状态',
    memberships: '所属机构与角色', organisation: '机构', role: '角色', permission: '权限', permissions: '权限', expires: '到期时间', lastUsed: '最近使用', time: '时间', actor: '操作者', action: '操作', object: '对象',
    outcome: '结果', ip: '来源地址', seq: '序号', detail: '说明', request: '请求编号', hash: '摘要', measure: '指标', value: '当前值', at: '截至', counts: '口径',
  },
  kind: { bureau: '主管部门', enterprise: '企业', operator: '平台运营单位', provider: '服务商', node: '标识节点运营单位', park: '园区', responder: '安全响应单位' },
  role: { administrator: '系统管理员', security_administrator: '安全管理员', officer: '主管人员', leader: '领导', auditor: '审计员', manager: '机构管理员', reporter: '填报员', viewer: '查看者' },
  organisations: {
    title: '机构', note: '机构按树形组织；每个机构只能看到自己及下级的数据，主管部门可看到全市数据。', add: '新建机构', edit: '编辑机构', search: '名称或统一社会信用代码',
    usccNote: '18 位，选填（GB 32100-2015）', districtNote: '六位行政区划代码，选填（GB/T 2260）', removeTitle: '删除此演示机构？',
  },
  persons: {
    title: '人员', note: '可登录的人员及其在各机构的角色。', add: '新建人员', edit: '编辑人员', search: '姓名、登录名或邮箱', active: '可登录', disabled: '已停用', disabledField: '停用（不能登录）', passwordNote: '至少 {{min}} 个字符，且不含登录名',
    reset: '重设密码', resetTitle: '重设“{{name}}”的密码', resetNote: '此人的全部登录将失效。请将新密码告知本人，并请其登录后修改。', addMembership: '添加机构与角色', dropMembership: '移除此机构与角色',
  },
  roles: { title: '角色与权限', note: '权限由各系统声明，角色是权限的集合。', bureauOnly: '仅主管部门', any: '各类机构', holds: '拥有' },
  duties: {
    title: '三员分立', note: '系统管理员、安全管理员、审计员互相制约，一人在全市只能担任其中一员。', appoint: '去任命', and: '、', vacant: '尚未任命：{{roles}}', vacantNote: '在任命之前，由系统管理员暂代其权限；任命后暂代立即结束。请在“人员”中为另外的人添加相应角色。',
    conflict: '以下人员兼任多员，请调整：{{names}}', separate: '三员均已任命，且无人兼任。', standIn: '系统管理员暂代', named: '已任命', nobody: '尚未任命',
    does: { administrator: '负责运行与配置：机构、平台、备份、监测。不能授权，不能查看审计日志。', security_administrator: '负责授权：人员与角色、密钥、共享规则、设备证书。不能操作业务，不能查看审计日志。', auditor: '查看、导出和校验审计日志。不能更改其他任何内容。' },
  },
  tokens: {
    title: '访问令牌', note: '程序以令牌调用接口，权限不超过令牌所列，也不超过签发人本人。', add: '签发令牌', issue: '签发', search: '名称', count: '{{count}} 项权限', expired: '已到期', revoke: '吊销', revoked: '已吊销', revokeTitle: '吊销此令牌？',
    revokeNote: '使用此令牌的程序将立即无法访问。', nameNote: '写明由哪个程序使用', once: '令牌只显示这一次，请立即保存。', secret: '令牌', use: '以 HTTP 头 Authorization: Bearer 发送：',
  },
  audit: {
    title: '审计日志', note: '记录每次更改和登录；只增不改，逐条以哈希相连。', verify: '校验完整性', holds: '日志完整，共 {{count}} 条', broken: '日志在第 {{at}} 条处被改动或缺失', search: '操作者、操作、对象或说明', nobody: '未登录',
  },
  outcome: { done: '完成', refused: '拒绝', failed: '失败' },
  measures: { title: '指标登记', note: '各系统提供的实时指标，行动计划据此计算目标值。', unknown: '暂无数据', unreadable: '读取失败' },
  profile: {
    title: '个人设置', self: '基本信息', languageNote: '在新浏览器登录时使用的语言', password: '修改密码', changePassword: '修改密码', passwordChanged: '密码已修改', current: '当前密码', new: '新密码', repeat: '再次输入新密码', repeatWrong: '两次输入的密码不一致',
    sessions: '登录中的浏览器', browser: '浏览器', unknownBrowser: '未知', since: '登录时间', seen: '最近使用', this: '当前', end: '退出', endTitle: '让此浏览器退出登录？',
  },
  reference: {
    title: '接口文档', note: '由服务器按自身类型生成的 OpenAPI 3.1 文档。浏览器以会话调用，程序以令牌调用（Authorization: Bearer）；平台报送使用平台自己的密钥。', search: '路径、方法、说明或权限', nothing: '没有符合条件的接口',
    body: '请求体', answer: '应答', refusal: '拒绝', parameter: '参数', place: '位置', type: '类型',
  },
  problems: {
    set_up: { invalid: '初始化信息不完整。', done: '城市已经初始化。', link: '一次性链接无效或已失效。' },
    login: { form: '登录名不符合要求。', taken: '该登录名已被使用。' },
    password: { length: '密码至少 {{min}} 个字符。', login: '密码不能包含登录名。', current: '当前密码不正确。', refused: '密码不符合要求。' },
    sign_in: { limited: '尝试次数过多，请稍后再试。', refused: '登录名或密码错误。', busy: '登录请求过多，请稍后再试。' },
    session: { over: '登录已失效，请重新登录。', none: '没有可退出的登录。' },
    membership: { refused: '您无权授予或收回这些角色。', self: '不能给自己增加角色，请由其他管理员办理。' },
    duty: { exclusive: '三员互斥：一人不能同时担任系统管理员、安全管理员、审计员中的两员。', last: '任命之后必须至少保留一人，请先任命他人。' },
    administrator: { last: '至少要保留一位可登录的系统管理员。' },
    name: { missing: '请填写名称。' },
    organisation: { kept: '只有演示机构可以删除。', kind: '没有这个类别。', not_empty: '该机构还有下级机构或人员。' },
    uscc: { invalid: '统一社会信用代码有误。' },
    token: { expired: '令牌已到期。', invalid: '令牌信息有误。', unknown: '令牌无效。', no_person: '令牌没有个人信息。' },
  },
}
