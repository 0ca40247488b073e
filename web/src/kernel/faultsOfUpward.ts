/** What may be wrong with upper levels, reports to them, and signed files. */
export const upward: Record<string, string> = {
  'a file as its sender made it': '请选择发送方生成的原文件',
  'a channel that no other source has': '请换一个通道名称，此通道已登记',
  'say whose files they are': '请写明是谁的文件',
  'the channel as its sender names it: letters, digits and hyphens': '请按发送方的写法填写通道名称：字母、数字和连字符',
  'from 1 to 5 public keys as PEM, and nothing else': '须为 1 至 5 个 PEM 公钥，不含其他内容',
  'a reason of 1 to 300 characters': '请填写 1 至 300 字的理由',
  'say who it is': '请写明上级是谁',
  'choose the strictest TLP that may be reported': '请选择可以上报的最严 TLP',
  'levels from 1 (Ⅰ) to 4 (Ⅳ)': '级别须为 1（Ⅰ级）至 4（Ⅳ级）',
  'the way stays; set up another upper level': '上报方式不能改变，请另建一个上级',
  'a name that no other upper level has': '请换一个名称，此名称已被使用',
}
