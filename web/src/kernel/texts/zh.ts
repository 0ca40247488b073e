/** The kernel's own texts in Chinese; en.ts has the same shape. */
export const zh = {
  app: { name: '领航', tagline: '城市工业互联网运行平台' },
  action: {
    save: '保存', cancel: '取消', close: '关闭', create: '新建', edit: '编辑', remove: '删除', confirm: '确定', back: '返回', next: '下一步', retry: '重试',
    copy: '复制', copied: '已复制', search: '搜索', refresh: '刷新', export: '导出', exportCSV: '导出 CSV', exportXLSX: '导出 Excel', clear: '清除条件',
    more: '更多', home: '回到首页', reload: '重新加载', details: '详情',
  },
  list: {
    total: '共 {{count}} 条', previous: '上一页', next: '下一页', empty: '没有数据', nothing: '没有符合条件的数据', nothingNote: '请放宽搜索或筛选条件。', pageSize: '每页 {{count}} 条',
    filter: '筛选', selectAll: '选择本页全部', all: '全部{{what}}', loading: '正在读取',
  },
  exporting: {
    title: '大量导出须经审批', why: '共 {{rows}} 行，超过一人可自行导出的 {{limit}} 行，须由第二人审批。也可用筛选条件缩小范围。', reason: '导出理由', ask: '提交申请', take: '下载（仅一次）', mine: '我的大量导出',
    state: { open: '待审批', approved: '已批准', returned: '已退回', withdrawn: '已撤回', used: '已下载', expired: '已过期' },
    says: { open: '等待第二人审批，{{until}} 前有效。', approved: '{{name}} 已批准，{{until}} 前可下载一次。', returned: '{{name}} 退回：{{answer}}', withdrawn: '上次的申请已撤回。', used: '已批准的下载已经用过，再次导出须重新申请。', expired: '上次的申请或批准已过期。' },
  },
  columns: { title: '列', usual: '恢复默认', earlier: '“{{title}}”前移', later: '“{{title}}”后移', moved: '“{{title}}”移到第 {{place}} 列', shown: '已显示“{{title}}”', hidden: '已隐藏“{{title}}”' },
  view: { title: '视图', none: '还没有保存的视图', save: '保存当前视图', name: '名称', note: '保存当前的搜索、筛选、排序、列和每页条数', share: '与本机构共享', shared: '共享', first: '设为默认', isFirst: '取消默认', update: '以当前更新', rename: '改名', removeTitle: '删除视图“{{name}}”？' },
  remark: {
    title: '评论', label: '发表评论', say: '发表', answer: '回复', answerTo: '回复 {{name}}', hint: '输入 @ 提到可查看此内容的人员；Ctrl+Enter 发表。附件先检查再放行，只供能查看此内容的人员下载。', missing: '请填写内容或添加附件', nobody: '没有匹配的人员', attach: '添加附件', detach: '移除 {{name}}', files: '附件',
    none: '还没有评论', noneNote: '在上方写下第一条；可用 @ 提到相关人员，并附上文件。', readOnly: '您可以查看评论，但不能发表。', count: '{{comments}} 条评论，{{files}} 个附件', more: '更早的评论', by: '{{name}} 的评论', removedMark: '作者已于 {{time}} 删除此评论', removeTitle: '删除这条评论？', removeNote: '内容和附件将删除，并留下删除标记。',
    edited: '{{time}} 修改过', before: '修改前的内容', download: '下载 {{name}}',
  },
  state: { saved: '已保存', removed: '已删除', synthetic: '合成数据', syntheticNote: '演示用合成数据，并非真实填报', yes: '是', no: '否', unknown: '未知', none: '无' },
  live: { lost: '与服务器的连接已中断，正在重连；页面上的数据可能不是最新。' },
  form: {
    check: '请检查标出的内容。', stale: '此对象已被他人修改。请重新加载后再改；您填写的内容仍在此处。', zh: '{{label}}（中文）', en: '{{label}}（英文）', missing: '请填写{{label}}',
    optional: '选填', request: '请求编号 {{id}}',
  },
  shell: {
    menu: '菜单', account: '账户', profile: '个人设置', signOut: '退出登录', organisation: '当前机构', switchOrganisation: '切换机构', language: '语言', toEnglish: 'Switch to English',
    toChinese: '切换到中文', light: '浅色', dark: '深色', toLight: '切换到浅色', toDark: '切换到深色', skip: '跳到正文', synthetic: '当前城市含合成演示数据',
  },
  page: {
    notFound: '没有这个页面', notFoundNote: '地址可能有误，或页面已移走。', forbidden: '您没有权限查看此页面', forbiddenNote: '需要权限：{{permission}}。请联系本机构的管理员。',
    broken: '页面出错了', brokenNote: '请重新加载；若仍出错，请将以下信息告诉运维人员。', failed: '读取失败', loading: '正在加载', gone: '没有这个对象，或您无权查看',
  },
  problems: {
    unexpected: '出现意外错误，请重试。', unreachable: '无法连接服务器，请检查网络后重试。', answer: '服务器返回了无法理解的应答。', sign_in: '请先登录。', csrf: '此操作缺少安全标记，请重新加载页面。',
    permission: '没有此操作的权限（{{permission}}）。', not_found: '没有这个对象，或您无权查看。', stale: '此对象已被他人修改，请重新加载。', internal: '服务器内部错误，请将请求编号告诉运维人员。',
    timeout: '处理超时，请重试。', route: '没有这个接口。', stopping: '服务器正在停止，请稍后重试。',
    limited: '请求过于频繁，请 {{seconds}} 秒后再试。', step_up: '此操作需要再次验证身份。', second_factor: '请先完成第二因素。', no_organisation: '您目前不属于任何机构，请先接受邀请。', passkey: { cancelled: '没有用上通行密钥：已取消、超时，或此设备上没有。', present: '此设备上已有您的通行密钥。' }, sheet: { unreadable: '文件无法读取：{{why}}。', type: '请上传 CSV 或 XLSX 文件。' }, disk: { full: '服务器磁盘已满，更改未保存，请稍后重试。' }, database: { away: '数据库暂时无应答，请稍后重试。' }, series: { away: '时序库暂时无应答，上报照常接收，请稍后重试。', query: '查询语句有误。', range: '时间范围过大或为空。' },
    if_match: { missing: '缺少版本标记，请重新加载页面。' },
    request: { invalid: '填写的内容有误，请检查。', unreadable: '请求无法读取。' },
    json: { depth: 'JSON 嵌套超过 {{limit}} 层。' },
    blob: { too_large: '文件超过 {{limit}} 字节。' },
    body: { too_large: '内容过大。', media_type: '内容类型不受支持。' },
    list: { sort: '此列表不能按该字段排序。', cursor: '翻页标记已失效，请回到第一页。' },
    export: { format: '只能导出 csv 或 xlsx。', rows: '共 {{rows}} 行，一次最多导出 {{limit}} 行，请先用筛选条件缩小范围。', second: '共 {{rows}} 行，超过一人可自行导出的 {{limit}} 行，须由第二人审批后下载。' },
    idempotency: { key: '幂等键过长。', reused: '该幂等键已用于其他请求。', done: '操作已完成，请查看结果。', running: '相同的操作正在进行。' },
  },
}
