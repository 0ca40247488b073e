/** Texts of providers and needs in Chinese; marketEn.ts has the same shape. */
export const marketZh = {
  provider: {
    title: '服务商', note: '经审核的服务商及其能力、案例、价格与应答情况', register: '入驻为服务商', mine: '我的服务商资料', search: '名称、代码或能力', none: '没有符合条件的服务商', noneNote: '企业登记通过审核后即可申请入驻。',
    online: '在线', offline: '不在线', onlineOnly: '只看在线', waiting: '待审核', yes: '是', onlineRule: '在线：近90天内已答复或已到期的邀请和应答检验，八成以上在承诺时间内答复，且至少一次。',
    status: { applied: '待审核', returned: '已退回', refused: '未通过', in_force: '有效', expired: '已到期', suspended: '已暂停' },
    filings: { change: '变更待审', renewal: '续期待审' }, filingReturned: '申报被退回', filed: '待审核的资料', inForce: '现行资料',
    field: { name: '名称', status: '状态', scenarios: '场景', technologies: '技术', industries: '适用行业', promise: '承诺应答', answering: '应答', valid: '有效期至', offer: '服务内容', districts: '服务区域', capacity: '同时承接项目数', contact: '对外联系（部门）', scenario: '场景', text: '说明', pricing: '计价', price: '价格（万元）', from: '起', to: '止', caseTitle: '案例', customer: '客户', year: '年份', result: '成效', staff: '人员', count: '人数', entry: '企业' },
    capabilities: '能力', cases: '案例', everywhere: '全市', any: '不限', hours: '{{hours}}小时内', inTime: '{{n}}/{{of}}次按时，平均{{hours}}小时', neverAsked: '近90天内没有到期的邀请或检验', record: '履约', recordOf: '达成协议{{agreements}}项，完成{{completed}}项', stars: '{{stars}}分（{{n}}次评价）', noStars: '暂无评价',
    noEnterprise: '名录中还没有本单位的企业', noEnterpriseNote: '先登记企业并通过审核，再申请入驻。', toMine: '登记企业', customerNote: '须经客户同意；所有登录用户可见', contactNote: '填写部门或服务台，不填写个人', promiseNote: '小时；按自然时间计',
    submit: '提交审核', submitted: '已提交审核', edit: '变更资料', mend: '修改后重新提交', renew: '申请续期', renewNote: '核对资料后提交；主管部门通过后延长一年。', evidence: '佐证文件', attach: '上传佐证', evidenceNote: '仅本单位与主管部门可见', removeFile: '移除{{name}}',
    check: '应答检验', checkNote: '请在{{due}}前应答，以证明服务在线。', answer: '应答', answered: '已应答', requests: '应答记录', requestKind: { invitation: '需求邀请', check: '应答检验' }, asked: '发出', due: '应答期限', answeredAt: '应答时间', late: '超时', kind: '类别', noRequests: '还没有邀请或检验',
    decide: { accepted: '通过', returned: '退回', refused: '不通过' }, decideTitle: '对申报作出决定', decided: '已作出决定', suspend: '暂停', suspendNote: '暂停后企业看不到该服务商，也不能邀请。', resume: '恢复', resumeNote: '恢复后可继续接受邀请。', reason: '说明', reasonOf: '说明：{{reason}}', suspendedNote: '已被暂停', returnedNote: '申报被退回，请按说明修改后重新提交', refusedNote: '申报未通过', expiredNote: '资格已到期，请申请续期',
  },
  need: {
    title: '供需对接', note: '企业发布需求，匹配并邀请服务商，达成协议，逐项验收，双方评价', begin: '发布需求', search: '需求或企业名称', none: '没有需求', noneNote: '有需要解决的问题时，可在此发布。', all: '全部', own: '我的需求', invited: '邀请我的', offered: '我已提交方案', whose: '范围', agreedOnly: '已达成协议', year: '协议年份', quarter: '季度', quarterOf: '第{{n}}季度',
    states: { draft: '草稿', open: '征集方案', chosen: '待服务商确认', agreed: '履约中', disputed: '争议中', completed: '已完成', terminated: '已终止', withdrawn: '已撤回', lapsed: '已失效' }, choosing: '待选定',
    field: { title: '需求', enterprise: '企业', scenario: '场景', state: '状态', until: '方案截止', agreed: '达成协议', text: '需求内容', technologies: '技术', budget: '预算（万元）', from: '起', to: '止', confidential: '保密', onSite: '实施方式', entry: '发布企业' },
    confidential: '保密', confidentialNote: '仅受邀且未谢绝的服务商可见；发生争议后主管部门可见', open: '公开：所有登录用户可见', untilNote: '按服务器时间；发布时须距今1小时至180天', save: '保存草稿', saved: '草稿已保存', edit: '编辑', publish: '发布', publishTitle: '发布此需求？', publishNote: '发布后内容不能修改。', published: '已发布', discard: '删除草稿', discarded: '草稿已删除',
    close: '提前截止', closeNote: '截止后不再接受方案，随即开封。', withdraw: '撤回', withdrawNote: '撤回后不能恢复；受邀和已提交方案的服务商会收到通知。', reason: '说明', done: '已办理',
    suggestions: '匹配的服务商', suggestionsNote: '按文字、语义、分类、距离、行业经验、产业关联、价格、评价等排序，约一成位置留给新服务商；邀请与“不合适”用于改进排序。', noSuggestions: '没有匹配的服务商', invite: '邀请', inviteAll: '邀请所选', isInvited: '已邀请', dismiss: '不合适', fresh: '新服务商', reserved: '为新服务商保留的位置', score: '匹配度{{score}}%', found: '命中：{{words}}', learned: '排序权重由{{pairs}}对选择学得：留出样本上{{right}}%正确，固定权重{{fixed}}%。', fixed: '排序采用固定权重。',
    weights: '各项权重', feature: '依据', weight: '权重', fixedWeight: '固定权重',
    explained: { words: '需求与服务商说明中相同的词、同义词和行业术语', latent: '从本市服务商说明中学得的语义相近程度', taxonomy: '相同的场景、技术和行业', graph: '图谱所知：已服务本企业、服务同链企业、具备所需技术', distance: '现场实施时到最近厂址的直线距离，或同一区市；要求现场实施时权重为三倍', size: '服务过的企业规模', price: '报价与预算的重合', record: '企业评价；评价少的向平均值靠拢', freshness: '最近活跃', load: '尚可承接的协议', experience: '同行业中确认过其服务的企业数' },
    scenarios: '适合的赋能场景', scenariosNote: '按文字、语义、分类和投入与场景清单匹配，逐项说明理由。', noScenarios: '清单中没有适合的场景', whoNeeds: '谁需要这个场景', whoNeedsNote: '正在征集或选择方案的公开需求，按文字、语义、分类和预算匹配；保密需求不在其中。', nobodyNeeds: '目前没有公开需求适合这个场景',
    reasons: { words: '文字相符', latent: '语义相近', taxonomy: '分类相符', graph: '产业关联', distance: '距离近', size: '规模合适', price: '价格合适', record: '评价', freshness: '近期活跃', load: '有余力', experience: '行业经验' }, serves: '已在为本企业服务', neighbours: '为同链或往来的{{n}}家企业服务', served: '本行业有{{n}}家企业确认过其服务', sameArea: '同一区市', km: '直线{{km}}公里', onSite: '需到现场实施：就近的服务商排在前面', reasonOf: '{{reason}} {{value}}%',
    inviteOnPublish: '发布时邀请', inviteNote: '需求发布后，系统即向所列服务商发出邀请。', removeInvitee: '不邀请{{name}}', notInvited: { suspended: '已暂停服务，发布时不会邀请', expired: '有效期已过，发布时不会邀请', unknown: '现在不是有效的服务商，发布时不会邀请' }, passed: '{{names}}在发布时不是有效的服务商，未予邀请。',
    invitations: '邀请', invitationStates: { sent: '待答复', accepted: '已接受', declined: '已谢绝' }, due: '应于{{time}}前答复', accept: '接受邀请', acceptNote: '接受即承诺对保密需求的内容保密。', decline: '谢绝', provider: '服务商',
    proposals: '方案', sealed: '已收到{{count}}份方案，截止后开封。', noProposals: '没有收到方案', offer: '提交方案', change: '修改方案', offerNote: '截止前可修改或撤回；只有您和（截止后）企业能看到。', takeBack: '撤回方案', taken: '方案已撤回', offerDone: '方案已提交', plan: '实施方案', price: '报价（万元）', start: '开始日期', milestones: '里程碑', goal: '交付内容', dueOn: '日期', share: '付款比例（%）', choose: '选定', chooseTitle: '选定此方案？', chooseNote: '服务商须在14天内确认；确认后即达成协议。', mine: '我的方案', withdrawn: '已撤回',
    counted: '验收后已自动登记为一条“供需对接”服务记录，无须另行填报。', toServices: '查看服务记录',
    agreement: '协议', confirm: '确认协议', confirmNote: '请核对需求、报价与里程碑；确认后协议生效。', declineChoice: '不确认', confirmUntil: '请于{{time}}前确认', waitsConfirm: '等待服务商确认，截止{{time}}', digest: '协议凭证（SHA-256）', agreedAt: '达成时间', milestoneStates: { planned: '未交付', delivered: '待验收', accepted: '已验收', returned: '已退回' }, deliver: '交付', deliverNote: '交付了什么，在哪里可以看到', take: '验收', back: '退回', takeNote: '验收后不能撤销；最后一项验收后协议完成。', overdue: '已过期',
    rating: '评价', rate: '评价对方', rateNote: '双方都评价后或{{time}}之后，评价才互相可见；提交后不能修改。', rateText: '评语', stars: '星级', bySide: { owner: '企业的评价', partner: '服务商的评价' }, hiddenRating: '对方的评价在双方都评价后或期满后可见。',
    dispute: '争议', raise: '提起争议', raiseNote: '主管部门将可以看到此需求、协议和里程碑；裁定前暂停交付与验收。', reply: '答复', raisedBy: { owner: '企业提起', partner: '服务商提起' }, replied: '对方答复', rule: '裁定', ruling: '裁定结果', rulings: { continue: '继续履行', fulfil: '视为完成', terminate: '终止' }, noReply: '对方尚未答复',
    history: '经过', sides: { owner: '企业', partner: '服务商', offering: '服务商', city: '主管部门', public: '', clock: '到期' },
    acts: { edit: '编辑', publish: '发布', invite: '邀请', answer: '答复邀请', offer: '提交或撤回方案', close: '提前截止', withdraw: '撤回', lapse: '失效', choose: '选定方案', confirm: '确认协议', decline: '未确认', reopen: '逾期未确认，重新选定', deliver: '交付里程碑', decide: '验收或退回里程碑', complete: '完成', dispute: '提起争议', reply: '答复争议', continue: '裁定继续履行', fulfil: '裁定视为完成', terminate: '裁定终止', rate: '评价' },
    missing: '请填写{{label}}', noEnterprise: '名录中还没有本单位的企业', noEnterpriseNote: '先登记企业并通过审核，再发布需求。',
  },
}

/** What the doors of providers refuse with. */
export const providerProblemsZh = {
  invalid: '资料不完整或有误。', closed: '当前状态不能提交资料。', early: '到期前60天起才可续期。', nothing_waits: '没有待审核的事项。', reason: '请说明原因。', not_in_force: '只能暂停有效的服务商。', not_suspended: '该服务商没有被暂停。', taken: '该企业已登记为服务商。', not_own: '这不是本单位已通过审核的企业。',
  not_yours: '仅限服务商本身和主管部门。', own: '不能对本单位的服务商作决定。', case: '没有这个案例。', files_full: '最多 {{limit}} 个文件，包括已移除的。',
}

/** What the doors of needs refuse with. */
export const needProblemsZh = {
  state: '当前状态下不能这样做，或不由您办理。', invalid: '需求不完整或有误。', deadline: '方案截止时间须距今1小时至180天。', late: '征集方案的时间已过。', sealed: '截止前方案不开封，请先截止。', no_offer: '不能选定此方案。', terms: '协议内容与您所读的不一致，请重新阅读。', confirm_late: '确认的时间已过。', offer: '方案不完整或有误。',
  delivered: '此里程碑当前不能交付。', note: '请说明交付内容。', not_delivered: '没有待验收的交付。', reason: '请说明原因。', rate_late: '评价的时间已过。', rated: '已经评价过，不能再改。', stars: '请给出1至5星。', replied: '由对方答复一次。', invited: '已邀请过{{name}}。', answered: '没有待答复的邀请。', full: '方案已达{{limit}}份上限。',
  not_own: '这不是本单位已通过审核的企业。', invitees: '所列服务商不能在发布时邀请：须为已入驻的其他单位，每家一次，最多10家。', owner_only: '只有企业自己可以这样做。', partner_only: '只有被选定的服务商可以这样做。', city_only: '只有主管部门可以裁定，且不得是任何一方。', nobody: '请选择服务商。', not_serving: '该服务商现在不能被邀请。', self: '不能邀请本单位。', invited_most: '最多邀请 {{limit}} 家。', not_suggested: '该服务商不在匹配结果中。', not_your_provider: '这不是本单位有效的服务商。', not_invited: '该服务商不能提交方案：属于企业本身、已谢绝，或尚未接受保密需求的邀请。', no_such_offer: '没有这份方案。', no_scenario: '清单中没有这个场景。',
}
