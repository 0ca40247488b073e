/** Refusals of comments, in Chinese; en.ts has the same shape. */
export const zh = {
  problems: {
    closed: '您可以查看这里的评论，但不能发表。',
    comment: { invalid: '评论内容不完整或过长。', late: '评论发表 {{minutes}} 分钟后不能再修改。', other: '这是他人的评论。', removed: '评论已删除。' },
    thread: { unknown: '没有这个话题。', full: '一个话题最多 {{limit}} 条回复，请另起一条评论。' },
    object: { full: '这里的评论已达 {{limit}} 条上限。' },
    person: { full: '您一天内最多发表 {{limit}} 条评论，请稍后再试。' },
    mention: { unknown: '提到的人员看不到此内容。', unnamed: '正文里没有写出所提到的人员。' },
    files: {
      unknown: '附件尚未上传，或属于其他评论，请重新上传。', full: '这里的附件已达上限（{{files}} 个、{{mib}} MiB）。', many: '您一天内最多上传 {{files}} 个附件、{{mib}} MiB，请稍后再试。', again: '附件未能保存，请重新上传。', said: '附件属于一条评论，请修改该评论。',
    },
  },
}
