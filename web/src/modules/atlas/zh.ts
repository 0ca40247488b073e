/** Chinese texts of the room. */
export const zh = {
  chains: {
    title: '产业链', note: '各环节的本地企业、缺失与薄弱环节', stages: '环节数', version: '版本', updated: '更新时间', search: '产业链名称', empty: '还没有产业链', emptyNote: '由主管部门从表格或 Turtle 文件导入产业链',
    bring: '导入产业链', name: '产业链名称', nameEn: '英文名称', file: '选择 CSV、XLSX 或 Turtle 文件，或拖到这里', reading: '正在读取', read: '读到 {{stages}} 个环节、{{links}} 条上下游关系', why: '版本说明', whyNote: '改了什么，依据是什么',
    save: '保存', propose: '提交建议', template: '下载{{format}}模板', mend: '文件有错误，请修改后再选择', line: '行', column: '列', wrong: '问题', saved: '已保存', sent: '建议已提交', proposals: '修改建议', another: '导入新版本', proposeOne: '提出修改建议', cancel: '取消',
  },
  map: {
    title: '产业链图谱', day: '日期', today: '今天', local: '本地企业 {{n}} 家', missing: '缺失环节', weak: '薄弱环节', sound: '环节总数', broken: '断链的终端产品', basisPresence: '按企业是否在该环节判断，未使用产值数据', basisFigures: '按主管部门掌握的产值、采购数据判断',
    picture: '导出图片', download: '下载', history: '版本记录', note: '说明', who: '编辑人', at: '时间', list: '环节列表', stage: '环节', state: '状态', enterprises: '本地企业', outside: '市外候选', why: '原因', nobody: '没有本地企业', find: '查找招商候选企业', gaps: '分析补链强链', attract: '招商候选企业',
    legend: '图例', close: '关闭', selected: '所选环节', product: '产品', use: '在列表中或用 Tab 键选择环节', ends: '终端产品', way: '路径', whole: '贯通', partial: '断链', slide: '拖动查看以往', figures: { output: '产出（万元）', demand: '需求（万元）', coverage: '覆盖率', concentration: '集中度', dependence: '市外依赖' },
  },
  states: { sound: '完整', weak: '薄弱', missing: '缺失', absent: '无企业无需求', broken: '断链', buyer: '采购方' },
  ask: {
    title: '问图谱', note: '每条回答都有理由、路径和来源', question: '问题', go: '提问', what: '产品、技术、环节、能力或场景', near: '靠近的区市', nearOne: '靠近的企业', anywhere: '不限', chain: '产业链', stage: '环节', allMissing: '所有缺失环节', node: '企业或节点', to: '到达', since: '与此日相比',
    none: '没有符合的结果', noneNote: '换一个词或问题再试', more: '结果不止这些，只显示前 {{n}} 条', keep: '保存为名单', attract: '登记为招商线索', listName: '名单名称', kept: '名单已保存', open: '打开名单', score: '得分', reasons: '理由', way: '路径与来源', name: '名称', km: '{{n}} 公里', steps: '{{n}} 步', graph: '图谱第 {{n}} 次变更，{{day}}', sourceNames: { directory: '企业名录公开信息', provider: '服务商公开能力', agreement: '供需协议', scenario: '赋能场景清单', platform: '平台登记', resolver: '标识节点登记', sensor: '监测探针（企业同意可见的）', plan: '行动计划', chain: '产业链版本', import: '导入' },
    until: '至 {{day}}', from: '自 {{day}}', restricted: '仅主管部门可见', years: '历年处数（年末；今年至 {{day}}）', show: '{{n}} 条依据', choose: '请选择', query: '路径查询', queryNote: '例如 enterprise("企业名") -makes-> product <-makes- outside；节点：enterprise outside organisation chain stage scenario platform resolver sensor target capability product technology process mode district industry position；关系：at makes uses in of feeds part yields supplies offers suits served owns provides covers step mode runs under answers holds cooperates',
    kinds: { who: '谁能做什么', gaps: '补链强链：缺失与薄弱环节', stop: '某企业停产影响什么', candidates: '招商：市外候选企业', way: '两者之间的合作路径', similar: '相似企业', emerging: '新兴技术关联' },
  },
  reasons: {
    'no-enterprise': '本地没有企业', 'no-demand': '本地没有需求', 'low-coverage': '覆盖不足', 'one-enterprise': '仅一家', concentrated: '集中度高', 'import-dependent': '依赖市外投入', 'one-supplier': '依赖单一供应商', hangs: '其他环节依赖它', 'breaks-end': '使终端产品断链', needed: '有需求', feasible: '本地有基础', related: '相近产品', outside: '有市外候选企业',
    'named-for-stage': '列为该环节企业', 'makes-product': '生产该环节产品', 'supplies-local': '已供应本地企业', 'shares-technology': '与相邻环节企业技术相同', makes: '生产', uses: '掌握技术', at: '所处环节', offers: '提供服务', provides: '实施场景', 'same-district': '同区市', shared: '共同点', hops: '步数', together: '同时使用的场景、能力和企业', 'together-before': '此前', 'end-breaks': '终端产品断链',
    'was-sound': '原为完整', 'was-weak': '原为薄弱', 'was-missing': '原为缺失', 'was-absent': '原为无企业无需求', buys: '占其采购的份额',
  },
  nodes: { enterprise: '企业', outside: '市外企业', organisation: '机构', chain: '产业链', stage: '环节', scenario: '赋能场景', platform: '平台', resolver: '标识解析节点', sensor: '监测探针', target: '计划指标', capability: '能力（十六场景）', product: '产品', technology: '技术', process: '工艺环节', mode: '六化模式', district: '区市', industry: '行业', position: '未归入产业链的环节' },
  edges: { at: '处于', makes: '生产', uses: '使用', in: '位于', of: '属于', feeds: '供给', part: '组成', yields: '产出', supplies: '供应', offers: '提供', suits: '面向', served: '服务', owns: '拥有', provides: '实施', covers: '属于', step: '用于', mode: '属于', runs: '运营', under: '上级为', answers: '负责', holds: '持股', cooperates: '合作' },
  explorer: {
    title: '图谱浏览', note: '按住拖动平移，滚轮缩放，点击节点查看；方向键也可移动', find: '查找节点', start: '最重要的节点', around: '以此为中心', hops: '范围', hop: '{{n}} 跳', nodes: '节点 {{n}} 个', edges: '关系 {{n}} 条', cut: '只显示一部分', as: '以列表查看', list: '节点列表', png: '导出 PNG', svg: '导出 SVG', kinds: '显示的类别', kind: '类别', empty: '图谱中还没有节点', emptyNote: '企业登记通过、场景发布、产业链导入后出现',
    relations: '关系', open: '打开页面', day: '日期', canvas: '图谱画面，节点也在下面的列表中', back: '返回全图', source: '来源', region: '地区', many: '关系太多，只显示一部分', limit: '最多节点数',
  },
  lists: { title: '名单', note: '保存的回答，按保存当天的内容', name: '名单', question: '问题', items: '条数', by: '保存人', at: '保存时间', empty: '还没有名单', emptyNote: '在产业链或“问图谱”页面把回答保存为名单', search: '名单名称', remove: '删除', removed: '名单已删除', removeNote: '名单将不可恢复', download: '下载 {{format}}', link: '名单' },
  proposals: { title: '产业链修改建议', note: '专家提出，由主管部门的其他人审核', chain: '产业链', status: '状态', by: '建议人', at: '时间', empty: '没有建议', emptyNote: '在产业链页面提出修改建议', accept: '采纳', refuse: '不采纳', reason: '意见', withdraw: '撤回', withdrawn: '已撤回', done: '已处理', changes: '改动', base: '基于第 {{n}} 版', stageKinds: { added: '新增环节', removed: '删除环节', changed: '修改环节' }, linkKinds: { added: '新增关系', removed: '删除关系' }, statuses: { proposed: '待审核', accepted: '已采纳', refused: '未采纳', withdrawn: '已撤回' }, acceptNote: '建议将成为产业链的现行版本', mine: '本人', decided: '审核人', search: '产业链或说明' },
  outside: { name: '企业', region: '所在地区', source: '来源', see: '可见范围', sees: { public: '公开', bureau: '仅主管部门' }, at: '导入时间', open: '在图谱中查看', search: '名称或来源', empty: '还没有市外企业', emptyNote: '从上面的文件导入', remove: '删除', removed: '已删除', removeTitle: '删除“{{name}}”？', removeNote: '该演示企业及其全部关系将从图谱中删除' },
  import: { title: '导入市外企业与关系', note: '未写明公开的行只有主管部门可见；带金额的行始终只有主管部门可见', outside: '市外企业', relations: '企业关系', what: '文件内容', preview: '文件带来 {{nodes}} 个节点、{{edges}} 条关系', take: '导入', taken: '已导入 {{nodes}} 个节点、{{edges}} 条关系', first: '前几条关系', again: '同一企业再次导入同类关系时，以新文件为准，原有关系自当日结束；持股、合作为一类，所处环节、供应为一类' },
  problems: {
    chain: { invalid: '产业链有错误：{{why}}', taken: '已有同名产业链', name: '请填写产业链中文名称', kept: '只有演示数据中的产业链可以删除' },
    outside: { kept: '只有演示数据中的市外企业可以删除' },
    ties: { many: '企业之间的关系太多，无法完整核对' },
    city: '仅限市级主管部门', day: '请选择今天及以前的日期', question: '问题不完整，请补全', query: '查询第 {{character}} 个字符处有误', turtle: 'Turtle 文件有误：{{why}}', too_long: '回答超时，请缩小范围',
    proposal: { decided: '该建议已处理', theirs: '只有建议人可以撤回', own: '本人提出的建议由他人审核', reason: '请说明理由', same: '建议没有任何改动', old: '产业链已有新版本，建议基于第 {{base}} 版，现为第 {{present}} 版' },
    import: { rows: '有 {{count}} 行错误，未导入任何内容' },
    list: { title: '请填写名单名称' },
  },
}
