import { attractionProblemsZh, attractionZh } from './attractionZh'
import { diagnosisProblemsZh, diagnosisZh } from './diagnosisZh'
import { servicesProblemsZh, servicesZh } from './servicesZh'
import { marketZh, needProblemsZh, providerProblemsZh } from './marketZh'
import { requestProblemsZh, requestZh } from './requestZh'
import { cultivationZh, cultivationProblemsZh } from './cultivationZh'
import { policyZh, policyProblemsZh, ruleProblemsZh } from './policyZh'

/** Texts of this room in Chinese; en.ts has the same shape. */
export const zh = {
  diagnosis: diagnosisZh,
  services: servicesZh,
  attraction: attractionZh,
  market: marketZh,
  policy: policyZh,
  cultivation: cultivationZh,
  request: requestZh,
  list: {
    title: '企业名录', note: '名称、代码、区市和行业公开；其余由企业选择公开范围', views: { list: '列表', map: '地图', industries: '行业' }, enter: '录入企业', mine: '本企业登记', file: '申报本企业', total: '企业数', totalNote: '已通过审核', industries: '行业数', waiting: '待审核', own: '本企业',
    search: '名称或统一社会信用代码', empty: '名录中还没有企业', emptyNote: '企业申报并通过审核后在此显示。', emptyBureau: '可录入、批量导入，或等待企业申报。', byDistrict: '各区市企业', byIndustry: '行业分布', numbers: '企业数', sites: '场所分布', sitesNote: '企业公开了经纬度的场所；点击地图上的点打开企业。', sitesMore: '仅显示前 5000 个场所，请按类别筛选。', noSites: '没有可显示的场所；企业在登记中填写场所的经纬度后在此显示',
  },
  field: {
    name: '企业名称', code: '统一社会信用代码', district: '区市', industry: '行业', industryClass: '行业小类', size: '企业规模', status: '状态', foundedOn: '成立日期', capital: '注册资本（万元）', address: '地址', website: '网址', products: '产品', technologies: '技术', description: '简介', chains: '产业链位置', chain: '产业链', stage: '环节',
    staff: '从业人员', year: '年份', persons: '人数', revenue: '营业收入', amount: '营业收入（万元）', band: '营业收入区间', sites: '场所', siteName: '场所名称', kind: '类别', longitude: '经度', latitude: '纬度', position: '经纬度', area: '建筑面积（平方米）', qualifications: '资质', qualification: '有效资质', qualificationName: '名称或等级', number: '证书编号', issuer: '发证机构',
    validFrom: '生效日期', validUntil: '有效期至', validity: '有效期', contacts: '联系人', contact: '联系人', contactName: '姓名', post: '职务', phone: '电话', email: '邮箱', submitted: '提交时间', updated: '更新时间',
  },
  form: {
    missing: '请填写{{label}}', optional: '选填', codeNote: '18 位，登记后不可更改', industryClassNote: 'GB/T 4754 中类或小类，例如 C3521', tagsNote: '输入后按回车，可填多个', revenueNote: '填金额或区间；默认仅主管部门可见。', evidenceNote: '保存后可在“资质”中为每项资质上传佐证文件。', add: '添加', addTo: '添加{{what}}', removeRow: '删除{{what}}第 {{n}} 行', noRows: '未填写',
  },
  group: { code: '统一社会信用代码', name: '企业名称', district: '区市', industry: '行业', location: '地址与场所', founding: '成立日期与注册资本', business: '产业链、产品与技术', size: '企业规模', staff: '从业人员', finance: '营业收入', contacts: '联系人', qualifications: '资质', evidence: '佐证文件', answers: '诊断答案与佐证' },
  groupNote: {
    location: '地址、场所的位置和面积', founding: '与营业执照一致的信息', business: '产业链位置、产品、技术、网址和简介', size: '大、中、小、微型', staff: '各年从业人员数', finance: '各年营业收入金额或区间', contacts: '姓名、职务、电话和邮箱；列表中一律脱敏', qualifications: '资质的类别、编号、发证机构和有效期', evidence: '不能比资质的公开范围更大',
  },
  mine: {
    title: '申报本企业', note: '主管部门审核通过后进入企业名录；之后由本企业维护。', submit: '提交审核', refused: '上次申报未通过审核，可重新申报。', refusedOpen: '查看原因', claimTitle: '名录中已有本企业的登记', claimNote: '主管部门已录入代码为 {{code}} 的企业。认领后由本企业维护。', claimWhat: '认领后，登记内容由本企业维护，并由本企业选择公开范围。', claim: '认领登记', bureau: '主管部门没有本企业登记', bureauNote: '主管部门可在名录中录入企业。',
  },
  entering: { title: '录入企业', note: '由主管部门录入的企业直接进入名录；企业加入后可按代码认领。', submit: '录入' },
  entry: {
    title: '企业登记', profile: '基本信息', partner: '合作伙伴视角', returned: '登记被退回，请按意见修改后重新提交', refused: '登记未通过审核', removed: '登记已按企业请求删除，仅保留他人记录所需的名称、代码、区市和行业', toReview: '该登记等待审核', submitted: '已提交，等待主管部门审核', submittedNote: '审核结果将以通知告知；通过后可开展诊断、发布需求、申请入驻为服务商。', next: '接下来可办理', nexts: { diagnosis: '开始诊断', need: '发布需求', policies: '适合本企业的政策', provider: '查找服务商，或申请入驻' }, expiring: '有 {{n}} 项资质将在 60 天内到期', hidden: '企业未向您公开：{{what}}', notShown: '未公开', edit: '编辑登记', mend: '修改并重新提交', again: '重新提交', save: '保存', saved: '已保存', remove: '删除', removeTitle: '删除此企业？', removeNote: '仅可删除演示数据。',
  },
  qualification: {
    valid: '有效', expiring: '即将到期', expired: '已过期', until: '至 {{day}}', always: '长期有效', evidence: '佐证文件', attach: '上传文件', none: '没有资质', noneHow: '在“编辑登记”中添加。', noneNote: '企业未填写资质。', hidden: '企业选择不向您公开资质。', removeTitle: '删除文件 {{name}}？', removeNote: '文件将不再列出，内容仍予保存。',
  },
  consent: {
    title: '公开范围', note: '名称、代码、区市和行业始终公开。“公开”指所有登录用户可见；“合作伙伴”指本企业通过共享规则共享登记的机构；主管部门可见全部，查阅均有记录。', notYours: '公开范围由企业自己选择。', public: '公开', partners: '合作伙伴', bureau: '仅主管部门', save: '保存公开范围',
  },
  access: { title: '查阅记录', at: '最近一次', who: '查阅人', fields: '查阅内容', way: '方式', times: '当日次数', ways: { page: '企业页面', list: '名单或导出', evidence: '佐证文件', diagnosis: '数字化诊断' }, search: '查阅人或机构', none: '还没有查阅记录', note: '有人看到或导出未公开的信息时，在此留下记录。' },
  history: {
    title: '登记历史', at: '时间', kind: '事项', by: '经办人', reason: '说明',
    kinds: { filed: '申报', entered: '主管部门录入', imported: '批量导入', edited: '编辑', resubmitted: '重新提交', accepted: '审核通过', returned: '退回修改', refused: '审核不通过', invited: '邀请企业维护', claimed: '企业认领', consent: '修改公开范围', evidence: '上传佐证文件', merged: '合并', unmerged: '撤销合并', corrected: '按请求更正', removed: '按请求删除' },
  },
  decision: {
    done: '已作出决定', accepted: '通过', returned: '退回修改', refused: '不通过', acceptedTitle: '通过此登记？', returnedTitle: '退回此登记？', refusedTitle: '不通过此登记？', acceptedNote: '企业将进入名录，并收到通知。', returnedNote: '企业将收到您的意见，修改后重新提交。', refusedNote: '此登记到此结束；企业可另行申报。', reason: '原因和需要修改的内容', reasonOptional: '说明（选填）',
  },
  review: {
    title: '登记审核', note: '审核企业申报的登记，查阅完整名录', waiting: '待审核', register: '完整名录', empty: '没有待审核的登记', emptyNote: '企业提交后会通知您。', registerNote: '包含未公开的信息：每次查阅和导出都记入该企业的查阅记录。联系人脱敏显示。',
  },
  invitations: {
    title: '邀请入驻', note: '名录中尚无机构维护的企业：邀请其入驻，由企业自己维护登记。对方接受即成立机构、成为管理员并接管登记，无需再审核。', invite: '邀请 {{n}} 家', most: '一次最多邀请 {{most}} 家。', invited: '是否邀请过', notYet: '未邀请', already: '已邀请', email: '联系邮箱（脱敏）', byLink: '无邮箱，凭链接', state: '邀请状态', states: { open: '待接受', expired: '已到期', accepted: '已接受', declined: '已谢绝', revoked: '已撤销' },
    empty: '没有待邀请的企业', emptyNote: '由主管部门录入或导入、尚无机构维护的企业显示在这里。', send: '发出邀请', what: '邀请发往登记中第一个有邮箱的联系人；没有邮箱，或未配置邮件服务器时，链接显示给您复制。每个链接只能用一次。', words: '附言', days: '有效天数', language: '邮件语言', outcomes: '邀请结果', done: '已邀请 {{n}} 家，其中 {{mailed}} 家的链接已发往邮箱。', once: '链接只显示这一次，请复制后交给企业。', links: '邀请链接',
    outcome: { mailed: '已发往邮箱', invited: '凭链接', exists: '已有机构，请其认领', open: '已邀请过，尚待接受', applied: '已自行注册，待审核' }, one: '邀请企业维护',
  },
  import: {
    title: '批量导入', note: '先检查，再整体导入；有一行错误则全部不导入。名录中已有的代码保持不变。', template: '{{format}} 模板', drop: '点击或拖入 CSV 或 XLSX 文件', busy: '正在处理', new: '新企业', known: '已在名录中', knownNote: '保持不变', wrong: '错误', mend: '请改正以下各行后重新上传，未导入任何企业。', line: '行', column: '列', why: '原因', first: '将导入的企业（前 20 家）', enter: '导入 {{n}} 家企业', done: '已导入 {{n}} 家企业',
  },
  merge: {
    title: '重复企业', note: '找出可能是同一家企业的登记，对照后合并为一条；可撤销', likely: '可能重复', merges: '合并记录', none: '没有发现可能重复的登记', rules: '判断规则：去掉地名和公司形式后名称相同；地址相同且名称相近；联系人电话相同。最多显示 200 对。', one: '登记一', two: '登记二', reason: '依据', reasons: { name: '名称相同', address: '地址相同、名称相近', phone: '联系电话相同' },
    compare: '对照', survivor: '保留', other: '并入', taken: '取自并入的登记', take: '取用', takeWhat: '取用{{what}}', stays: '保留哪一条', staysAs: '保留 {{name}}（{{code}}）', both: '两条登记各由一个机构维护，不能合并。', how: '取用的资质并入保留登记的资质，佐证文件随之转移；联系人不变。取用的内容按两者中较严的公开范围。', merge: '合并', confirm: '合并这两条登记？', confirmNote: '代码 {{other}} 的登记退出名录，其代码从此指向 {{survivor}}。保留的登记未再修改前可撤销。',
    done: '已合并', apart: '不是同一家', apartNote: '这一对不再列出。', apartDone: '已标记为不同企业', undo: '撤销', undone: '已撤销', undoTitle: '撤销此次合并？', undoNote: '两条登记恢复到合并前的样子。', over: '之后有修改，不能撤销', noMerges: '还没有合并记录', noMergesNote: '在“可能重复”中对照并合并。',
  },
  problems: {
    diagnosis: diagnosisProblemsZh,
    service: servicesProblemsZh,
    lead: attractionProblemsZh,
    provider: providerProblemsZh,
    need: needProblemsZh,
    policy: policyProblemsZh,
    cultivation: cultivationProblemsZh,
    request: requestProblemsZh,
    rule: ruleProblemsZh,
    merge: { same: '不能与自己合并。', status: '只能把已通过或待审核的登记并入已通过的登记。', kept: '两条登记各由一个机构维护。', group: '没有这组字段。', over: '已撤销，或之后有修改。' },
    city: '仅限市级主管部门。',
    invitation: { kept: '{{name}} 已由企业自己维护，或登记未通过；未邀请任何企业。', many: '一次最多邀请 500 家。' },
    entry: { invalid: '登记信息不完整或有误。', taken: '名录中已有此代码，或本机构已有登记。', decided: '此登记不在待审核状态。', reason: '请说明原因。', refused: '此登记未通过审核；请另行申报。', not_yours: '仅限企业自己和主管部门。', bureau: '由主管部门的审核人员录入企业。', other_code: '本机构注册的代码是 {{code}}。', claim: '只能认领与本机构代码一致、尚无机构维护的登记。', kept: '仅可删除演示数据。' },
    consent: { invalid: '公开范围有误。', not_yours: '公开范围由企业自己选择。' },
    evidence: { full: '最多 {{limit}} 个文件，包括已删除的。', qualification: '请先保存该项资质。' },
    import: { rows: '有 {{count}} 处错误，未导入任何企业。' },
  },
}
