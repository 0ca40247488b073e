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
  problems: {
    token: { no_inbox: '令牌没有收件箱，请以个人身份登录。' },
    inbox: { none: '请选择通知。' },
    announcement: { invalid: '公告不完整或有误。' },
    preferences: { invalid: '通知设置有误，请检查。' },
  },
}
