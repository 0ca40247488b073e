import { listed } from './listedZh'

/** What pages of assets and weaknesses say in Chinese. */
export const zh = {
  weakness: {
    listed,
    missing: '请填写{{label}}', saved: '已保存', none: '无', yes: '是', no: '否',
    roles: {
      workstation: '工作站', hmi: '人机界面（HMI）', plc: '可编程控制器（PLC）', rtu: '远程终端单元（RTU）', ied: '智能电子设备（IED）', historian: '历史数据库', control_server: '控制服务器', application_server: '应用服务器', gateway: '数据网关',
      safety_controller: '安全控制器', vpn_server: 'VPN 服务器', jump_host: '跳板机', field_io: '现场 I/O', router: '路由器', switch: '交换机', firewall: '防火墙', dcs_controller: 'DCS 控制器', pac: '可编程自动化控制器（PAC）',
    },
    reaches: { internet: '互联网可达', remote: '远程维护可达', internal: '仅厂内网络', isolated: '隔离', unknown: '未知' },
    assetStates: { active: '在用', retired: '停用', merged: '已并入' },
    gaps: { firmware: '固件版本', vendor: '厂商', product: '产品型号', identity: '识别信息', reach: '可达范围' },
    field: {
      name: '名称', role: '类型', vendor: '厂商', product: '产品', model: '型号', order_number: '订货号', firmware: '固件版本', serial: '序列号', addresses: '地址', zone: '区域', zone_level: '区域安全等级', criticality: '重要性', reach: '可达范围', responsible: '责任人', site: '位置', note: '备注',
      mac: 'MAC 地址', ip: 'IP 地址', segment: '网段', station: 'PROFINET 站名', bacnet: 'BACnet 实例号', enterprise: '企业', state: '状态', affected: '受影响通告', unsure: '无法判断', gaps: '缺失信息', when: '时间', who: '操作人',
    },
    assets: {
      title: '工业资产', note: '由企业登记；主管部门默认只看统计，经企业同意才能看明细', add: '登记资产', import: '导入', inventory: '资产台账', search: '名称、厂商、型号、地址', empty: '还没有资产', emptyNote: '逐个登记，或用 CSV、XLSX 文件导入', emptyCity: '企业同意后可在此查看资产明细',
      gap: '缺失信息', edit: '编辑', retire: '停用', restore: '恢复使用', retired: '已停用', restored: '已恢复', about: '资产信息', history: '变更记录', one: '资产', unknown: '未知', firmwareNote: '不清楚请留空：通告将显示“无法判断”', segmentNote: '没有网段的 IP 不用于识别资产', addAddress: '添加地址', remove: '移除',
      comparing: '正在与安全通告比对', byRole: '安全通告影响', productNote: '厂商的产品名称，例如 SIMATIC S7-1500', levels: '{{n}} 级', noLevel: '未定', critical: { c1: '1 一般', c2: '2 较重要', c3: '3 重要', c4: '4 关键' },
    },
    steps: { declared: '登记', changed: '修改', imported: '文件导入', retired: '停用', restored: '恢复使用', merged: '合并了重复资产', merged_away: '并入其他资产', unmerged: '撤销合并' },
    import: {
      title: '导入资产', note: '先预览再导入；有任何错误则全部不导入', template: '{{format}} 模板', drop: '拖入或选择 CSV、XLSX 文件', busy: '正在读取', new: '新资产', changed: '有变化', same: '无变化', wrong: '错误', mend: '请修改以下单元格后重新选择文件', line: '行', column: '列', why: '原因',
      enter: '导入 {{n}} 个资产', done: '已导入：新增 {{n}} 个，更新 {{m}} 个', changes: '将要更新', what: '变化', by: '识别依据', before: '原', after: '新',
    },
    by: { serial: '厂商和序列号', mac: 'MAC 地址', bacnet: 'BACnet 实例号', station: 'PROFINET 站名', address: 'IP 地址和网段', likeness: '名称和型号相同' },
    inventory: {
      title: '资产台账', total: '在用资产', noFirmware: '固件版本未知', noVendor: '厂商未知', noReach: '可达范围未知', industry: '行业', industryNote: 'GB/T 4754 大类，例如 C34；用于全市统计', gaps: '信息缺失', pairs: '疑似重复', merges: '合并记录', consent: '同意与查阅', consents: '同意记录', accesses: '查阅记录',
      noPairs: '没有疑似重复的资产', keep: '保留此资产', distinct: '不是同一资产', mergeNote: '另一资产并入此资产；缺少的信息由它补充，可撤销。', merged: '已合并', undo: '撤销', undone: '已撤销', undoNote: '两个资产都恢复到合并前。', told: '已记录',
      given: '主管部门可查看资产明细', notGiven: '主管部门只看统计数据', give: '同意查看明细', withdraw: '撤回同意', withdrawNote: '撤回后主管部门只能看到统计数据。', purpose: '用途', until: '期限', withdrawnAt: '撤回时间', day: '日期', reader: '机构', way: '内容', times: '次数', assets: '资产数',
      ways: { page: '资产页面', list: '资产列表', exposures: '漏洞影响', zones: '区域与导管', comparison: '三方对照', plans: '资产计划' }, empty: '没有记录',
    },
    advisories: {
      title: '安全通告', note: 'CSAF 格式的安全通告，只保留最新版本', import: '导入', search: '编号、标题、厂商', empty: '没有安全通告', vendor: '厂商', severity: '严重程度', kev: '已被利用', since: '发布不早于', cve: 'CVE、CNVD、CNNVD 编号', released: '发布时间', affected: '受影响资产', number: '编号', revision: '版本', published: '发布者', one: '安全通告',
      hits: '影响本企业', onlyHits: '仅看有影响的', remediation: '怎么处理', vulnerabilities: '漏洞', products: '产品', document: '下载原文', summary: '概述', tlp: 'TLP 标签', fails: '未通过的强制检验', despite: '仍然收录的理由', enterprises: '受影响企业', fewer: '少于 5 家', score: 'CVSS', epss: 'EPSS', forProducts: '适用产品', version: '版本范围', numbers: '订货号、型号', mine: '受影响的资产', description: '说明', threat: '威胁',
    },
    severities: { CRITICAL: '严重', HIGH: '高', MEDIUM: '中', LOW: '低', NONE: '未评级' },
    remedies: { vendor_fix: '厂商补丁', optional_patch: '可选补丁', workaround: '临时办法', mitigation: '缓解措施', fix_planned: '计划修复', no_fix_planned: '不再修复', none_available: '暂无办法', other: '其他' },
    take: {
      title: '导入安全通告', note: 'CSAF 2.0 或 2.1 的 JSON 文件，或其 zip 压缩包；逐份按标准的强制检验检查', drop: '拖入或选择 JSON、zip 文件', outcomes: { new: '新通告', newer: '新版本', same: '已收录', older: '较旧，不收录', invalid: '未通过检验', broken: '不能读取' }, enter: '收录 {{n}} 份', done: '已收录 {{n}} 份，正在与资产比对',
      despite: '未通过检验的也收录', despiteReason: '收录理由', documents: '文件', outcome: '结果', tests: '未通过的检验', notRun: '未运行：{{list}}', threats: '漏洞情报', threatsNote: 'KEV（CISA 的 JSON）、EPSS（FIRST 的 CSV）、SSVC（vulnrichment 记录或其 zip）决定处置先后', edition: '版本', entries: '条数', taken: '导入时间', choose: '选择文件', threatDone: '已导入 {{n}} 条', source: '来源', passed: '跳过 {{n}} 个文件',
    },
    answers: { affected: '受影响', cannot_tell: '无法判断', not_affected: '不受影响' },
    bands: { now: '立即处置', soon: '尽快处置', planned: '计划处置', watch: '关注' },
    states: { open: '待处置', mended: '已修复', accepted: '接受风险', not_applicable: '不适用' },
    reasons: {
      every_version: '通告涉及所有版本', version_named: '固件版本在通告所列范围内', version_outside: '固件版本不在受影响范围内', version_unknown: '固件版本未知，请补充资产信息', version_unordered: '固件版本无法与通告比较', version_other: '通告只说明了其他版本', versions_in_words: '通告用文字描述版本，需人工判断', not_decided: '发布者尚在调查', product_unsure: '通告所列产品可能是也可能不是该资产', only_together: '仅与另一产品一起使用时受影响',
    },
    exposures: {
      title: '漏洞影响', note: '优先级 = 可达范围 × 威胁 × 重要性；CVSS 只显示，不参与排序', search: '资产、通告', answer: '结论', band: '优先级', state: '处置', empty: '没有受影响的资产', emptyNote: '登记资产并收录安全通告后自动比对', asset: '资产', advisory: '通告', remedy: '处理办法', why: '为什么', said: '逐个漏洞', factors: '优先级依据', priority: '优先级', decide: '处置', decisions: '处置记录', noRemedy: '通告未给出处理办法', noFirmware: '仅固件未知', sentence: '通告原文', list: '清单', figures: '统计',
      more: '另有 {{n}} 个漏洞', one: '漏洞影响', since: '发现时间', firmware: '固件版本', product: '产品',
    },
    factors: { reach: '可达范围', threat: '威胁', criticality: '重要性', answer: '结论' },
    threats: { nothing_known: '没有被利用的信息', epss_low: 'EPSS 低于 1%', epss_some: 'EPSS 不低于 1%', epss_high: 'EPSS 不低于 10%', epss_very_high: 'EPSS 不低于 50%', ssvc_poc: '已有验证代码（SSVC）', ssvc_automatable_total: '可自动化且后果完全（SSVC）', ssvc_active: '正在被利用（SSVC）', kev: '列入已被利用漏洞目录（KEV）', kev_ransomware: '被勒索软件利用（KEV）' },
    decision: {
      kind: '处置结果', reach: '适用范围', reaches: { asset: '此资产', product: '本企业同一产品的资产', organisation: '本企业全部资产' }, evidence: '做了什么、有何证据', reason: '理由', until: '接受到', submit: '确定', done: '已记录处置', effect: '涉及 {{n}} 条', reopen: '重新打开', reopened: '已重新打开', expired: '到期', ended: '结束：{{why}}', stands: '有效', none: '还没有处置',
    },
    figures: { by: '分组', groups: { district: '区市', industry: '行业', vendor: '厂商', advisory: '通告' }, enterprises: '受影响企业', assets: '受影响资产', unsure: '无法判断的资产', now: '立即处置的资产', declared: '登记资产的企业', masked: '少于 5 家企业的分组不显示', empty: '没有可显示的统计', unsaid: '未填' },
  },
}
