/** Texts of the pages before sign-in, in Chinese. */
export const zh = {
  signIn: { title: '登录', login: '登录名', password: '密码', submit: '登录', loginMissing: '请填写登录名', passwordMissing: '请填写密码', or: '或', passkey: '用通行密钥登录' },
  proof: {
    title: '验证第二因素', who: '{{name}}，密码正确，还需验证第二因素。', submit: '验证', missing: '请填写{{label}}', passkey: '使用通行密钥', leave: '退出，换一个账户登录',
    label: { totp: '验证码', recovery: '恢复码', password: '当前密码' },
    note: { totp: '打开验证器应用，填写 6 位数字。', recovery: '填写一个尚未用过的恢复码，每个只能用一次。', password: '填写您现在的登录密码。', passkey: '用设备的指纹、面容、PIN 或安全密钥确认。' },
    use: { totp: '改用验证码', recovery: '改用恢复码', password: '改用密码', passkey: '改用通行密钥' },
  },
  stepUp: { title: '请再次验证身份', note: '此操作影响重大，需要 10 分钟内的验证。验证后自动继续。' },
  enrol: { title: '请先添加第二因素', codes: '请保存恢复码', why: '您的角色必须使用第二因素，宽限期已过。添加之后即可继续使用。' },
  due: { text: '您的角色须在 {{date}} 之前添加第二因素，逾期后登录时必须先添加。', act: '现在添加' },
  register: {
    title: '机构注册', note: '提交后由主管部门审核，通过后即可用所填登录名登录。', name: '机构名称', kind: '类别', district: '所在区市', uscc: '统一社会信用代码', usccWrong: '统一社会信用代码有误：18 位，含校验位', contact: '联系人', phone: '联系电话', email: '邮箱', language: '语言', keepPassword: '留空则不变',
    consent: '我已阅读并同意以上个人信息处理说明', consentMissing: '请阅读并同意', submit: '提交注册', toSignIn: '已有账户，去登录', sent: '注册已提交', sentNote: '主管部门审核后会通知您。', keepLink: '请保存下面的链接，可随时查看审核进度；退回时从这里修改后重新提交。', link: '进度链接', look: '查看进度',
    statusTitle: '机构注册进度', noLink: '请用提交注册时保存的链接打开此页', state: '状态', submitted: '提交时间', again: '重新提交',
    kinds: { enterprise: '企业', operator: '平台运营单位', provider: '服务商', node: '标识节点运营单位', park: '园区', responder: '安全响应单位' },
    states: { submitted: '待审核', returned: '已退回', approved: '已通过', refused: '未通过' },
    says: { submitted: '注册正在审核', returned: '注册被退回，请按意见修改后重新提交', approved: '注册已通过，可以登录', refused: '注册未通过' },
  },
  invitation: {
    title: '加入机构的邀请', to: '邀请您加入“{{organisation}}”', found: '邀请“{{organisation}}”入驻', founds: '接受后，“{{organisation}}”成为平台上的机构，您是它的管理员。请核对单位名称和统一社会信用代码。', uscc: '统一社会信用代码', noLink: '请用收到的邀请链接打开此页', role: '角色', by: '邀请人', words: '附言', until: '有效期至', signedIn: '您以“{{name}}”的身份登录，将用此账户加入。', accept: '接受并加入', have: '已有账户？', signIn: '登录后接受', make: '创建账户并加入', open: '设置密码并开始使用',
    prepared: '已为您准备了账户，登录名为 {{login}}，请设置密码。', decline: '谢绝邀请', declineTitle: '谢绝此邀请？', declineNote: '链接随即失效，邀请人会收到通知。', declined: '您已谢绝邀请，链接已失效。',
  },
  alone: { title: '您目前不属于任何机构', why: '您的账户仍然有效。收到邀请后，在下面粘贴邀请链接即可加入机构。', link: '邀请链接', noLink: '请粘贴完整的邀请链接', follow: '打开邀请' },
  setUp: {
    title: '初始化城市', note: '此页只能通过一次性链接打开，完成后链接即失效。', noLink: '请用启动时打印的一次性链接打开此页',
    noLinkNote: '启动 linghang serve 后，终端会显示完整的初始化链接。每次启动都会生成新的链接。',
    city: '城市', cityName: '城市名称', bureau: '主管部门', administrator: '首位管理员', person: '姓名', personMissing: '请填写管理员姓名', loginForm: '3 至 64 个字母、数字或 . _ - @',
    passwordForm: '至少 {{min}} 个字符，且不含登录名', repeat: '再次输入密码', repeatWrong: '两次输入的密码不一致', submit: '完成初始化',
    from: '计划开始', to: '计划结束', periodMissing: '请填写起止日期', periodOver: '这一期限已经结束：看板会给出最终结论，不再作预测。如要继续跟踪这些目标，请改为现在的期限。',
    plan: '选择行动计划', planNote: '模板中的目标均注明出处，之后可以修改。', planSize: '{{from}} 至 {{to}}，{{targets}} 项目标。', noPlan: '暂不创建', noPlanNote: '以后可在“行动计划”中新建或导入。', planSubmit: '开始使用',
  },
}
