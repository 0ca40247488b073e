/** What pages of the national vulnerability lists say in Chinese. */
export const listed = {
  title: '国家漏洞库', one: '条目', note: 'CNVD、CNNVD 的条目，以其原文显示；没有 CVE 编号的条目不与资产比对', search: '编号、名称、CVE、影响产品', list: '来源', severity: '危害等级', kind: '类型', published: '发布日期', modified: '更新日期', told: '相关通告', remedy: '怎么处理', description: '说明', products: '影响产品（原文）', links: '参考链接', about: '条目信息',
  without: '没有', onlyWithout: '仅没有 CVE 编号的', onlyTold: '仅有相关通告的', empty: '没有条目', emptyNote: '在“导入安全通告”页选择 CNVD 或 CNNVD 文件', emptyOthers: '由市主管部门导入', noRemedy: '未给出处理办法', beside: '国家漏洞库',
  withoutTitle: '没有 CVE 编号，未与资产比对', withoutNote: '影响产品是文字，无法可靠地对应到资产；请对照“影响产品”人工核对。',
  choose: '选择 CNVD、CNNVD 文件', importNote: '发布者提供的 XML（可为 gzip），或首行含“漏洞编号”的 CSV、XLSX；整个文件收录或完全不收录，更新日期较新者为准', busy: '正在上传和读取 {{name}}（{{size}} MiB），请勿关闭页面', done: '已收录：新增 {{n}} 条，更新 {{m}} 条',
  counts: { new: '新增', changed: '更新', same: '无变化', older: '较旧，未收录', skips: '跳过', with_cve: '有 CVE 编号' }, mended: '文件有以下已知的损坏，已修复后读取',
  mends: { ampersand: '未转义的 & {{n}} 处，首处在第 {{line}} 行', control: 'XML 不允许的控制字符 {{n}} 个，首个在第 {{line}} 行，已替换为空格', octet: '不是文字的字节 {{n}} 个，首个在第 {{line}} 行，已替换为 �', block: '略去 PAV 块 {{n}} 个，首个在第 {{line}} 行', cut: '超长而截短的条目 {{n}} 个，首个在第 {{line}} 行' },
  reasons: { no_number: '没有编号', number_form: '编号不合该漏洞库的格式', date_form: '日期有误', not_an_entry: '不是已知的条目元素', number_twice: '编号在文件中重复，保留较新的', not_text: '单元格含有不是文字的字符' },
}
