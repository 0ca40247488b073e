/** What pages of plans and of the comparison with them say in Chinese. */
export const zh = {
  plan: {
    title: '资产计划', tab: '资产计划', comparison: '三方对照', saved: '已保存', missing: '请填写{{label}}', one: '计划', revision: '第 {{n}} 版', none: '无',
    list: { search: '名称、备注', empty: '还没有资产计划', emptyNote: '新建计划（例如“二号线扩建”），导入工程的设备清单，发布后即与登记的资产和在线监测对照。', emptyCity: '企业同意后可在此查看其资产计划', add: '新建计划', released: '有效修订版', things: '设备', ended: '已结束', going: '进行中', unreleased: '未发布', state: '状态' },
    field: {
      name: '名称', note: '备注', role: '类型', vendor: '厂商', product: '产品', model: '型号', order_number: '订货号', firmware: '固件版本', serial: '序列号', mac: 'MAC 地址', ip: 'IP 地址', segment: '网段', station: 'PROFINET 站名', bacnet: 'BACnet 实例号', rack: '机架', slot: '插槽', zone: '区域', criticality: '重要性', site: '位置', commissioned: '投运日期', decommissioned: '退役日期',
      revision: '修订版', file: '文件', imported: '导入', releasedAt: '发布', line: '行', address: '地址', state: '状态', device: '设备', where: '计划 / 登记 / 在线', last: '最近出现', differences: '差异',
    },
    act: {
      import: '导入修订版', rename: '修改', end: '结束计划', endNote: '结束后，计划中的设备不再参与对照；可以恢复。', resume: '恢复计划', remove: '删除计划', removeNote: '计划及其全部修订版将被删除。', release: '发布', releaseNote: '第 {{n}} 版从现在起有效，取代之前发布的版本；之前的版本仍可查看。', released: '已发布', discard: '丢弃', discardNote: '未发布的第 {{n}} 版将被删除。', difference: '变化', lines: '内容', counts: '有效',
    },
    revisions: '修订版', noRevisions: '还没有修订版', noRevisionsNote: '下载模板，填写或粘贴工程工具导出的设备清单，再导入。', notReleased: '第 {{n}} 版尚未发布：发布后才参与对照。', linesOf: '第 {{n}} 版的内容', linesSearch: '名称、型号、地址',
    import: { title: '导入修订版', note: '先预览再导入；有任何错误则全部不导入。导入后还需发布', drop: '拖入或选择 CSV、XLSX 文件', busy: '正在读取', template: '{{format}} 模板', things: '设备', wrong: '错误', noteOn: '本版说明', enter: '保存为第 {{n}} 版', done: '已保存为第 {{n}} 版，发布后生效', back: '去发布' },
    difference: { title: '第 {{to}} 版相对第 {{from}} 版的变化', first: '第 {{to}} 版的全部内容都是新增', same: '无变化', added: '新增', removed: '去掉', changed: '有变化', hidden: '另有 {{n}} 条未显示', nothing: '没有变化' },
    compare: {
      note: '按厂商和序列号、MAC 地址、BACnet 实例号、PROFINET 站名、IP 地址和网段对应；不能唯一对应的标为“存疑”，不作猜测。', planned: '计划', declared: '登记', observed: '在线', deviations: '需处理', search: '名称、型号、地址、区域', lacks: '缺少', lack: { planned: '不在计划', declared: '未登记', observed: '未见到' }, onlyDeviations: '需处理', yes: '是', no: '否',
      noPlan: '还没有发布的资产计划，只对照登记与在线', noPlanAction: '去建立计划', noSensor: '探针还没有收到数据，无法判断是否在线', noSensorAction: '在线监测', hidden: '企业有 {{n}} 个探针未向您开放明细，其所见未计入；“未见到”仅供参考', beyond: '登记的资产过多，有 {{n}} 项未参与对照', empty: '没有可对照的内容', emptyNote: '登记资产、发布资产计划，或接入探针后自动对照。', theirs: '{{name}} 的三方对照',
      states: { should_be_gone: '应已退役', unknown: '未知设备', not_declared: '未登记', missing: '计划有、未到位', not_seen: '登记、未见到', not_planned: '登记、不在计划', ambiguous: '存疑', differs: '不一致', agrees: '一致', later: '尚未投运', gone: '已退役', untold: '无法对照' },
      notes: {
        should_be_gone: '计划已到退役日期，但仍在登记中或仍在线', unknown: '在线监测到，既不在计划也未登记', not_declared: '在计划中，尚未登记', missing: '计划应已投运，既未登记也未见到', not_seen: '已登记，探针从未见到', not_planned: '已登记，但有效的计划中没有', ambiguous: '同一标识有多个对象，不能确定对应关系', differs: '是同一设备，但各方所说不同', agrees: '各方一致', later: '计划在以后投运', gone: '按计划退役，已不在', untold: '没有地址和序列号，探针无法识别',
      },
      by: { serial: '厂商和序列号', mac: 'MAC 地址', bacnet: 'BACnet 实例号', station: 'PROFINET 站名', ip: 'IP 地址' }, doubt: '{{by}} {{value}} 还可能对应：{{rivals}}', doubtHint: '请补充网段、MAC 或序列号，或合并重复的登记', talks: '会话', line: '{{plan}} 第 {{revision}} 版第 {{line}} 行', source: { planned: '计划', declared: '登记', observed: '在线' }, notThere: '没有',
      take: '登记所选（{{n}}）', takeTitle: '登记计划或在线的设备', takeNote: '按登记资产的规则逐项登记，全部成功或全部不登记。计划中已写明的以计划为准，以下用于没有写明的。', taken: '已登记 {{n}} 项', from: '{{day}} 投运', until: '{{day}} 退役',
    },
  },
  'problems.plan.twice': '本企业已有同名的计划；请换一个名称，或给该计划导入新的修订版。',
  'problems.plan.plans': '最多 {{most}} 个计划；请删除从未生效或已结束的计划。',
  'problems.plan.revisions': '一个计划最多保留 {{most}} 个修订版；请丢弃未发布的，或另建计划。',
  'problems.plan.many': '有效计划合计最多 {{most}} 行，加上此版将有 {{lines}} 行；请先结束已完成的计划。',
  'problems.plan.released': '此修订版已经发布。',
  'problems.plan.older': '已发布的是更新的第 {{released}} 版；如需恢复旧内容，请作为新的修订版导入。',
  'problems.plan.ended': '计划已结束；请先恢复。',
  'problems.plan.counts': '计划正在生效；请先结束再删除。',
  'problems.plan.was_released': '此修订版曾经发布，须保留备查。',
  'problems.plan.rows': '文件有 {{count}} 处错误，没有保存任何内容。',
  'problems.plan.note': '本版说明最多 300 字。',
  'problems.plan.invalid': '请填写计划名称，1 至 120 字。',
  'problems.comparison.gone': '对照结果已变化；请刷新后重新选择。',
  'problems.comparison.state': '“{{name}}”不能登记：它已登记、存疑或应已退役。',
  'problems.comparison.role': '计划没有写明“{{name}}”的类型，请选择类型。',
  'problems.asset.declared': '“{{name}}”已经登记；请刷新对照。',
  'problems.asset.take': '“{{name}}”的信息不符合登记要求，请先在计划中改正或单独登记。',
}
