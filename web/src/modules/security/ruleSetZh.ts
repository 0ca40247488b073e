/** What pages of rules that somebody brought say in Chinese. */
export const zh = {
  ruleset: {
    title: '自带规则', note: '公开 Sigma 格式的规则；启用后与规则包一起检查每个事件', cityNote: '公开 Sigma 格式的规则；启用后检查所有向城市开放的探针，告警归事件所属企业', import: '导入规则', empty: '还没有自带规则', emptyNote: '上传 Sigma 规则（.yml，或含多个 .yml 的 zip），先看检查结果，试运行后再启用。', emptySeen: '本企业和城市都还没有自带规则。',
    name: '名称', nameNote: '例如“SigmaHQ Windows 规则”', reviseNote: '新版本；规则按 id 识别，启用状态保留', remark: '说明', drop: '点击或拖入 .yml、.yaml 或 .zip', busy: '正在检查…', dropFirst: '请先填写名称',
    city: '城市', own: '本企业', of: '来自', rules: '规则', live: '已启用', silent: '无来源', revision: '版本', changed: '更新', broken: '{{n}} 条规则不能再编译，其余规则照常工作',
    check: { sound: '可用', refused: '被拒绝', silent: '没有来源', added: '新增', changed: '修改', removed: '移除', same: '不变', findings: '检查结果', place: '位置', what: '问题', mend: '怎么改', fine: '没有发现问题', more: '只列出前 500 条' },
    kinds: { refused: '拒绝', silent: '不会命中', status: '已过时' },
    take: '导入 {{n}} 条规则', takeSound: '只导入可用的 {{n}} 条', done: '已导入。规则尚未启用，请先试运行。', toSet: '打开规则集', mend: '被拒绝的规则不会导入。可修正后重新上传，或只导入其余规则。',
    revise: '上传新版本', download: '下载', remove: '删除规则集', removeNote: '启用中的规则须先由两人停用，才能删除规则集。', removed: '已删除',
    use: '启用', useAll: '全部启用', useNote: '启用后命中会产生告警。建议先试运行，看清哪些规则过于频繁。', used: '已启用', idle: '未启用', off: '已停用', on: '启用中', switchOff: '停用', reason: '理由', alone: '一人停用，到 {{time}} 自动恢复', byWhom: '{{name}}，{{time}}：{{reason}}',
    list: '规则', search: '标题、作者、来源、标签', source: '日志来源', author: '作者', authorOf: '作者：{{author}}', licence: '许可：{{license}}', level: '级别', state: '状态', states: { live: '已启用', idle: '未启用', silent: '没有来源' }, never: '没有来源上报此类事件',
    history: '版本', historyNote: '保留最近 10 个版本', by: '上传人', when: '时间', size: '{{n}} 条规则，拒绝 {{refused}}；新增 {{added}}，修改 {{changed}}，移除 {{removed}}',
    trial: {
      title: '试运行', note: '用已保存的事件检查全部规则，不产生告警', cityNote: '用明细开放给城市的探针的事件检查，不产生告警；示例会记入探针的查看记录', days: '最近天数', run: '试运行', cancel: '放弃', running: '正在试运行：{{percent}} %', done: '已检查 {{n}} 个事件，{{from}} 至 {{to}}', nothing: '这段时间没有保存的事件，无法试运行', cut: '事件太多，只检查了最近的一部分', failed: '试运行失败：{{reason}}', cancelled: '已放弃', quiet: '没有规则命中',
      hits: '命中', rule: '规则', examples: '示例', noisy: '过于频繁', noisyNote: '每天超过 100 次；启用前请收窄规则',
    },
    origin: { title: '规则来源', set: '规则集', author: '作者', license: '许可', tags: '标签', references: '参考', sigma: 'Sigma 编号', cityRule: '城市规则' },
  },
}
