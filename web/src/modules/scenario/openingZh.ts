/** Texts of openings in Chinese; openingEn.ts has the same shape. */
export const openingZh = {
  title: '场景开放', note: '企业开放场景，服务商申请承接；申请在截止前对任何人保密', empty: '还没有开放的场景', emptyNote: '企业在场景页面选择“开放此场景”。', search: '标题、场景或企业', one: '场景开放', new: '开放场景',
  states: { draft: '草稿', open: '征集中', running: '实施中', completed: '已完成', cancelled: '已取消' }, judging: '待选定', mine: '我的', mineOwner: '本企业开放的', mineProvider: '本机构承接的',
  field: {
    title: '标题', what: '需求', data: '可提供的数据', site: '场地与设备', schedule: '时间安排', budgetFrom: '预算下限（万元）', budgetTo: '预算上限（万元）', budget: '预算', confidential: '保密内容', deadline: '申请截止', enterprise: '企业', provider: '服务商', state: '状态', opened: '开放时间', chosen: '选定时间', completed: '完成时间', scenario: '场景', applications: '申请数', reason: '理由',
    approach: '实施方案', team: '团队与业绩', price: '报价（万元）', days: '工期（天）', digest: '提交凭证（SHA-256）', submitted: '提交时间', milestone: '里程碑', due: '期限', report: '完成情况', grade: '评分（1–5）', words: '评语', effect: '成效指标',
  },
  confidentialNote: '仅本企业、主管部门和被选定的服务商可见', hidden: '保密', serverTime: '以服务器时间为准，当前 {{time}}', about: '开放说明', applications: '申请', milestones: '里程碑', evaluation: '评价',
  save: '保存草稿', saved: '已保存', open: '开放', opened: '已开放', openNote: '开放后内容不能更改；截止前任何人都看不到申请。', cancel: '取消开放', cancelled: '已取消', cancelNote: '申请的服务商会收到通知。', apply: '提交申请', applyAgain: '更新申请', applied: '申请已提交', withdraw: '撤回申请', withdrawn: '申请已撤回', withdrawNote: '截止前可再次提交。',
  sealed: '截止前，申请对企业和主管部门保密；其他服务商始终看不到。', sealedOwn: '只显示本机构的申请。', noApplications: '没有申请', choose: '选定', chosen: '已选定', chooseTitle: '选定 {{name}}', addMilestone: '添加里程碑', reportIt: '报告完成', reported: '已报告', accept: '验收', accepted: '已验收', back: '退回', returned: '已退回：{{reason}}', waits: '待验收', notYet: '未完成',
  complete: '完成并填报成效', completed: '已完成', addEffect: '添加成效', evaluate: '提交评价', evaluated: '评价已提交', own: '企业评价服务商', theirs: '服务商评价企业', notBoth: '双方都评价后互相可见', given: '已评价', notGiven: '未评价', applicationStates: { submitted: '已提交', withdrawn: '已撤回', chosen: '已选定', not_chosen: '未选定' },
}

/** What the doors of openings refuse with. */
export const openingProblemsZh = {
  invalid: '开放内容不完整或有误。', opened: '开放后不能更改；可取消后重新开放。', state: '当前状态不能这样处理。', reason: '请说明理由。', sealed: '截止后才能查看和选定申请。', application: '没有这份申请。', choice: '选定内容不完整或有误。', accepted: '此里程碑已验收。', report: '请说明完成情况。', not_reported: '此里程碑尚未报告，或已验收。', unfinished: '里程碑“{{milestone}}”尚未验收。',
  effects: '成效不完整或有误。', evaluated: '已评价过。', verdict: '请给出评分和评语。', offer: '申请不完整或有误。', closed: '已过截止时间（以服务器时间为准），不能再申请或修改。', withdraw: '申请已不能撤回。', side: '由另一方处理。', bureau: '由企业开放场景。', scenario: '清单中没有这个场景。', own: '企业自己和主管部门不能申请。', full: '最多接受 {{limit}} 份申请。',
}
