/** What pages of baselines say in Chinese. */
export const zh = {
  baseline: {
    title: '通信基线', note: '学习谁与谁以何种方式通信，由企业逐行评审后执行；偏离即告警', one: '通信基线', begin: '建立基线', search: '名称、企业', empty: '还没有通信基线', emptyNote: '选择探针，学习一段时间，评审后发布第 1 版', missing: '请填写{{label}}', saved: '已保存',
    field: {
      name: '名称', enterprise: '企业', state: '状态', edition: '版次', lines: '学到的行', undecided: '待评审', until: '学习到', sensors: '探针', days: '天数', reason: '理由', client: '请求方', server: '响应方', way: '方式', class: '类别', verdict: '结论', units: '报文数', first: '首次出现', last: '最近出现', known: '已在基线', host: '地址', protocol: '协议',
      note: '说明', rule: '偏离类型', alert: '告警', since: '始于', at: '时间', by: '操作人', from: '开始', to: '结束', hosts: '作业主机',
    },
    states: { learning: '学习中', review: '待评审', enforced: '执行中', paused: '已暂停', ended: '已结束' },
    verdicts: { open: '待评审', accepted: '接受', rejected: '拒绝', grouped: '已合并' },
    rules: { baseline_rejected: '评审时已拒绝', baseline_new_master: '基线外主机的命令', baseline_new_command: '基线外的命令', baseline_new_peer: '基线外的双方', baseline_new_function: '基线外的读取' },
    tabs: { progress: '进展', review: '评审', network: '通信图', entries: '当前版本', deviations: '偏离', parts: '内容' },
    beginForm: { note: '听同一网络的探针合为一条基线；一个探针只属于一条基线。建议学习两周以上，并包含至少一次工程师作业。', days: '学习天数', past: '从已保存的流量开始（天）', pastNote: '0：只从现在起学习。探针保存 90 天的汇总；方向只是推测的，以及本功能上线前保存的，不学习，计入“方向不明”。学到的仍须逐行评审。', name: '按现场的叫法，例如：一号线控制网', submit: '开始学习', none: '没有可用的探针', noneNote: '先登记探针，或结束占用它的基线' },
    noEdition: '无', editionOf: '第 {{n}} 版', days: '{{n}} 天',
    holdingTitle: '第 {{n}} 版仍在执行', holdingNote: '重新学习期间，偏离第 {{n}} 版仍会告警。',
    learningTitle: '学习到 {{time}}', learningNote: '已学到 {{lines}} 行。学习期满自动转入评审；评审并发布前不执行。',
    shortTitle: '学习时间不足两周', shortNote: '平时少见的正常通信可能没有学到，执行后会成为告警。',
    reviewTitle: '{{n}} 行待评审', reviewNote: '评审期间新出现的通信也会进入待评审；全部有结论后才能发布。', readyTitle: '全部行已有结论，可以发布', silentTitle: '还没有收到通信汇总', silentNote: '检查探针是否在上报。', pausedTitle: '暂停到 {{time}}，期间偏离不告警',
    beyondTitle: '有 {{n}} 种通信超出 {{most}} 行的上限，没有学到', beyondNote: '请按网段拆分探针，或缩小监听范围。', unsureNote: '{{n}} 个报文的方向只是推测，没有学习。',
    growth: '学习进展', growthNote: '每{{span}}新增的行；曲线变平说明大多数通信已学到', hour: '小时', day: '天', growthNone: '还没有学到任何通信', total: '新增行', linesNow: '{{n}} 行，{{undecided}} 行待评审',
    editions: '版本', editionsNone: '还没有版本', editionsNote: '版本一经发布不再改变', change: '条目', added: '{{total}} 条，增 {{added}}，减 {{removed}}', digest: '摘要',
    windows: '检修窗口', windowsNone: '没有检修窗口', windowsNote: '窗口内的偏离只记录，不告警', window: { add: '添加检修窗口', hosts: '每行一个地址；留空为任何主机', any: '任何主机', end: '立即结束', ended: '已结束', open: '进行中', coming: '未开始', reason: '工单号和内容' },
    history: '处理记录', platform: '平台',
    acts: { review: '结束学习', reviewNote: '转入评审，不再等到期满。', pause: '暂停', pauseNote: '暂停期间偏离不告警，到期自动恢复。', resume: '恢复执行', resumeNote: '偏离当前版本将重新告警。', learn: '重新学习', learnNote: '学习期间当前版本继续执行；评审后发布下一版。', end: '结束基线', endNote: '释放其探针，不再学习和告警；不能恢复。', publish: '发布第 {{n}} 版', publishNote: '发布后立即执行：不在其中的通信成为告警。', keep: '保留本轮没有听到的 {{n}} 条', publishReason: '评审依据，例如：与网络图 2026-11 核对', done: '已完成' },
    review: {
      line: '通信',
      search: '地址、功能、说明', empty: '没有符合的行', help: '键盘：↓ ↑ 移动，A 接受，R 拒绝，U 撤回，X 选中，G 合并', accept: '接受', reject: '拒绝', undo: '撤回', group: '合并', selected: '已选 {{n}} 行', some: '对所选或当前行', pair: '接受这两台之间全部待评审的行', judged: '已更新 {{n}} 行', all: '全部', any: '任意', port: '端口', unit: '单元', groupTitle: '合并为一行', groupNote: '合并后的一行代表同一双方、同一协议和类别的所有行；勾选可为任意的部分。', anyOf: { port: '任意端口', unit: '任意单元', function: '任意功能' }, covers: '代表 {{n}} 行', page: '第 {{from}}–{{to}} 行，共 {{total}} 行', next: '下一页', before: '上一页', closed: '评审已结束，以下为评审结论', known: '已在当前版本',
    },
    network: { empty: '还没有学到通信', title: '学到的通信图', nodes: '{{n}} 个地址', links: '{{n}} 条连线', hidden: '另有 {{n}} 条未显示', part: { asks: '只请求', answers: '只响应', both: '请求并响应' }, pick: '选择一个地址', pickNote: '点表示地址，线表示学到的通信；选择一点查看并评审', see: '评审这些行', links1: '连线' },
    entries: { search: '地址、功能', empty: '还没有版本', of: '版本' },
    deviations: { search: '地址、功能', empty: '没有偏离', emptyNote: '执行后，不在当前版本中的通信出现在此', open: '未纳入', openYes: '未纳入', openNo: '已纳入', accepted: '已纳入第 {{n}} 版', inWindow: '检修窗口内，未告警', accept: '纳入基线', acceptNote: '所选 {{n}} 种通信将写入下一版，相关告警随之了结。', reason: '为何需要，例如工单号', done: '已纳入', toAlert: '查看告警', times: '次' },
    alert: { title: '偏离的通信', wanted: '这是需要的', wantedNote: '以下 {{n}} 种通信将写入基线“{{name}}”的下一版，告警随之了结；同类的其他通信仍会告警。', toBaseline: '基线“{{name}}”，现为第 {{n}} 版', reason: '为何需要，例如工单号', done: '已纳入基线', none: '已全部纳入基线，或基线已变更' },
  },
}
