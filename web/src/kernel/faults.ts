/**
 * The validator at the server's door speaks English. Its sentences are few, so
 * they are put into Chinese by pattern; all others stay as they are.
 */
const patterns: [RegExp, string][] = [
  [/^expected required property (.+) to be present$/, '缺少“$1”'],
  [/^expected length <= (\d+)$/, '最多 $1 个字符'],
  [/^expected length >= 1$/, '不能为空'],
  [/^expected length >= (\d+)$/, '至少 $1 个字符'],
  [/^expected number >= (.+)$/, '不能小于 $1'],
  [/^expected number <= (.+)$/, '不能大于 $1'],
  [/^expected array length >= (\d+)$/, '至少 $1 项'],
  [/^expected array length <= (\d+)$/, '最多 $1 项'],
  [/^expected value to be one of "(.+)"$/, '只能是：$1'],
  [/^expected string to be RFC 3339.*$/, '不是有效的时间'],
  [/^expected (string|number|integer|boolean|object|array)$/, '类型不对，应为 $1'],
  [/^unexpected property$/, '多余的字段'],
  [/^name the platform$/, '请填写平台名称'],
  [/^give a name$/, '请填写名称'],
  [/^name the city$/, '请填写城市名称'],
  [/^name the bureau that runs this system$/, '请填写主管部门名称'],
  [/^give the administrator's name$/, '请填写管理员姓名'],
  [/^use 3 to 64 letters, digits or \. _ - @$/, '3 至 64 个字母、数字或 . _ - @'],
  [/^choose a password of at least (\d+) characters$/, '密码至少 $1 个字符'],
  [/^choose a password without the login name$/, '密码不能包含登录名'],
  [/^2 to 40 small letters, digits or -, beginning with a letter$/, '2 至 40 个小写字母、数字或 -，以字母开头'],
  [/^choose one of the classes$/, '请选择类别'],
  [/^choose a district$/, '请选择区市'],
  [/^choose a division of GB\/T 4754.*$/, '请选择 GB/T 4754 行业大类 C13 至 C43；跨行业可不选'],
  [/^begins with http:\/\/ or https:\/\/$/, '应以 http:// 或 https:// 开头'],
  [/^18 characters with a check character.*$/, '统一社会信用代码为 18 位，含校验位（GB 32100-2015）'],
  [/^a platform is not .+ without a reason$/, '请说明原因'],
  [/^the role (\w+) exists in bureaus only$/, '角色 $1 只能用于主管部门'],
  [/^the role (\w+) allows more than you may do yourself$/, '角色 $1 的权限超出您本人的权限'],
  [/^write something, or attach a file$/, '请填写内容或添加附件'],
  [/^(\d+) characters are more than (\d+)$/, '$1 个字符，最多 $2 个'],
  [/^write @(.+) in the text$/, '请在正文中写出 @$1'],
  [/^choose persons who see the object$/, '请选择可查看此内容的人员'],
  [/^upload the file at this object first$/, '请先在此处上传文件'],
  [/^this organisation is not yours$/, '该机构不在您的范围内'],
]

/** Says a validator's sentence in the language. */
export function restateFault(message: string, language: 'zh' | 'en'): string {
  if (language === 'en') return message.charAt(0).toUpperCase() + message.slice(1)
  for (const [pattern, text] of patterns) if (pattern.test(message)) return message.replace(pattern, text)
  return message
}
