/** Texts of diagnoses in Chinese; diagnosisEn.ts has the same shape. */
export const diagnosisZh = {
  title: '数字化诊断', note: '企业自评数字化水平，可请专家评审，并与同行业、同区市比较。',
  list: '诊断记录', overview: '总览', search: '企业名称', none: '还没有诊断记录', noneOwn: '选择一份问卷开始；可随时离开，之后继续。', noneCity: '企业提交后显示在这里。',
  begin: '开始诊断', repeat: '再次诊断', repeatNote: '以上次的答案为起点，逐项核对后再提交。', continue: '继续填写', noEnterprise: '名录中没有本单位的企业', noEnterpriseNote: '先登记企业，经审核后即可诊断。', toMine: '登记企业', of: '诊断对象', questionnaire: '问卷',
  questions: '{{count}}个问题', unchecked: '部分内容未与官方文本核对', marks: '依据与核对情况',
  checked: { official: '官方文本', secondary: '二手资料', unchecked: '未核对', own: '本系统规则' },
  field: { enterprise: '企业', questionnaire: '问卷', state: '状态', level: '等级', score: '得分', submitted: '提交时间', reviewed: '专家评审', district: '区市', industry: '行业', begun: '开始时间' },
  states: { draft: '草稿', submitted: '已提交' }, newest: '只看各企业最近一次', yes: '是', mine: '待我评审', mineAll: '我评审的', reviewedMark: '已评审', notReviewed: '未评审',
  level0: '未达一级', discard: '放弃草稿', discardNote: '草稿及其答案、材料将被删除。', discarded: '草稿已放弃',
  progress: '已答{{answered}}/{{of}}', evidenceLacks: '缺{{count}}份佐证', allSaved: '全部答案已保存', saving: '正在保存…', unsaved: '有{{count}}个答案未保存', pages: '问卷部分', previous: '上一部分', next: '下一部分',
  answeredBy: '{{name}}，{{time}}', failed: '未能保存：{{why}}', again: '重试', stale: '有人已先作答：{{by}}选择了“{{answer}}”', keepMine: '改用我的答案', takeTheirs: '采用对方答案', nothing: '未作答',
  star: '约束性场景', computed: '将与原始数据核对', outcome: '成效', attach: '上传佐证材料', evidenceNeeded: '此答案须附佐证材料', removeFile: '移除{{name}}', clear: '清除',
  submit: '提交', submitTitle: '提交诊断', submitNote: '提交后不能再修改；以后可以再次诊断。', share: '向工信部门公开', shareResult: '仅结果（等级、得分与差距）', shareAnswers: '结果、答案与佐证材料（申请专家评审须选此项）', submitted: '诊断已提交', lacks: '还有{{answers}}个问题未答、{{evidence}}份佐证未附', goOn: '去补充', submitOnly: '只有本企业管理员可以提交。',
  result: '结果', answers: '答案', history: '历次诊断', level: '等级', score: '得分', selfLevel: '自评', selfNote: '专家评审前', scenarios: '达到各级的场景', ofMost: '满分{{most}}', digest: '提交凭证（SHA-256）', shared: '公开范围', sharedResult: '仅结果', sharedAnswers: '结果、答案与材料', pdf: '下载PDF', xlsx: '下载XLSX',
  radar: '与同行业、同区市比较', radarLabel: '各方面得分率：{{values}}', own: '本企业', industryMedian: '同行业中位数（{{count}}家）', districtMedian: '同区市中位数（{{count}}家）', few: '同行业或同区市已诊断企业少于5家时不显示，以免识别出单个企业。', quartile: '四分位', aspect: '方面',
  gap: '距{{level}}的差距', gapNone: '已达到最高等级', gapScore: '得分{{have}}，需要{{need}}', gapScenarios: '达到{{grade}}级的场景{{have}}个，需要{{need}}个', gapStarred: '其中约束性场景（★）{{have}}个，需要{{need}}个', gapStage: '本级得分{{have}}，需要{{need}}', vetoed: '否决项：{{title}}',
  advice: '改进建议', adviceRule: '规则：步数最少。一步即一个等级、区间、档次，或多选中增加一项。先补约束性场景，再补最接近的场景；得分先取每步分值最大的措施，措施不足时才列成效。', adviceHidden: '企业未公开答案，改进建议仅企业可见。', adviceTo: '{{have}}→{{want}}', toDo: '做到', item: '问题或场景', now: '现在', then: '目标', effort: '步数', examples: '赋能场景', apps: '工业应用', providers: '服务商', need: '发布需求', policies: '适合本企业的政策', nearest: '最接近的场景', lift: '差{{count}}级',
  findings: '与原始数据不一致', findingDiffers: '{{question}}：选择“{{chosen}}”，按原始数据为“{{computed}}”（{{value}}%）', findingExceeds: '{{question}}大于{{computed}}', tallies: '第一部分得分', most: '满分', grade: '等级', all: '场景数', starred: '其中★', stage: '阶段', met: '满足', notMet: '未满足', stageTitle: '各级满足程度',
  notShared: '企业只公开了结果，答案与佐证材料不可见。', review: '专家评审', reviewNote: '对照佐证材料逐题确认，或更正并说明理由；企业自答保留。提交评审后结果随之更新。', confirm: '确认', change: '更正', changeTitle: '更正：{{question}}', reason: '理由', reasonNeeded: '请说明理由', expertAnswer: '专家答案', ownAnswer: '企业自答', confirmed: '已确认', changed: '已更正', give: '提交评审', giveNote: '已确认{{confirmed}}题、更正{{changed}}题，其余按企业自答。提交后不能修改。', given: '评审已提交', note_: '评审意见（企业可见）', reviewer: '评审专家', reviewing: '{{name}}正在评审', reviewedBy: '{{name}}评审，{{time}}', assign: '指派专家', assignNote: '本企业人员不能评审。', assigned: '已指派', partial: '本企业人员', release: '收回评审', releaseNote: '专家已填写的意见将被删除。', released: '已收回', findExpert: '按姓名查找',
  enterprises: '已诊断企业', reviewedCount: '经专家评审', byLevel: '按等级', byIndustry: '按行业', byDistrict: '按区市', median: '得分中位数', city: '全市各方面得分率', middle: '中位数', q1: '第一四分位', q3: '第三四分位', noOverview: '还没有企业提交诊断', count: '企业数',
}

/** What the doors of diagnoses refuse with. */
export const diagnosisProblemsZh = {
  answer: '答案不符合本题要求。', final: '答卷已提交，不能再改；请开始新的诊断。', incomplete: '还有 {{count}} 处未作答或缺少佐证材料。', review_final: '评审已提交，不能再改。', reason: '更正答案须说明理由。', template: '没有这份问卷。', not_own: '这不是本单位已通过审核的企业。', edition: '此版本没有该问卷的这一版。',
  own: '只有企业自己的人员可以这样做。', city: '总览供可查看全市的人员使用。', draft_exists: '该企业已有这份问卷的草稿，请继续填写。', files_full: '一份答卷最多 {{limit}} 个文件，包括已移除的。', evidence: '没有问题可以附此佐证材料。', not_shared: '企业只公开了结果，没有可评审的答案。',
  assigned: '{{name}} 已在评审此诊断。', expert: '此人不能评审该诊断。', expert_only: '只有被指派的专家可以这样做。', not_submitted: '草稿没有报告，请先提交。', format: '报告格式为 PDF 或 XLSX。',
}
