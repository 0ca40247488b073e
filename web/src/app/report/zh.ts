/** Texts of reports, in Chinese; en.ts has the same shape. */
export const zh = {
  title: '报告', note: '按申请人的权限生成 PDF 和 Excel；同一数据的摘要相同。文件保留三年。', make: '生成报告', search: '标题或申请人', empty: '还没有报告', emptyNote: '选择一种报告和参数，几秒钟即可生成。', missing: '请选择{{label}}',
  field: { report: '报告', language: '语言', title: '标题', state: '状态', asked: '申请', actions: '操作', files: '文件', digest: '数据摘要（SHA-256）', organisation: '机构' },
  language: { zh: '中文', en: '英文' },
  state: { waiting: '排队', running: '生成中', done: '完成', failed: '失败', cancelled: '已取消' },
  asked: '已申请，完成后可在列表中下载', cancel: '取消', remove: '删除', removed: '已删除', removeTitle: '删除此报告及其文件？', download: '下载 {{format}}', progress: '进度',
  problems: {
    many: '本机构还有 {{limit}} 份报告未完成，请稍后再试。', unknown: '没有这种报告。', parameters: '请选择全部参数。', person: '报告须由人员申请。', finished: '报告已经结束。', not_done: '报告尚未完成。', running: '报告正在生成，请先取消。',
    time: '报告生成超时。', tries: '报告多次中断，未能完成。', lost: '生成报告的任务已不存在，请重新申请。',
  },
}
