/** Texts of cultivation in Chinese; cultivationEn.ts has the same shape. */
export const cultivationZh = {
  title: '梯度培育', note: '层级条件与企业档案逐条比对；只有企业自己和工信部门看得到结果。符合条件不等于认定。',
  tabs: { standing: '本企业', results: '年度评估结果', overview: '总览' },
  checked: { official: '官方文本', secondary: '二手资料，非官方', unchecked: '未与官方文本核对', own: '本系统规则' },
  holds: '已认定', toRung: '距此层级还差', outcomes: { met: '符合条件', unknown: '资料不足', unmet: '不符合' },
  noEnterpriseNote: '登记企业并通过审核后，即可看到符合哪些层级、还差什么。',
  ladder: '梯度', rung: '层级', year: '年度', district: '区市', enterprise: '企业', outcome: '结果', lacking: '缺少条件数', watch: '观察名单', watchNote: '只差一个条件', yes: '是', held: '已认定', met: '符合条件', all: '全部', day: '档案日期', by: '评估人', enterprises: '企业数',
  run: '进行年度评估', runNote: '按所选梯度比对全市企业；同一年度再次评估会替换该年度的结果。', ran: '已评估 {{n}} 家企业', runs: '历次评估', none: '没有评估结果', noneNote: '工信部门进行年度评估后显示在这里。', search: '企业名称',
}

/** What the doors of cultivation refuse with. */
export const cultivationProblemsZh = { ladder: '没有这个梯度。', year: '该年度尚未开始。' }
