/** Texts of the system's pages, in Chinese. */
export const zh = {
  problems: {
    set_up: { invalid: '初始化信息不完整。', done: '城市已经初始化。', link: '一次性链接无效或已失效。' },
    login: { form: '登录名不符合要求。' },
    password: { length: '密码至少 {{min}} 个字符。', login: '密码不能包含登录名。' },
    sign_in: { limited: '尝试次数过多，请稍后再试。', refused: '登录名或密码错误。' },
  },
}
