/** Texts of the pages before sign-in, in Chinese. */
export const zh = {
  signIn: { title: '登录', login: '登录名', password: '密码', submit: '登录', loginMissing: '请填写登录名', passwordMissing: '请填写密码' },
  setUp: {
    title: '初始化城市', note: '此页只能通过一次性链接打开，完成后链接即失效。', noLink: '请用启动时打印的一次性链接打开此页',
    noLinkNote: '启动 linghang serve 后，终端会显示完整的初始化链接。每次启动都会生成新的链接。',
    city: '城市', cityName: '城市名称', bureau: '主管部门', administrator: '首位管理员', person: '姓名', personMissing: '请填写管理员姓名', loginForm: '3 至 64 个字母、数字或 . _ - @',
    passwordForm: '至少 {{min}} 个字符，且不含登录名', repeat: '再次输入密码', repeatWrong: '两次输入的密码不一致', submit: '完成初始化',
    from: '计划开始', to: '计划结束', periodMissing: '请填写起止日期', periodOver: '这一期限已经结束：看板会给出最终结论，不再作预测。如要继续跟踪这些目标，请改为现在的期限。',
    plan: '选择行动计划', planNote: '模板中的目标均注明出处，之后可以修改。', planSize: '{{from}} 至 {{to}}，{{targets}} 项目标。', noPlan: '暂不创建', noPlanNote: '以后可在“行动计划”中新建或导入。', planSubmit: '开始使用',
  },
}
