/** Texts of this room in Chinese; en.ts has the same shape. */
export const zh = {
  list: { title: '企业名录' },
}
