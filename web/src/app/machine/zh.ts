/** Texts of machines, in Chinese; en.ts has the same shape. */
export const zh = {
  title: '机器接入', note: '以证书接入的机器：登记、续期、吊销。机器在证书有效期过去三分之二时自动续期。', add: '登记机器', one: '机器', search: '名称、备注、序列号或来源地址', missing: '请填写{{label}}', close: '关闭', saved: '已保存',
  empty: '还没有登记机器', emptyNote: '点“登记机器”得到一次性令牌，在机器上运行一条命令即可接入。', emptyView: '登记机器的机构管理员会在这里看到它们。',
  field: {
    name: '名称', kind: '类别', organisation: '机构', state: '状态', until: '证书到期', renew: '续期', seen: '最近连接', clock: '时钟', actions: '操作', note: '备注', serial: '序列号', token: '登记令牌', tokenUntil: '令牌到期', enrolled: '首次接入', issued: '最近签发', created: '登记', revoked: '吊销', address: '来源地址', used: '首次使用', from: '起始', result: '状态',
  },
  kind: { gateway: '边缘网关', probe: '监测探针', platform: '平台服务器', node: '标识节点服务器' },
  state: { waiting: '等待接入', lapsed: '令牌已过期', valid: '有效', due: '应续期而未续', grace: '已过期，宽限期内', expired: '已过期', revoked: '已吊销' },
  clockOff: '时钟有偏差', ahead: '快 {{span}}', behind: '慢 {{span}}', clockFine: '准确', renewsIn: '{{span}}后', renewDue: '已到期', days: '{{count}} 天', hours: '{{count}} 小时', minutes: '{{count}} 分钟', seconds: '{{count}} 秒',
  nameNote: '写现场人员认得的名称', issue: '登记并签发令牌', once: '令牌只显示这一次，{{time}} 前有效，只能用于一台机器。', command: '在机器上运行', byOthers: '也可用任何 EST（RFC 7030）客户端：地址 {{url}}，口令为令牌。', token: '登记令牌', fingerprint: '城市证书机构的 SHA-256 指纹', noTLS: '尚未开启 TLS 端口，机器无法接入。请运维人员配置 tls-listen。',
  newToken: '签发新令牌', newTokenTitle: '签发新的登记令牌？', newTokenNote: '原令牌作废。机器用新令牌接入后，原证书在新证书首次使用时失效。',
  revoke: '吊销', revokeTitle: '吊销“{{name}}”？', revokeNote: '其全部证书立即失效，不可恢复；要再次接入须另行登记。', revoked: '已吊销', reason: '原因', reasons: { key_compromise: '密钥可能泄露', ceased: '停用', superseded: '已更换', unspecified: '其他' },
  certificates: '证书', authority: '城市证书机构', ca: '下载证书', crl: '下载吊销列表', goodUntil: '有效至 {{time}}', certificate: { used: '使用中', unused: '未使用', ended: '已到期', revoked: '已吊销' }, edit: '保存', by: '{{name}}，{{time}}',
  problems: {
    many: '一个机构最多 {{limit}} 台机器。', name: '请填写名称。', revoked: '此机器已被吊销。', reason: '请选择原因。', self: '这是供机器使用的接口。', tls: '令牌只能经 TLS 提交。', renewals: '此机器一天内签发的证书过多。',
    token: { missing: '缺少登记令牌。', unknown: '登记令牌无效。', used: '登记令牌已使用过。', expired: '登记令牌已过期。', revoked: '此机器已被吊销。', other: '令牌属于另一台机器。' },
    request: { unreadable: '证书请求无法读取。', refused: '证书请求不符合要求。' },
    certificate: { missing: '缺少机器证书。', unknown: '证书不是本市签发的。', revoked: '机器已被吊销。', superseded: '此机器已有更新的证书在用。', early: '证书尚未生效。', expired: '证书及宽限期均已过。', grace: '证书已过期，只能用于续期。' },
  },
}
