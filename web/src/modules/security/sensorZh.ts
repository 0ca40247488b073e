/** What pages of sensors say in Chinese. */
export const zh = {
  sensor: {
    title: '在线监测', note: '探针被动监听工业网络，只读，不发送报文', one: '监测探针', add: '登记探针', search: '名称、位置、企业', missing: '请填写{{label}}', saved: '已保存', none: '无',
    empty: '还没有监测探针', emptyNote: '登记一台探针，在监听交换机镜像口的机器上运行页面给出的命令', emptyCity: '企业登记探针并同意后显示在此', emptyView: '由企业管理员登记探针',
    field: {
      name: '名称', place: '位置', enterprise: '企业', state: '状态', consent: '主管部门可见', seen: '最近上报', packet: '最近数据', lag: '延迟', lost: '丢失', until: '证书到期', skew: '时钟偏差', software: '软件版本', input: '来源', registered: '登记', machine: '机器', retired: '停用',
      time: '时间', client: '请求方', server: '响应方', protocol: '协议', port: '端口', unit: '单元', class: '类别', function: '功能', why: '原因', exception: '异常应答', first: '首次出现', last: '最近出现', units: '报文数', source: '来源', kind: '事实', value: '值', times: '次数', mac: 'MAC 地址', addr: 'IP 地址', host: '地址', who: '查阅人', what: '内容', by: '操作人',
    },
    states: { waiting: '等待数据', working: '正常', silent: '失联', retired: '已停用' },
    consents: { asked: '等待企业答复', none: '不可见', figures: '只看数字', detail: '可看明细' },
    consentNotes: { none: '主管部门看不到此探针', figures: '主管部门看到状态、丢失和流量，看不到地址和明细', detail: '主管部门还能看到记录、会话和设备；每次查阅都有记录' },
    lossOf: '{{packets}} 个报文，{{batches}} 批', lossNone: '无', seconds: '{{n}} 秒', minutes: '{{n}} 分钟', hours: '{{n}} 小时', days: '{{n}} 天',
    new: {
      title: '登记探针', note: '登记后给出要在探针机器上运行的命令', machine: '机器', newMachine: '新机器', newMachineNote: '同时登记机器并签发一次性令牌', oldMachine: '已登记的机器', noMachine: '没有可选的探针机器，请由企业管理员先登记', placeNote: '监听的位置，例如：一号车间核心交换机镜像口', nameNote: '按现场的叫法', submit: '登记', consentNote: '可随时更改', theirs: '企业答复后才接收数据',
      other: '企业', failed: '机器已登记，探针登记未完成；请改正后再提交',
    },
    next: {
      title: '接下来', once: '令牌只显示这一次，有效期至 {{time}}', enrol: '1. 在探针机器上取得证书', config: '2. 写入配置文件 probe.yaml', run: '3. 检查并运行', interface: '把 eth1 改为接交换机镜像口的网卡；回放抓包文件用 read: plant.pcapng 代替 interface', waiting: '首批数据到达后此页自动显示', open: '打开探针页面', enrolled: '机器已取得证书时跳过第 1 步；令牌可在“机器”页面重新签发', machines: '机器', enrolFirst: '在“机器”页面签发令牌并按其命令取得证书', noTLS: '平台没有 TLS 端口，探针无法接入；见管理指南',
    },
    tabs: { health: '运行', traffic: '流量', pairs: '会话', network: '通信图', records: '记录', devices: '设备', facts: '设备自述', logs: '其他日志', consent: '授权与查阅', parts: '内容' },
    health: {
      clock: '时钟', clockFine: '准确', ahead: '快 {{span}}', behind: '慢 {{span}}', live: '实时监听', file: '回放文件', due: '即将到期', ended: '已到期', silentTitle: '探针失联：最近一次上报是 {{time}}', silentNote: '检查机器、网络和 linghang probe run 是否在运行；探针会把数据存在本地，恢复后补送', clockTitle: '探针时钟偏差 {{span}}', clockNote: '数据时间已按偏差修正；请校准探针的时钟', retiredTitle: '已于 {{time}} 停用，不再接收数据', askedTitle: '主管部门登记了此探针，等待企业答复', askedNote: '答复前不接收数据，数据在探针本地等待', askedOther: '企业答复后才接收数据', answer: '答复', refusedTitle: '平台拒收了 {{n}} 批，最近一次：{{why}}',
    },
    loss: {
      title: '丢失核算', note: '从网络到平台，每一步丢失多少', stage: '环节', count: '数量', what: '说明', streams: '批次', stream: '数据流', lastNumber: '最新批号', received: '已收到', gaps: '缺失批号', complete: '无缺失', streamOf: { records: '记录', logs: '日志', aggregates: '汇总' },
      steps: { seen: '看到的报文', kernel: '内核丢包', queue: '探针来不及处理', undecodable: '无法解码', gap: '会话中未见到的字节', malformed: '不合协议的报文', units: '解析出的协议报文', limited: '超限的完整记录', folded: '超限的汇总键', late: '迟到的报文', shed: '本地空间不足放弃的批次', missing: '平台未收到的批次', repeated: '重复送达', rejected: '平台拒收', refused: '被拒收并在探针搁置', unheld: '超限的会话' },
      notes: { seen: '{{octets}}', kernel: '网卡或缓冲来不及', queue: '请换更快的机器', undecodable: '首部自相矛盾或被截断', gap: '镜像口可能丢包', malformed: '可能是攻击或设备缺陷', units: '', limited: '仍计入汇总', folded: '仍计入总数', late: '', shed: '含记录和日志 {{records}} 条、汇总 {{rows}} 条', missing: '含放弃的批次', repeated: '不影响数据', rejected: '', refused: '留在探针的 refused 目录', unheld: '仍计入流量' },
    },
    traffic: { title: '流量', hours: '时间范围', of: { h1: '1 小时', h24: '24 小时', h168: '7 天', h720: '30 天', h2160: '90 天' }, by: '分组', byProtocol: '按协议', byClass: '按类别', empty: '这段时间没有数据', perStep: '每 {{span}} 的报文数', sum: '合计', requests: '请求', responses: '应答', exceptions: '异常', octets: '字节', hidden: '企业没有同意显示' },
    pairs: { search: '地址', empty: '还没有会话', emptyNote: '探针看到工业协议后自动出现', records: '记录', fresh: '新', noUnit: '无' },
    network: { title: '通信图', note: '点表示地址，线表示会话；选择一点查看它与谁通信', nodes: '{{n}} 个地址', links: '{{n}} 条连线', hidden: '另有 {{n}} 条未显示', part: { asks: '只请求', answers: '只响应', both: '请求并响应' }, pick: '选择一个地址', asksWhom: '请求', askedBy: '被请求', list: '全部地址', part1: '角色', seePairs: '查看会话', empty: '还没有会话' },
    records: { search: '地址、功能、异常', empty: '没有记录', emptyNote: '写入、控制、编程、配置、异常和首次出现会逐条记录', corrected: '方向已更正', one: '记录', objects: '对象', space: '区域', address: '地址', count: '数量', value: '值（十六进制）', more: '另有 {{n}} 个对象未记录', orientation: '方向依据', confidence: '可信度', transport: '传输', flow: '会话号', malformed: '不合协议', text: '文本', direction: '发出方', request: '请求方', response: '响应方', vlan: 'VLAN', from: '起始时间', sent: '探针原始方向', others: '两者之间的全部记录' },
    whys: { write: '写入', control: '控制', program: '编程', config: '配置', error: '异常', first_seen: '首次出现', correction: '方向更正', around_alert: '告警前后' },
    classes: { read: '读取', write: '写入', control: '控制', config: '配置', program: '编程', diagnostic: '诊断', identity: '身份', session: '会话', error: '异常', other: '其他' },
    kinds: { vendor: '厂商', vendor_id: '厂商编号', model: '型号', order_number: '订货号', firmware: '固件版本', hardware: '硬件版本', serial: '序列号', name: '名称', description: '说明', device_type: '设备类型', instance: '实例号', location: '位置', address: '地址', software: '软件', service: '服务', security: '安全模式' },
    devices: { empty: '还没有识别出设备', emptyNote: '设备在网络上说出身份后自动出现', by: '识别依据', bys: { serial: '厂商和序列号', mac: 'MAC 地址', bacnet: 'BACnet 实例号', name: 'PROFINET 站名', address: '仅 IP 地址' }, conflicts: '有矛盾：{{list}}', from: '由 {{n}} 条自述归并', search: 'MAC、IP、值', factsEmpty: '设备还没有说过自己', properties: '属性', unknown: '未知设备' },
    logs: {
      search: '标题、分类、主机、规则', empty: '没有日志', emptyNote: '在 probe.yaml 的 logs 中写上 Suricata、Zeek、Wazuh、syslog 或 Windows 事件的文件', one: '日志', severity: '严重程度', what: '标题', detail: '分类、程序', kind: '类型', code: '规则、事件编号', host: '主机', file: '文件', position: '原文位置', stands: '第 {{at}} 字节起，共 {{size}} 字节', digest: '原文 SHA-256', fields: '内容', again: '重复', times: '又出现 {{count}} 次，最后 {{at}}', more: '又 {{count}} 次',
      severities: { high: '高', medium: '中', low: '低', info: '信息' }, from: { high: '高', medium: '中及以上', low: '低及以上', info: '全部' }, formats: { eve: 'Suricata', syslog: 'syslog', zeek: 'Zeek', wazuh: 'Wazuh', windows: 'Windows' },
      feeds: '日志文件', lines: '行数', told: '已上报', unread: '读不懂', long: '过长', dropped: '其丢包', gone: '文件丢失', repeated: '重复，只计数', limited: '超出上报速率，只计数',
    },
    consent: { title: '主管部门可见的内容', history: '授权记录', looks: '主管部门查阅记录', noLooks: '还没有人查阅', change: '更改', changed: '已更改', ask: '改为“{{consent}}”？', answerTitle: '主管部门可以看到什么？', noHistory: '没有记录', theirs: '由企业决定', whats: { records: '记录', pairs: '会话', facts: '设备自述', assets: '设备', logs: '其他日志', alerts: '告警', baselines: '通信基线', zones: '区域与导管', intelligence: '情报命中' } },
    retire: { label: '停用', title: '停用“{{name}}”？', note: '停用后不再接收此机器的数据，已收到的数据保留；不能恢复。', done: '已停用' },
    figuresOnly: '企业只开放数字，未开放明细', noDetail: '企业没有开放',
  },
}
