/** Texts of search, in Chinese; en.ts has the same shape. */
export const zh = {
  title: '全市搜索', box: '搜索机构、人员、平台、目标', short: '搜索', open: '打开搜索（Ctrl+K 或 /）', all: '全部', kinds: '类别', count: '找到 {{count}} 条', most: '没有包含全部词语的结果，以下包含其中大部分。',
  nothing: '没有找到“{{q}}”', nothingNote: '换个说法，或只输入最关键的两三个词。也可以输入拼音首字母，例如 qdstjj。', start: '输入要找的内容', startNote: '中文、英文、代码、统一社会信用代码都可以；名称可用拼音首字母。只显示您有权查看的内容。',
  building: '索引正在建立，结果可能不全。', more: '更多结果', see: '查看全部结果', move: '↑ ↓ 选择，回车打开，Esc 关闭',
}
