/** Texts of this room in Chinese; en.ts has the same shape. */
export const zh = {
  list: {
    title: '平台一览', asList: '列表', asMap: '地图', register: '登记平台', search: '名称、代码或运营单位', total: '登记平台', monitored: '实时监测', monitoredNote: '试运行或正式运行，且按期报送',
    enterprises: '服务企业数', devices: '设备连接数', empty: '还没有登记平台', emptyNote: '登记后即可获得报送密钥和可直接粘贴的配置。',
  },
  freshness: { reporting: '正常报送', late: '迟报', silent: '中断', never: '从未报送' },
  field: {
    name: '名称', code: '代码', class: '类别', industry: '行业', district: '区市', operator: '运营单位', status: '状态', freshness: '报送情况', lastReport: '最近报送', series: '序列数',
    contact: '联系人', contactName: '联系人', contactPhone: '联系电话', contactEmail: '联系邮箱', url: '平台网址', description: '说明', created: '登记时间', crossIndustry: '跨行业', reason: '原因', limits: '报送上限',
    indicator: '指标', group: '分组', unit: '单位', kind: '类型', tier: '周期', dims: '分项', source: '来源', value: '数值', period: '数据期', method: '方式', size: '企业规模', type: '类型',
    received: '接收时间', outcome: '结果', items: '条数', accepted: '接受', rejected: '拒绝', channel: '通道', seq: '序号', receipt: '回执',
  },
  district: { map: '各区市平台', table: '区市汇总', reporting: '正常报送', platforms: '登记平台', ent_served: '服务企业', dev_connected: '连接设备' },
  form: {
    title: '登记平台', note: '登记平台，领取密钥，粘贴配置，等待首次报送。', stepEntry: '登记信息', stepConnect: '接入报送', submit: '登记', missing: '请填写{{label}}',
    codeNote: '小写字母、数字或 -，以字母开头；登记后不可更改', industryNote: 'GB/T 4754 行业大类；跨行业平台可不选', operatorNote: '平台由哪个机构运营，数据即归该机构查看',
    reviewFirst: '登记后由主管部门审核，进入试运行后开始接收数据；密钥现在即可领取。',
  },
  connect: {
    title: '接入方式', way: '密钥类型', issue: '生成密钥和配置', another: '再生成一个密钥', noKey: '您没有管理报送密钥的权限，请联系本机构管理员。',
    prometheusNote: '将以下内容并入 prometheus.yml 并重新加载；平台导出的指标以 iip_ 开头。', otlpNote: '将以下内容并入 OpenTelemetry Collector 配置，并设置环境变量 LINGHANG_BASIC={{basic}}',
    signed: '签名 JSON', plain: 'JSON', signedNote: '密钥只用于签名，不随请求发送。脚本需要 bash、openssl 和 curl。', plainNote: '以用户名和密码发送 JSON；每份报告的序号需递增。',
    first: '首次报送', waiting: '等待首次报送', waitingNote: '收到第一份数据后，此处会自动更新。', notYet: '平台尚未进入试运行，暂不接收数据。', arrived: '正常报送', open: '打开平台页面',
  },
  key: {
    push: '推送密钥', pushNote: 'Prometheus 远程写入、OpenTelemetry 或 JSON，以用户名和密码认证', report: '签名密钥', reportNote: 'JSON 报告逐份签名（HMAC-SHA256），密钥不在网络上传输',
    id: '密钥编号（用户名）', secret: '密钥（密码）', once: '密钥只显示这一次，请立即保存。', none: '还没有密钥', noneNote: '在下方选择密钥类型，生成密钥和可直接粘贴的配置。', noneView: '由本机构管理员生成。', created: '生成时间', sandbox: '测试', revoke: '吊销', revoked: '已吊销', revokeTitle: '吊销此密钥？',
    revokeNote: '使用此密钥的报送将立即被拒绝。', rotateNote: '每种密钥最多同时有效两个：先生成新密钥并换用，再吊销旧密钥，报送不会中断。',
  },
  page: {
    shared: '由{{operator}}共享，仅供查看',
    title: '平台', indicators: '指标', submissions: '报送记录', comments: '评论', keys: '密钥与接入', backfill: '补报', entry: '登记信息', edit: '编辑登记信息', saved: '已保存', move: '变更状态', moveTo: '转为“{{status}}”', moved: '状态已变更',
    remove: '删除', removeTitle: '删除此演示平台？', removeNote: '平台及其报送的全部数据将被删除。', seriesLimit: '上限 {{limit}}', limits: '{{series}} 条序列，每分钟 {{samples}} 个样本', total: '合计',
    noValues: '还没有指标数据', noValuesNote: '平台首次报送后显示。', noValuesHow: '领取密钥、粘贴配置即可报送；首次报送后显示。', noPoints: '所选时段没有数据', noPointsNote: '换更长的时段，或补报历史数据。', wholeYear: '看一年', noSubmissions: '还没有报送记录', noSubmissionsNote: '领取密钥、粘贴配置后，每份报送及其处理结果列在这里。', connect: '去接入', fromFacts: '来自报送台账', fromSeries: '来自时间序列', revision: '第 {{n}} 次修订', item: '第 {{n}} 项',
  },
  span: { hour: '1 小时', day: '24 小时', week: '7 天', month: '30 天', year: '1 年' },
  channel: { report: '签名 JSON', json: 'JSON', remotewrite: 'Prometheus', otlp: 'OpenTelemetry', csv: 'CSV 补报' },
  outcome: { accepted: '接受', partial: '部分接受', refused: '拒绝' },
  kind: { gauge: '存量', counter: '累计', flow: '流量', ratio: '比率' },
  source: { push: '平台报送', probe: '主动探测', form: '表单填报', derived: '计算得出' },
  catalogue: { title: '指标目录', note: '第 {{version}} 版，{{count}} 项指标', search: '指标名称或代码', nothing: '没有符合条件的指标', below: '不超过' },
  backfill: {
    note: '以 CSV 补报历史数据，UTF-8 编码，第一行为列名。数据期写作 2026-11-01（日）或 2026-11（月）。', example: 'CSV 示例', revises: '更正已报送的数据（保留修订记录）', drop: '点击或拖入 CSV 文件',
    busy: '正在提交', done: '已接受 {{accepted}} 条',
  },
  finding: {
    ambiguous: '含义不明', coarse: '数据期过粗', dimension: '不允许的分项', dimension_long: '分项过长', foreign: '属于其他平台', future: '数据期在未来', label: '未知的标签', negative: '不能为负', not_finite: '不是有限数值',
    number: '不是数值', period: '数据期有误', prefix: '指标名应以 iip_ 开头', time: '时间有误', too_old: '数据过旧', twice: '重复', unknown: '目录中没有此指标', vocabulary: '不在词表中', bound: '超出关联指标', histogram: '直方图不是指标',
    labels: '标签有误', more: '还有更多', otlp_kind: '不支持的 OTLP 类型', revision: '已有数据，更正需声明', series_limit: '超出序列上限',
  },
  problems: {
    platform: { invalid: '登记信息有误。', code_taken: '该代码已被使用。', status: '当前状态不能这样变更。', reason: '请说明原因。', kept: '只有演示平台可以删除；请将此平台转为“已退出”。', not_reporting: '平台当前状态不接收数据。' },
    key: { too_many: '该类密钥已有 {{count}} 个有效，请先吊销一个。', missing: '需要平台密钥。', refused: '密钥无效。' },
    csv: { column: '缺少列 {{column}}。', rows: '行数超过 {{limit}}。', unreadable: '文件不是 CSV，请以 UTF-8 保存为 CSV。' },
    body: { type: '内容类型有误。' },
    report: { partial: '接受 {{accepted}} 条，拒绝 {{rejected}} 条。' },
    indicator: { unknown: '没有这个指标。' },
  },
}
