/** Texts of uploaded files, in Chinese; en.ts has the same shape. */
export const zh = {
  title: '上传文件',
  note: '每个上传文件的检查结论。文件先隔离，按内容判定类型并检查，通过后才放行；被拒绝的文件不保存内容。',
  search: '文件名、摘要或上传者',
  empty: '还没有上传过文件', emptyNote: '在填报数值时上传证明文件，检查结论会出现在这里。',
  field: { time: '时间', name: '文件名', kind: '类型', size: '大小', room: '模块', verdict: '结论', reason: '原因', sender: '上传者', declared: '声明类型', hash: 'SHA-256 摘要', scanned: '病毒扫描', media: '媒体类型' },
  verdict: { released: '已放行', refused: '已拒绝' },
  scanned: { yes: '已扫描，未发现病毒', no: '未扫描' },
  problems: {
    empty: '文件是空的。', kind: '不接收“{{kind}}”类型的文件。请上传 PDF、OFD、Word、Excel、PowerPoint（OOXML）、文本、CSV、PNG、JPEG、WebP，或由它们组成的 ZIP。',
    mismatch: '文件声明为 {{declared}}，内容却是 {{kind}}。请按实际类型上传。', polyglot: '文件同时是 {{first}} 和 {{second}}，可能被用来伪装。请用原来的程序重新导出。',
    damaged: '文件以 {{kind}} 开头，但后面的内容不完整或已损坏。请重新导出并完整上传。', active: '{{kind}} 文件中含有会被程序执行的内容（{{what}}）。请去掉宏、脚本和外部链接后重新保存。',
    pixels: '图片过大，最多 {{limit}} 像素。', text: '文件以文本开头，后面却不是文本。请以 UTF-8 文本重新保存。', csv: '文件不是有效的 CSV。请以 UTF-8 CSV 重新保存。',
    formula: '第 {{line}} 行第 {{column}} 列的单元格以公式开头。请保存为数值；以 = + - @ 开头的文字请在前面加单引号。',
    archive: {
      entries: '压缩包内的文件超过 {{limit}} 个。', size: '压缩包解压后超过 {{limit}} 字节。', ratio: '压缩包内有文件解压后超过原来的 {{limit}} 倍。', nested: '压缩包里还有压缩包，请拆开上传。', overlap: '压缩包内的文件互相重叠，属于恶意构造。',
      path: '压缩包内的文件路径不安全。', locked: '压缩包内有加密文件，无法检查。请去掉密码。', kind: '压缩包内有不接收的“{{kind}}”类型文件，请取出后上传。',
    },
    infected: '病毒扫描发现：{{finding}}。文件已拒绝。', scanner: '病毒扫描程序没有应答，暂时不能上传，请稍后重试。', busy: '正在检查的文件过多，请稍后重试。',
  },
}
