/** Texts of notices, in Chinese; en.ts has the same shape. */
export const zh = {
  bell: { none: '没有未读通知', some: '{{count}} 条未读通知' },
  gravity: { info: '一般', important: '重要', urgent: '紧急' },
  way: { at_once: '立即发送', daily: '每日摘要', off: '不发送' },
  inbox: {
    title: '通知', readAll: '全部标为已读', state: '阅读状态', unread: '未读', read: '已读', gravity: '程度', search: '标题、内容或发送人', empty: '还没有收到通知', emptyNote: '有事项等您办理、或与您有关的情况发生时，会在这里告诉您。',
    notice: '通知', by: '发送人', system: '系统', at: '时间', actions: '操作', markRead: '标为已读', markUnread: '标为未读',
  },
  announce: { title: '发布公告', heading: '标题', textZH: '内容（中文）', textEN: '内容（英文）', link: '链接', linkNote: '本站内的路径，选填', send: '发布', done: '公告已发布', note: '本机构及下级机构的全部人员都会收到，不可关闭。' },
  preferences: {
    title: '通知设置', note: '选择哪些通知以何种方式送达。', back: '返回通知', mail: '邮件', language: '邮件语言', asProfile: '与个人设置一致', digestHour: '每日摘要时间', usualHour: '默认（{{hour}}）', quietFrom: '免打扰开始', quietTo: '免打扰结束',
    quietNote: '此时段内的邮件推迟到结束后发送，紧急通知除外；起止相同表示不设。时区 {{zone}}', kinds: '按类型设置', kind: '通知类型', inbox: '站内', mailColumn: '邮件', mandatory: '必达，不可关闭', save: '保存', saved: '已保存',
    noAddress: '您还没有填写邮箱，通知只在站内显示。', profile: '填写邮箱', noMail: '本系统尚未配置邮件服务器，通知只在站内显示。',
  },
  type: { wecom: '企业微信群机器人', dingtalk: '钉钉群机器人', feishu: '飞书群机器人', webhook: 'Webhook（签名）' },
  urlNote: {
    wecom: '在群设置中添加群机器人后复制完整地址', dingtalk: '添加自定义机器人，安全设置选择“加签”，复制完整地址', feishu: '添加自定义机器人，复制完整地址', webhook: '接收通知的程序的 https 地址；按 Standard Webhooks 签名',
  },
  channels: {
    title: '通知渠道', note: '机构成员收到的通知同时发到这里：群机器人或自己的程序。', add: '添加渠道', edit: '编辑', search: '名称或地址', empty: '还没有通知渠道', emptyNote: '添加企业微信、钉钉或飞书群机器人，让群里同时收到通知。', type: '类型', name: '名称', organisation: '机构', organisationNote: '留空为本机构', kinds: '通知类型', kindsNote: '留空为全部',
    some: '{{count}} 类', all: '全部', state: '状态', on: '启用', off: '停用', signed: '已加签', unsigned: '未加签', former: '旧密钥有效至 {{time}}', test: '测试', works: '已送达', rotate: '更换密钥', rotateTitle: '更换签名密钥？', rotateNote: '24 小时内新旧密钥同时签名，请在此期间更新接收程序。', remove: '删除', removeTitle: '删除此渠道？', removeNote: '等待发送到此渠道的通知将被丢弃。',
    url: '地址', keep: '留空则不变（{{host}}）', sign: '加签密钥', signNote: '机器人安全设置中的密钥；未启用签名校验时留空', keepSecret: '留空则不变', language: '语言', secret: '签名密钥', once: '密钥只显示这一次，请立即保存。', verify: '用 Standard Webhooks 的任一官方库验证请求头 webhook-id、webhook-timestamp、webhook-signature。', done: '完成', missing: '请填写{{label}}',
  },
  by: { mail: '邮件', digest: '每日摘要', channel: '通知渠道' },
  state: { waiting: '等待发送', daily: '等待摘要', grouped: '已入摘要', sent: '已发送', failed: '失败', dropped: '已丢弃' },
  deliveries: {
    title: '投递记录', note: '发出的邮件和渠道消息及其结果，保留 90 天。', search: '地址、原因或编号', empty: '还没有投递', emptyNote: '通知通过邮件或渠道发出时，结果记录在这里。', address: '收件地址', way: '方式', state: '状态', reason: '原因', attempts: '尝试次数', next: '下次尝试', doneAt: '完成时间', id: '编号', retry: '重试', retried: '已安排重试',
    howMail: '在配置文件的 notify 一节填写 mail，参见使用手册“通知”。', mailTest: '邮件服务器 {{host}}',
  },
  problems: {
    token: { no_inbox: '令牌没有收件箱，请以个人身份登录。' },
    channel: { address: '地址有误。', kind: '没有这个通知类型。', name: '请填写名称。', many: '一个机构最多 {{limit}} 个渠道。', secret: '只有 Webhook 的密钥由系统生成，其他渠道请编辑。' },
    delivery: { state: '此投递不能重试。' },
    mail: { none: '尚未配置邮件服务器。', address: '您还没有填写邮箱。' },
    inbox: { none: '请选择通知。' },
    announcement: { invalid: '公告不完整或有误。' },
    preferences: { invalid: '通知设置有误，请检查。' },
  },
}
