/** Texts of cultivation in Chinese; cultivationEn.ts has the same shape. */
export const cultivationZh = {
  title: '梯度培育', note: '层级条件与企业档案逐条比对；只有企业自己和工信部门看得到结果。符合条件不等于认定。',
  tabs: { standing: '本企业', results: '年度评估结果', overview: '总览', proofs: '佐证材料', ladders: '梯度定义' },
  checked: { official: '官方文本', secondary: '二手资料，非官方', unchecked: '未与官方文本核对', own: '自行制定' },
  holds: '已认定', toRung: '距此层级还差', outcomes: { met: '符合条件', unknown: '资料不足', unmet: '不符合' },
  noEnterpriseNote: '登记企业并通过审核后，即可看到符合哪些层级、还差什么。',
  ladder: '梯度', rung: '层级', year: '年度', district: '区市', enterprise: '企业', outcome: '结果', lacking: '缺少条件数', watch: '观察名单', watchNote: '只差一个条件', yes: '是', held: '已认定', met: '符合条件', all: '全部', day: '档案日期', by: '评估人', enterprises: '企业数',
  run: '进行年度评估', runNote: '按所选梯度比对全市企业；同一年度再次评估会替换该年度的结果。', ran: '已评估 {{n}} 家企业', runs: '历次评估', none: '没有评估结果', noneNote: '工信部门进行年度评估后显示在这里。', search: '企业名称',
  evidence: { none: '不需要佐证', optional: '可附佐证', required: '须附佐证' }, proven: { missing: '缺少佐证', waiting: '待评审', accepted: '已采信', refused: '未采信' },
  evidenceOf: '佐证材料（{{n}}）', giveFile: '上传文件', giveQualification: '引用已登记资质', takeBack: '撤回', accept: '采信', refuse: '不采信', judged: '已记录评审意见', reason: '理由', reasonOptional: '理由（可不填）', said: '{{by}}：{{reason}}',
  assessed: '评审佐证', assessedNote: '企业按条件提交的佐证材料。查阅会记入企业的查阅记录；评审意见立即反映到年度评估结果。', proof: '佐证', state: '状态', givenAt: '提交时间', noProofs: '没有佐证材料', noProofsCity: '企业提交的佐证材料显示在这里。', noProofsOwn: '在“本企业”中为层级条件提交佐证材料。',
  laddersNote: '随版本提供的梯度不可修改，可复制为本市梯度。本市梯度由一人起草、另一人发布；已发布的版本不再改变，已评估的年度保留评估时的版本。', newLadder: '新建梯度', newEdition: '起草新版本', editDraft: '修改草稿', draftNote: '各层级由低到高排列；一个层级的条件须全部符合。发布前可查看会有多少企业符合。', saveDraft: '保存草稿', draftSaved: '草稿已保存', copy: '复制为新梯度',
  field: { title: '梯度名称', source: '依据', from: '生效日期', checked: '与官方文本的核对', rung: '层级名称', qualification: '对应资质', criterion: '条件', evidence: '佐证', asks: '需要的佐证' }, qualificationNote: '档案中有此有效资质即视为已认定', rungNumber: '层级 {{n}}', addRung: '添加层级', removeRung: '删除此层级', addCriterion: '添加评审条件', removeCriterion: '删除此评审条件',
  publish: '发布', publishNote: '发布后该版本不再改变，自生效日期起用于比对。最后修改人 {{by}} 不能发布。', publishedNow: '已发布', discard: '删除草稿', discardNote: '删除后不能恢复。', secondLook: '您是最后修改人；发布须由另一人完成。', retire: '停用', retireNote: '停用后不再比对企业；已有结果保留。', bringBack: '恢复使用', retired: '已停用', retiredNote: '{{by}} 于 {{at}} 停用', inForce: '使用中', notInForce: '未生效', holdsToday: '当前版本',
  reach: '发布后的效果', reachNote: '按 {{on}} 的档案比对 {{n}} 家企业，未计佐证材料。', reachSynthetic: '其中合成数据 {{n}} 家。', reachOf: '{{criterion}}：符合 {{met}}，资料不足 {{unknown}}，不符合 {{unmet}}', before: '版本 {{n}} 符合', gained: '新增', lost: '减少',
  states: { draft: '草稿', published: '已发布' }, edition: '版本', editionNumber: '版本 {{n}}', changedBy: '起草', publishedBy: '发布', released: '随系统提供', origin: '来源', own: '本市', evidenceAlone: '由佐证材料说明', asked: '需要的佐证：{{what}}', colon: '：', comma: '、', ops: { '>=': '不低于', '>': '高于', '<=': '不高于', '<': '低于', in: '为', under: '属于', holds: '具有', oneOf: '为以下之一：' },
}

/** What the doors of cultivation refuse with. */
export const cultivationProblemsZh = {
  ladder: '该年度没有这个梯度。', year: '该年度尚未开始。', invalid: '梯度不完整或有误。', published: '已发布的版本不能修改；请起草新版本。', four_eyes: '发布须由最后修改人以外的另一人完成。', full: '最多 50 个梯度，每个最多 50 个版本。', released: '随系统提供的梯度不可修改；请复制为本市梯度。', drafted: '该梯度已有草稿；请修改该草稿。',
  reason: '请说明理由。', retired: '该梯度已停用；请先恢复使用。', not_retired: '该梯度未停用。', not_own: '这不是您已通过审核的企业。', proof_year: '只接受本年度和上一年度的佐证材料。', criterion: '该梯度没有接受此佐证的条件。', qualification: '企业登记中没有该资质。', verdict: '请说明理由。', proofs_full: '每家企业每年度每个梯度最多 100 份佐证材料，含已撤回的。', proof_twice: '该条件下已有相同的佐证材料。', proof_judged: '已评审的佐证材料不能撤回；可另行提交。',
}
