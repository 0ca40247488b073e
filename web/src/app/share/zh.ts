/** Texts of sharing, in Chinese; en.ts has the same shape. */
export const zh = {
  missing: '请填写{{label}}', save: '保存', edit: '编辑', saved: '已保存', close: '关闭',
  field: { title: '名称', object: '对象', owner: '所属机构', purpose: '用途', until: '截止时间', rules: '依据的规则', state: '状态', organisation: '机构', kind: '共享内容', with: '共享给', filters: '范围', changed: '更新时间', actions: '操作', by: '操作人', reason: '说明', titleZH: '名称（中文）', titleEN: '名称（英文）', city: '全市规则', policy: '策略（Cedar）', versions: '版本记录', version: '版本', time: '时间', act: '操作' },
  state: { draft: '草稿', proposed: '待批准', in_force: '生效中', ended: '已结束' },
  organisationKind: { bureau: '主管部门', enterprise: '企业', operator: '平台运营单位', provider: '服务商', node: '标识节点运营单位', park: '园区', responder: '安全响应单位' },
  act: { drafted: '起草', edited: '修改', policy: '改写策略', submitted: '提交', approved: '批准', returned: '退回', ended: '结束' },
  withUs: { title: '共享给我们的', note: '其他机构依规则共享给本机构的对象，只能查看。规则结束后立即不可见。', search: '对象或所属机构', empty: '还没有机构与我们共享', emptyNote: '其他机构在“共享规则”中把对象共享给本机构后，会出现在这里。' },
  rules: {
    title: '共享规则', note: '本机构（及下级机构）把什么、给谁、为何、共享到何时。没有规则就没有共享。', search: '名称、用途或机构', add: '新建规则', empty: '还没有共享规则', emptyNote: '新建一条规则，写明共享什么、给谁、作何用途、到何时为止。', one: '共享规则', editTitle: '修改规则', custom: '手写策略', cityMark: '全市',
    organisations: '机构', kinds: '机构类别', districts: '机构所在区市', audienceNote: '符合任意一项的机构即可查看，包括所选机构的下级机构。其他机构请输入全称或统一社会信用代码查找。', filtersNote: '留空为全部', cityNote: '涉及全市所有机构的对象；须由第二人批准后生效。', purposeNote: '对方可以把它用于什么', draft: '保存草稿', filterOf: '仅限{{title}}为', all: '全部',
    submit: '生效', submitGrave: '提交批准', submitTitle: '使此规则生效？', submitNote: '生效后，符合条件的机构立即可以查看。', submitGraveNote: '此规则须由第二人批准后才生效。', submitted: '已提交', approve: '批准', approveTitle: '批准此规则？', approveNote: '批准后立即生效。提交人不能批准自己的规则。', return: '退回', returnTitle: '退回此规则？', decided: '已办理',
    end: '结束', endTitle: '结束此规则？', endNote: '对方立即不能再查看；结束的规则不能恢复。', ended: '已结束', covers: '现涉及 {{count}} 个对象', proposedBy: '提交人：{{name}}', approvedBy: '批准人：{{name}}', reEdit: '修改须重新批准的规则会使其暂停，直到再次批准。',
    policyNote: '策略由表单生成。安全管理员可以手写；手写后表单不再决定内容，并须由第二人批准。', policyEdit: '手写策略', policySave: '保存策略', policyForm: '恢复为表单生成', policySaved: '策略已保存', policyFine: '策略可用', policyCheck: '检查',
  },
  explain: {
    title: '谁能看到', note: '选择机构和对象，查看依据哪些规则允许或禁止，以及原因。每次查询都记入审计日志。', organisation: '机构', organisationNote: '其他机构请输入全称或统一社会信用代码查找。', kind: '类别', object: '对象', ask: '查询', sees: '{{who}}可以查看“{{what}}”', seesNot: '{{who}}不能查看“{{what}}”', owner: '所属机构：{{name}}', rules: '逐条规则', none: '没有与此对象有关的规则', says: { permits: '允许', forbids: '禁止', nothing: '不涉及', error: '出错' }, choose: '请选择机构和对象。', chooseObject: '输入名称查找',
  },
  problems: {
    rule: { invalid: '规则不完整或有误。', ended: '已结束的规则不能更改。', state: '规则的状态不允许这样做。', four_eyes: '须由第二人批准，提交人不能批准自己的规则。', others: '您不能更改此规则。', many: '规则过多，最多 {{limit}} 条。' },
    policy: { invalid: '策略有误（第 {{line}} 行第 {{column}} 列）。' },
  },
}
