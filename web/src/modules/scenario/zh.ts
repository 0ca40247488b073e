import { openingProblemsZh, openingZh } from './openingZh'
import { pilotProblemsZh, pilotZh } from './pilotZh'

/** Texts of this room in Chinese; en.ts has the same shape. */
export const zh = {
  opening: openingZh,
  pilot: pilotZh,
  apps: { title: '工业应用', note: '已公布场景用到的工业应用，按场景数排列；点名称看用到它的场景', scenarios: '场景数', empty: '没有场景用到工业应用', emptyNote: '换一个环节，或在场景中填写“工业应用”' },
  list: {
    title: '场景清单', note: '按行业、环节、模式、技术和价值查找工业赋能场景', write: '编写场景', search: '关键词、英文或拼音', table: '表格', cards: '卡片', empty: '清单中还没有场景', emptyNote: '场景经审核发布后显示在这里。',
    score: '找到的内容', providers: '{{n}} 家服务商', effects: '{{n}} 项成效',
  },
  field: {
    title: '场景名称', summary: '简介', text: '正文', owner: '归属单位', status: '状态', year: '发布年度', quarter: '季度', published: '首次发布', updated: '更新时间', cost: '投入', costFrom: '投入下限（万元）', costTo: '投入上限（万元）', evidence: '依据', effects: '成效', providers: '服务商',
    apps: '工业应用', standards: '标准', pictures: '图片', kind: '类别', figure: '指标', value: '数值', before: '实施前', unit: '单位', version: '版本', edition: '分类目录版本', author: '编写人', written: '编写时间', decided: '审核时间', caption: '图片说明', city: '全市',
    industries: '行业', stages: '业务环节', modes: '新模式', links: '十六场景', technologies: '技术', values: '价值', maturity: '成熟度',
  },
  statuses: { draft: '草稿', review: '待审核', published: '已发布', revised: '已修订', withdrawn: '已撤下' },
  scenario: {
    about: '场景说明', versions: '版本', alike: '相似场景', compare: '对比', compareWith: '与第 {{n}} 版对比', differs: '有差异的内容', same: '两个版本内容相同', proven: '场景开放带来的成效', openings: '场景开放', openIt: '开放此场景', uses: '采用此场景', providers: '查找服务商', need: '发布需求', edit: '编写新版本', continue: '继续编写',
    whoNeeds: '谁需要',
    submit: '提交审核', submitted: '已提交审核', recall: '撤回修改', recalled: '已撤回', publish: '发布', back: '退回', decided: '已处理', withdraw: '撤下', withdrawn: '已撤下', withdrawNote: '场景不再列入清单，但仍可查阅。', publishNote: '发布后成为当前版本；原版本保留可查。', backNote: '请说明需要修改的内容。',
    reason: '理由', waits: '第 {{n}} 版待审核', draft: '第 {{n}} 版为草稿', returned: '被退回：{{reason}}', whyWithdrawn: '撤下原因：{{reason}}', twin: '查看保留的场景', lists: '列入清单', listed: '{{year}} 年第 {{number}} 批第 {{place}} 号', yuan: '{{from}}–{{to}} 万元', sharedWords: '相同分类：{{words}}', none: '未填写', shown: '显示第 {{n}} 版',
    noAlike: '没有相似的场景', likeness: '相似度 {{n}}%', evidence: '依据：{{what}}',
  },
  form: { aside: '{{what}}（{{more}}）', inZh: '{{label}}（中文）', inEn: '{{label}}（英文）', create: '编写场景', edit: '编写场景', save: '保存草稿', saved: '草稿已保存', missing: '请填写{{label}}', tags: '输入后按回车，可填多个', add: '添加', remove: '移除', effectsNote: '每项成效须说明依据', picture: '上传图片', pictureNote: '先保存草稿，再上传图片' },
  lists: {
    title: '年度清单', note: '按年度发布的场景清单：编号固定、内容不再改变，可凭摘要核验', year: '年度', number: '批次', entries: '场景数', digest: '内容摘要（SHA-256）', released: '发布时间', by: '发布人', release: '发布 {{year}} 年清单', releaseNote: '{{n}} 个在 {{year}} 年首次发布、尚未列入清单的场景将列入。发布后不能更改。', releaseNone: '{{year}} 年没有待列入的场景',
    done: '清单已发布', empty: '还没有发布清单', emptyNote: '主管部门发布后显示在这里。', contents: '核验文件', name: '{{year}} 年第 {{number}} 批',
  },
  import: {
    title: '导入场景', note: '先检查，再整体导入；有一处错误则全部不导入。名称和简介都相同的场景只保留一个。', template: '{{format}} 模板', drop: '点击或拖入 CSV 或 XLSX 文件', busy: '正在处理', new: '新场景', known: '已有', knownNote: '不再导入', wrong: '错误', near: '可能重复', mend: '请修改文件后重新上传', line: '行', column: '列', why: '问题',
    nearNote: '勾选不导入的行；未勾选的照常导入，之后可在“重复场景”中处理。', row: '文件中的场景', other: '相似的场景', inFile: '同一文件', enter: '导入 {{n}} 个场景', done: '已导入 {{n}} 个场景', skip: '不导入第 {{n}} 行',
  },
  pair: {
    title: '重复场景', note: '找出可能是同一场景的条目，对照后处理；可撤销', likely: '可能重复', decisions: '处理记录', none: '没有发现可能重复的场景', rules: '判断规则：名称的相邻字对有 80% 以上相同，或简介相同。', older: '较早的场景', newer: '较晚的场景', likeness: '相似度', keepOlder: '保留较早', keepNewer: '保留较晚', apart: '不是同一场景',
    sameTitle: '确认是同一场景？', sameNote: '另一场景将撤下，并指向保留的场景；可撤销。', apartTitle: '确认是两个场景？', apartNote: '这一对不再列出；可撤销。', done: '已处理', undo: '撤销', undone: '已撤销', undoTitle: '撤销此处理？', undoNote: '撤下的场景恢复发布。', kept: '保留', other: '另一场景', what: '处理', same: '同一场景', two: '两个场景', at: '时间', noDecisions: '还没有处理记录', rule: { title: '名称相近', summary: '简介相同' },
  },
  problems: {
    opening: openingProblemsZh,
    pilot: pilotProblemsZh,
    content: { invalid: '场景内容不完整或有误。' }, in_review: '此版本正在审核，撤回后才能修改。', no_draft: '没有可提交的草稿。', not_in_review: '没有待审核的版本。', not_yours: '仅限归属单位和主管部门。', reason: '请说明理由。', status: '场景当前状态不能这样处理。', city: '仅限市级主管部门。', real: '只有演示数据可以删除；请改为撤下。',
    provider: '没有这个机构。', picture: '没有这张图片。', pair: { same: '不能与自己重复。', decided: '已处理过，请先撤销。', over: '已撤销，或之后有修改。' }, list: { full: '一份清单最多 {{limit}} 个场景。', empty: '{{year}} 年发布的场景都已列入清单。', year: '年度尚未到来。', format: '清单格式为 PDF 或 XLSX。' }, import: { rows: '有 {{count}} 处错误，未导入任何场景。' },
  },
}
