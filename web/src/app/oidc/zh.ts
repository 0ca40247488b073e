/** Texts of signing in across programs, in Chinese; en.ts has the same shape. */
export const zh = {
  scope: {
    openid: '您的账户编号，用于识别您', profile: '您的姓名、登录名和界面语言', email: '您的邮箱地址', organisation: '您当前代表的机构，以及您在其中的角色', offline_access: '在您不使用时保持登录，最长 90 天',
  },
  scopeName: { openid: '账户编号', profile: '姓名与登录名', email: '邮箱', organisation: '机构与角色', offline_access: '保持登录' },
  ask: {
    title: '授权登录', wants: '“{{name}}”请求以您的身份登录，并获知：', as: '您将以 {{person}} 的身份、代表 {{organisation}} 登录。', back: '同意后返回 {{host}}。', own: '本市应用', allow: '同意并登录', refuse: '拒绝', leaving: '正在返回应用…', other: '换一个账户',
    withdraw: '以后可随时在“个人设置”中撤销。', proof: '此应用要求您再次验证身份', account: '此应用要求以另一账户登录', accountNote: '当前登录的是 {{person}}。请退出后以该应用要求的账户登录。', factor: '此应用要求第二因素', factorNote: '您的账户还没有第二因素。请在“个人设置”中添加，然后从应用重新登录。', addFactor: '去添加第二因素', wrong: '无法继续',
  },
  device: {
    title: '连接设备', note: '在设备或命令行程序上登录时，请在此输入其显示的代码。', code: '设备显示的代码', codeForm: '8 个字母，形如 BCDF-GHJK', next: '下一步', wants: '“{{name}}”请求在一台设备上以您的身份登录，并获知：', from: '请求来自 {{ip}}，代码 {{code}}。', careful: '请确认代码与您面前设备所显示的一致。如果不是您本人发起，请拒绝。',
    allow: '允许此设备', refuse: '拒绝', allowed: '设备已连接', allowedNote: '请回到设备上继续，此页可以关闭。', refused: '已拒绝', refusedNote: '该设备不会获得任何访问权。',
  },
  refused: { title: '无法登录此应用', note: '应用把您带到这里时，给出的地址或参数与其登记的不符，因此没有继续。您没有做错什么。', tell: '请把下面的请求编号告诉应用的管理员；审计日志中按此编号记有原因。', request: '请求编号', home: '返回首页' },
  signOut: { title: '退出登录', ask: '应用请求您退出领航。要退出吗？', yes: '退出', no: '保持登录', leaving: '已退出，正在返回…' },
  programs: {
    title: '接入应用', note: '以领航账户登录的应用，以及以自己名义获取令牌的程序（OpenID Connect）。', add: '登记应用', edit: '编辑应用', change: '编辑', keys: '更换签名密钥', keysTitle: '更换令牌的签名密钥？', keysNote: '新令牌立即用新密钥签名；旧密钥再公布一天，已签发的令牌不受影响。密钥平时每 30 天自动更换。', keysDone: '已更换', search: '名称、应用编号或回调地址', name: '应用名称', id: '应用编号', organisation: '所属机构', organisationNote: '留空为本机构', kind: '类型', confidential: '服务端应用（可保管密钥）', open: '浏览器、桌面或手机应用（无密钥）',
    grants: '授权方式', grant: { authorization_code: '登录（授权码）', refresh_token: '保持登录（刷新令牌）', client_credentials: '以自己名义（客户端凭据）', device_code: '设备代码' }, grantsNote: '“保持登录”须与信息范围中的“保持登录”同时选择',
    redirects: '回调地址', redirectsNote: '每行一个，登录时逐字比对；https://，或本机 http://，或应用私有协议', logouts: '退出后的返回地址', logoutsNote: '选填，每行一个', scopes: '可获知的信息', audiences: '访问令牌的接收方', audiencesNote: '选填，每行一个；留空为应用自己', algorithm: '登录令牌的签名算法', algorithmNote: '应用不支持 EdDSA 时选 RS256',
    own: '本市自有应用，登录时不再询问本人', ownTag: '免询问', enabled: '启用', on: '启用', off: '停用', missing: '请填写{{label}}', actions: '操作', state: '状态', registered: '登记时间', empty: '还没有登记应用', emptyNote: '登记后，应用即可用领航账户登录；应用编号和密钥在登记后显示。',
    secret: '应用密钥', once: '密钥只显示这一次，请立即交给应用的管理员保存。', use: '应用按下列地址自动读取其余配置：', close: '关闭', rotate: '更换密钥', rotateTitle: '更换此应用的密钥？', rotateNote: '旧密钥立即失效，应用在换上新密钥之前无法登录。', remove: '删除', removeTitle: '删除此应用？', removeNote: '此应用的全部令牌立即失效，人员也不能再用它登录。', saved: '已保存', removed: '已删除', registeredDone: '应用已登记',
  },
  mine: { title: '已授权的应用', note: '您同意过以您的身份登录的应用。撤销后其令牌立即失效，下次登录时会重新询问。', none: '还没有应用以您的身份登录过', program: '应用', knows: '可获知', since: '首次同意', used: '最近登录', actions: '操作', withdraw: '撤销', withdrawTitle: '撤销对“{{name}}”的授权？', withdrawn: '已撤销' },
  providers: {
    title: '身份提供方', note: '人员可凭其在别处的账户登录，例如省级统一身份认证或企业自己的账户（OpenID Connect）。不会据此自动建立账户。', add: '添加身份提供方', edit: '编辑身份提供方', change: '编辑', search: '名称、签发者或域名', name: '名称', issuer: '签发者（issuer）', issuerNote: '以 https:// 开头，与对方文档一致；其下有 /.well-known/openid-configuration', clientID: '在对方登记的应用编号', secret: '应用密钥', keepSecret: '留空则不变', secretNote: '对方未给密钥时留空',
    domains: '邮箱域名', domainsNote: '选填，每行一个。对方已验证的这些域名的邮箱，与本系统人员邮箱相同即视为同一人；系统管理员、安全管理员和审计员除外，须本人手工关联', factor: '认可其第二因素', factorNote: '对方声明已验证两个因素（amr 含 mfa，或下列 acr）时，不再要求本系统的第二因素', acr: '表示两个因素的 acr 值', acrNote: '选填，每行一个，登录时一并请求', enabled: '启用', on: '启用', off: '停用', state: '状态', actions: '操作', callback: '请在对方登记此回调地址', test: '测试', works: '可用', empty: '还没有身份提供方', emptyNote: '添加后，登录页会出现相应的登录按钮。', remove: '删除', removeTitle: '删除此身份提供方？', removeNote: '凭它关联的账户全部解除，人员须改用其他方式登录。', saved: '已保存', removed: '已删除', added: '身份提供方已添加', close: '关闭', counts: '认可第二因素', byHand: '手工关联',
  },
  links: { title: '关联的外部账户', note: '关联后，可凭该账户登录。', none: '还没有关联外部账户', account: '账户', provider: '身份提供方', since: '关联时间', used: '最近登录', never: '尚未用于登录', actions: '操作', unlink: '解除', unlinkTitle: '解除与“{{name}}”的关联？', unlinkNote: '之后不能再凭它登录。', unlinked: '已解除', link: '关联 {{name}}', signIn: '用{{name}}登录' },
  problems: {
    provider: { invalid: '填写有误，请检查标出的内容。', present: '已有此签发者。', secret: '密钥只属于一个签发者，请填写新签发者给出的密钥。' },
    login: {
      unreachable: '暂时无法连接身份提供方，请稍后重试或换一种方式登录。', state: '登录未在同一浏览器中完成，或已超时，请重新登录。', issuer: '返回的应答不是来自所选的身份提供方，已拒绝。', refused: '身份提供方没有同意登录。', token: '身份提供方的应答未通过校验，已拒绝。', unknown: '该账户未与本系统的人员关联。请先用其他方式登录，在“个人设置”中关联。', gone: '此人员不能登录。', taken: '该账户已关联到其他人员。',
    },
    client: { invalid: '应用登记有误，请检查标出的内容。', public: '此应用不保管密钥。' },
    request: { over: '此请求已处理或已过期，请回到应用重新登录。', need: '此应用要求的验证尚未完成。' },
    device: { unknown: '没有设备在等待此代码。请核对设备上显示的代码，它可能已更新。' },
    person: '只有登录的人员可以这样做，令牌不能。', form: '参数格式不对。', sign_out: { address: '应用没有登记此退出后的返回地址。' },
  },
}
