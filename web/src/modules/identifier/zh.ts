/** Texts of this room in Chinese; en.ts has the same shape. */
export const zh = {
  resolve: {
    title: '标识解析', note: '从根节点起逐级询问，显示每一步由哪个节点应答。', box: '输入、粘贴或扫描标识', boxNote: '例如 88.101.5/T001；扫码枪扫描后自动解析，也可粘贴 hdl: 或解析网站的链接。', go: '解析', fresh: '重新询问各节点', freshNote: '不用缓存，从根节点重新问起',
    start: '输入标识，看它的值和解析路径', startNote: '结果显示标识的全部公开值，以及依次询问了哪些节点、各用多少毫秒。', again: '重新解析', busy: '正在逐级询问节点', asked: '询问的标识', aliases: '经别名 {{list}}', took: '用时 {{ms}} 毫秒', values: '标识值', valueCount: '{{count}} 个值', noValues: '没有可公开读取的值', way: '解析路径', table: '逐步明细（{{count}} 步）',
    cached: '来自缓存', freshly: '节点实时应答', stale: '已过期的缓存', staleNote: '所属服务暂无应答，以下是之前记下的值，可能已变更。', trusted: '签名可信', trustedNote: '全部值的签名逐级验证到根节点', untrusted: '未经签名验证', untrustedNote: '值没有签名，或未能逐级验证到根节点；应答本身是否签名见解析路径', rootMissing: '还没有根节点，无从解析', rootMissingNote: '由主管部门建立根节点，或在配置 identifier.root 中指明已有的根节点。', found: '建立根节点', original: '节点原话：{{text}}', more: '显示全部', less: '收起', link: '此结果的链接',
  },
  way: {
    from: '递归节点', fromNote: '代您询问', end: '结果', ask: '询问', cache: '缓存', policy: '本地策略', trust: '验证签名', unknownNode: '外部节点', place: '询问服务在哪里', values: '询问标识的值', known: '缓存还有效 {{value}}', hours: '{{n}} 小时', minutes: '{{n}} 分钟', seconds: '{{n}} 秒', was: '上次所知的服务位置', stale: '服务无应答，用之前记下的', blocked: '标识被策略禁止', forced: '按策略给出应答', signature: '验证第 {{value}} 号值中的签名', proof: '验证身份证明', led: '按指引询问',
    noAnswer: '无应答', ms: '{{ms}} 毫秒', signed: '应答已验签', unsigned: '应答未签名', holds: '签名有效', fails: '签名无效', leads: '指向', moreLeads: '{{count}} 处，如', step: '步骤', what: '内容', about: '标识', node: '节点', server: '地址', protocol: '协议', took: '毫秒', answer: '应答', cached: '缓存', check: '签名', yes: '是', no: '否',
  },
  verdict: {
    found: { title: '解析成功', short: '成功', note: '' },
    notFound: { title: '没有这个标识', short: '标识不存在', note: '所属节点没有登记它。请核对是否输入完整、符号是否正确；若刚刚注册或前缀刚启用，打开“重新询问各节点”再试。' },
    noValues: { title: '标识存在，但没有可公开读取的值', short: '没有值', note: '值可能只对管理员公开，或没有所问类型的值。请联系标识所属节点的运营单位。' },
    error: { title: '节点处理出错', short: '出错', note: '多为节点内部故障，或其站点连接不上。稍后重试；若仍出错，请将下面的节点原话告诉该节点的运营单位。' },
    busy: { title: '节点繁忙', short: '繁忙', note: '节点暂不受理更多询问。请稍等几秒再试。' },
    protocol: { title: '节点认为询问有误', short: '协议错误', note: '双方协议版本可能不合。请将解析路径告诉该节点的运营单位。' },
    unsupported: { title: '节点不支持这种询问', short: '不支持', note: '请确认该节点是标识解析节点，并升级其软件。' },
    loop: { title: '节点之间互相指引，没有尽头', short: '递归过深', note: '上下级节点登记的站点互相指向。请看解析路径中重复的地址，由这些节点的运营单位改正。' },
    readOnly: { title: '节点正在备份，只能读', short: '只读', note: '解析通常不受影响；若要变更标识，请稍后再试。' },
    invalid: { title: '不是有效的标识', short: '标识无效', note: '标识由前缀、“/”和后缀组成，例如 88.101.5/T001。' },
    outdated: { title: '记下的站点信息已过时', short: '站点过时', note: '打开“重新询问各节点”再试，即可取得新的站点信息。' },
    notResponsible: { title: '被询问的服务器不负责此标识', short: '不负责', note: '上级节点登记的站点与实际不符，或站点刚刚调整。先重新询问各节点；若仍如此，请该前缀的运营单位核对其站点信息。' },
    serviceReferral: { title: '节点指向了另一服务，但没有走通', short: '指向服务', note: '请看解析路径最后一步指向的地址能否连接，并请该节点的运营单位核对服务登记。' },
    prefixReferral: { title: '节点指向了下级节点，但没有走通', short: '指向下级节点', note: '下级节点的站点可能未登记或连接不上。请该前缀的运营单位核对其站点信息。' },
    proof: { title: '节点要求先证明身份', short: '需要身份证明', note: '此标识不对公众开放。请使用所属节点的授权方式读取。' },
    denied: { title: '无权读取此标识', short: '无权', note: '请向标识所属节点的运营单位申请权限。' },
    limited: { title: '超出节点的次数限制', short: '超限', note: '请稍后再试，或向该节点的运营单位申请更高限额。' },
    silent: { title: '节点没有应答', short: '无应答', note: '节点可能停机，或网络、防火墙不通。请看解析路径中无应答的地址，检查其端口后重试。' },
    other: { title: '节点返回代码 {{code}}', short: '代码 {{code}}', note: '请将代码和解析路径告诉该节点的运营单位。' },
  },
  value: {
    index: '序号', type: '类型', data: '数据', ttl: '缓存秒数', time: '时间', access: '可见', public: '公开', secret: '仅管理员', admin: '管理员 {{who}}', allRights: '全部权限', rights: '权限 {{rights}}', site: '站点，序号 {{serial}}', key: '{{text}} 公钥', octets: '二进制，{{count}} 字节', hidden: '密钥不显示', expires: '有效 {{count}} 秒',
  },
  type: {
    URL: '网址', EMAIL: '邮箱', DESC: '描述', HS_ALIAS: '别名', HS_ADMIN: '管理员', HS_SITE: '站点', HS_SITE_PREFIX: '下级前缀的站点', HS_SERV: '服务', HS_PUBKEY: '公钥', HS_SECKEY: '密钥', HS_VLIST: '值的列表', HS_CERT: '证书', HS_SIGNATURE: '签名', HS_NAMESPACE: '命名空间', INET_HOST: '主机',
  },
  field: {
    name: '名称', prefix: '前缀', role: '类型', state: '状态', above: '上级节点', operator: '运营单位', industry: '行业', crossIndustry: '跨行业', district: '区市', hosting: '部署方式', below: '下级节点', until: '有效期至', contact: '联系人', contactName: '联系人', contactPhone: '联系电话', contactEmail: '联系邮箱',
    door: '接入口', site: '站点', publicKey: '前缀管理公钥', created: '建立时间', reason: '原因', node: '节点', handle: '标识', values: '值数', registered: '注册时间', changed: '变更时间',
  },
  hosting: { hosted: '托管', alone: '自建', hostedNote: '标识保存在本系统，由本系统应答解析', aloneNote: '标识保存在运营单位自己的节点，本系统登记其站点' },
  nodes: {
    title: '节点', note: '根节点分配二级节点前缀，二级节点分配企业节点前缀。', asTree: '树', asList: '列表', found: '建立节点', apply: '申请前缀', foundRoot: '建立根节点', none: '还没有节点', noneNote: '先建立根节点，再在其下建立二级节点；企业随后即可申请前缀。', noneView: '请主管部门先建立根节点和二级节点；之后您可在此申请企业前缀。', waiting: '待审核申请', suspended: '已暂停', search: '前缀、名称或运营单位',
    fold: '展开或收起{{name}}', secondaries: '{{count}} 个二级节点', enterprises: '{{count}} 个企业节点', noEnterprises: '还没有企业节点', moreBelow: '另有 {{count}} 个，在列表中查看',
  },
  node: {
    title: '节点', handles: '标识', below: '下级节点', entry: '节点信息', edit: '编辑', saved: '已保存', move: '变更状态', moved: '状态已变更', review: '审核', decide: '此申请等待您审核：请核对运营单位、前缀和站点，然后通过或退回。', waiting: '申请已提交，等待上级节点审核；结果会显示在这里。', because: '：{{reason}}', refusedNote: '前缀未分配。请按原因改正后，用另一个前缀重新申请。', suspendedNote: '标识仍可解析，但不能注册或变更。', revokedNote: '此前缀下的标识不再解析。', closed: '节点的接入口暂未打开，标识暂时不能解析；请在系统健康中查看原因。',
    count: '标识数', countPrefixes: '含前缀标识', left: '还有 {{count}} 天', over: '已过期 {{count}} 天', foundBelow: '建立下级节点', hasKey: '已登记，可用标准协议管理前缀', hasNoKey: '未登记',
  },
  move: { trial: '通过，转为“{{state}}”', in_service: '转为“{{state}}”', refused: '退回申请', suspended: '暂停节点', revoked: '注销节点' },
  moveNote: {
    trial: '前缀 {{prefix}} 随即可以解析，运营单位可注册标识。', in_service: '前缀 {{prefix}} 转入正式运行。', refused: '前缀 {{prefix}} 不予分配；原因会告知运营单位。', suspended: '前缀 {{prefix}} 下的标识仍可解析，但不能注册或变更；原因会告知运营单位。', revoked: '前缀 {{prefix}} 下的全部标识将不再解析，此操作不能撤回；原因会告知运营单位。',
  },
  form: {
    found: '建立节点', foundNote: '建立后即进入试运行，其前缀随即可以解析。', apply: '申请前缀', applyNote: '为本单位的节点申请一个前缀。', reviewFirst: '提交后由上级节点的运营单位审核；通过后即可注册标识。', submitFound: '建立', submitApply: '提交申请', founded: '节点已建立', applied: '申请已提交', missing: '请填写{{label}}', rootNote: '解析从这里开始；全市一个即可，前缀固定为 0.NA。', secondaryNote: '面向行业或区域，为企业分配前缀。', enterpriseNote: '企业自己的节点，注册产品、设备、零部件等标识。',
    prefixNote: '以上级节点的前缀开头，已填入下一个可用的编号', prefixSecondary: '由国家顶级节点分配，例如 88.101', operatorNote: '由该机构注册和变更标识', untilNote: '前缀使用协议的到期日', siteNote: '节点运行后，其数据目录中有此文件', siteUpload: '选择文件', sitePaste: '或粘贴文件内容', doorNote: '由哪个接入口应答', publicKeyNote: '选填；HS_PUBKEY 记录的 Base64。登记后可用标准 Handle 协议管理此前缀下的标识', looking: '正在查找', noRoot: '还没有根节点', noSecondary: '还没有可申请的二级节点',
  },
  handles: { title: '标识', note: '在本系统托管的全部标识，可按标识、值和类型查找。', search: '标识', value: '值（反查）', type: '值的类型', none: '还没有标识', noneRegister: '注册第一个标识，随即可以解析。', noneView: '由节点的运营单位注册。', noneAtAll: '节点进入试运行后，由其运营单位在节点页面注册。' },
  handle: {
    register: '注册标识', registerTitle: '在 {{prefix}} 下注册标识', registered: '标识已注册，现在即可解析', suffix: '后缀', suffixNote: '例如 T001；产品、批次或设备自己的编码，注册后不可更改', resolve: '解析', edit: '编辑', remove: '删除', removed: '标识已删除', removeTitle: '删除标识 {{handle}}？', removeNote: '删除后此标识不再解析；其他节点的缓存到期后一并消失。', changedAt: '{{time}} 变更（第 {{change}} 号）', closed: '节点当前状态不能变更标识', ofPrefix: '这是前缀的标识，随节点信息自动生成。', saved: '标识已保存',
    overtaken: '您编辑期间，此标识已被变更。以下是现在的值，您填写的内容仍在下方。', newest: '现在的值', accept: '已核对，用我填写的内容覆盖', accepted: '将以您填写的内容覆盖现在的值，请再次保存。', valueAt: '第 {{n}} 个值', addValue: '再加一个值', dropValue: '去掉', secret: '仅管理员可读', octetsNote: '二进制内容，保存时原样保留；要更换请去掉后另加', adminNote: '管理员的标识和权限，例如 300:0.NA/88.101.5 111111111111', secretNote: '不公开；编辑时留空表示不变', aliasNote: '另一个标识，解析时转到它的值',
  },
  role: { root: '根节点', secondary: '二级节点', enterprise: '企业节点' },
  problems: {
    handle: { invalid: '不是有效的标识；应为前缀/后缀，例如 88.101.5/T001。', elsewhere: '此标识不在本地托管，请通过标识解析查看。', none: '没有这个标识。', exists: '已有这个标识。', changed: '此标识刚被{{by}}变更，尚未保存您的内容。', prefix: '这是前缀的标识，请在节点信息中修改。', not_yours: '标识由其节点的运营单位变更。', refused: '节点拒绝了此变更。' },
    node: { invalid: '节点信息有误或不完整。', move: '当前状态不能这样变更。', reason: '请说明原因。', prefix_taken: '该前缀已被使用或申请。', above: '上级节点目前不受理申请。', not_yours: '由上级节点的运营单位决定。', closed: '节点的接入口暂未打开，请稍后重试。' },
    value: { base64: '值不是有效的 Base64。', admin: '管理员格式有误，例如 300:0.NA/88.101.5 111111111111。' },
    root: { none: '还没有根节点：请先建立根节点，或在配置中指明。' },
  },
}
