/** Texts of attraction in Chinese; attractionEn.ts has the same shape. */
export const attractionZh = {
  title: '招商引进', note: '从线索、走访、签约到落地；落地须有佐证并关联企业名录，才计入引进', board: '看板', list: '列表', add: '登记线索', search: '企业、来源地、产业链或环节', none: '还没有线索', noneNote: '可由主管部门登记，或从产业链缺口得到。', toGaps: '查看产业链', empty: '没有', more: '查看全部 {{n}} 条', leads: '{{n}} 条', planned: '计划投资 {{n}} 万元',
  stages: { lead: '线索', visited: '走访', committed: '签约', landed: '落地', lost: '流失' }, sources: { city: '主动寻找', partner: '企业或协会推荐', analysis: '产业链缺口分析', company: '企业主动联系' },
  field: { company: '企业', origin: '来源地', industry: '行业', chain: '产业链', gap: '补链环节', source: '线索来源', stage: '阶段', investment: '计划投资（万元）', owner: '跟进人', next: '下次跟进', landed: '落地日期', entry: '企业名录', reason: '流失原因', evidence: '佐证', year: '落地年份', due: '跟进', changed: '更新时间' }, dueNow: '已到跟进日', missing: '请填写{{label}}', save: '保存', saved: '已保存', edit: '编辑', take: '由我跟进',
  acts: { visit: '记录走访', commit: '记录签约', land: '确认落地', lose: '标记流失', reopen: '重新跟进' }, day: '日期', what: '内容', why: '原因', code: '统一社会信用代码（名录中已通过的企业）', done: '已记录', needFile: '落地前须先上传佐证。', attach: '上传佐证', history: '跟进记录', kinds: { added: '登记线索', edited: '编辑', visit: '走访', commit: '签约', land: '落地', lose: '流失', reopen: '重新跟进' },
}

/** What the doors of attraction refuse with. */
export const attractionProblemsZh = { invalid: '信息不完整或有误。', stage: '此阶段不能这样处理。', no_evidence: '落地须有佐证，请先上传。', twice: '企业 {{code}} 已由另一条线索落地，只计一次。', kept: '仅可删除演示数据。', files_full: '最多 {{limit}} 个文件。' }
