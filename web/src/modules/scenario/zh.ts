/** Texts of this room in Chinese; en.ts has the same shape. */
export const zh = {
  list: { title: '场景清单', note: '按行业、环节、模式、技术和价值查找工业赋能场景' },
}
