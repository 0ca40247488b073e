import { picture } from './picture'
import { accessible, address, enter, expect, narrow, organisation, people, send, test } from './support'

const assets = [
  'name,role,vendor,product,firmware,serial,criticality,reach',
  '一号线主控,plc,示例传动,Drive 7,2.1,SN-1,4,internet',
  '二号线主控,plc,示例传动,Drive 7,,SN-2,2,internal',
  '三号线主控,plc,示例传动,Drive 7,2.4,SN-3,3,internal',
].join('\n')

const advisory = {
  document: {
    category: 'csaf_security_advisory', csaf_version: '2.0', title: 'Drive 7 远程停机漏洞', distribution: { tlp: { label: 'WHITE' } }, notes: [{ category: 'summary', text: '攻击者可远程停止 Drive 7。' }],
    references: [{ category: 'self', summary: 'x', url: 'https://example.com/a' }], publisher: { category: 'vendor', name: '示例传动', namespace: 'https://example.com' },
    tracking: { id: 'EW-2026-7', status: 'final', version: '1', initial_release_date: '2026-02-01T10:00:00Z', current_release_date: '2026-02-01T10:00:00Z', revision_history: [{ date: '2026-02-01T10:00:00Z', number: '1', summary: 'a' }] },
  },
  product_tree: { branches: [{ category: 'vendor', name: '示例传动', branches: [{ category: 'product_name', name: 'Drive 7', branches: [{ category: 'product_version_range', name: '<2.3', product: { name: 'Drive 7 <2.3', product_id: 'P1' } }] }] }] },
  vulnerabilities: [{
    cve: 'CVE-2026-0007', title: '远程停机', notes: [{ category: 'description', text: '缺少认证' }], product_status: { known_affected: ['P1'] },
    remediations: [{ category: 'mitigation', details: '置于防火墙之后。', product_ids: ['P1'] }, { category: 'vendor_fix', details: '升级到 2.3。', product_ids: ['P1'] }],
    scores: [{ products: ['P1'], cvss_v3: { version: '3.1', vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', baseScore: 9.8, baseSeverity: 'CRITICAL' } }],
  }],
}

test('an enterprise imports assets, an officer an advisory; the enterprise sees what is affected and why, and mends it', async ({ page, signIn, another }) => {
  const request = page.request
  await organisation(request, '传动用户企业', [{ login: 'drives', role: 'manager', name: '资产管理员' }])

  // The enterprise imports its assets from a file.
  const firm = await another('drives')
  await firm.goto('/security/assets/import')
  await firm.locator('input[type=file]').setInputFiles({ name: 'assets.csv', mimeType: 'text/csv', buffer: Buffer.from(assets.replace('plc', 'robot')) })
  await expect(firm.getByText('不是 18 种资产类型之一')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-assets-wrong')
  await firm.locator('input[type=file]').setInputFiles({ name: 'assets.csv', mimeType: 'text/csv', buffer: Buffer.from(assets) })
  await firm.getByRole('button', { name: '导入 3 个资产' }).click()
  await expect(firm.getByText('已导入：新增 3 个')).toBeVisible()
  await firm.goto('/security/assets')
  await expect(firm.getByRole('link', { name: '二号线主控' })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-assets')
  await firm.goto('/security/assets/inventory?tab=consent')
  await expect(firm.getByText('主管部门只看统计数据')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-inventory')

  // The officer imports an advisory, and the catalogue of what is exploited.
  await signIn('administrator')
  await page.goto('/security/advisories/import')
  await page.locator('input[type=file]').first().setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(advisory)) })
  await page.getByRole('button', { name: '收录 1 份' }).click()
  await expect(page.getByText('已收录 1 份')).toBeVisible()
  await accessible(page)
  await picture(page, 'security-advisory-import')
  await enter(request, people.administrator)
  const kev = await request.post(`${address()}/api/security/threat-import/kev?name=kev.json`, {
    headers: { 'X-Linghang-CSRF': '1', 'Content-Type': 'application/octet-stream' },
    data: JSON.stringify({ catalogVersion: '2026.02.02', vulnerabilities: [{ cveID: 'CVE-2026-0007', dateAdded: '2026-02-02', dueDate: '2026-02-23', knownRansomwareCampaignUse: 'Unknown' }] }),
  })
  expect(kev.ok(), await kev.text()).toBe(true)
  const listed = await request.post(`${address()}/api/security/listed-import?name=list.csv`, {
    headers: { 'X-Linghang-CSRF': '1', 'Content-Type': 'application/octet-stream' },
    data: '漏洞编号,漏洞名称,CVE编号,危害等级,解决方案\nCNVD-2026-30007,示例传动 Drive 7 停机漏洞,CVE-2026-0007,高,请升级到 2.3 并限制访问。\n',
  })
  expect(listed.ok(), await listed.text()).toBe(true)
  await page.goto('/security/advisories')
  await expect(page.getByRole('link', { name: 'Drive 7 远程停机漏洞' })).toBeVisible()
  await accessible(page)
  await picture(page, 'security-advisories')

  // The enterprise sees what is affected, what cannot be told, and why.
  await expect.poll(async () => (await firm.request.get(`${address()}/api/security/exposures`)).text(), { timeout: 60_000 }).toContain('"band":"now"')
  await firm.goto('/security/exposures')
  await expect(firm.getByText('固件版本未知，请补充资产信息')).toBeVisible()
  await expect(firm.getByText('固件版本不在受影响范围内')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-exposures')
  await narrow(firm)
  await picture(firm, 'security-exposures-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })
  await firm.getByRole('link', { name: '一号线主控' }).click()
  await expect(firm.getByText('列入已被利用漏洞目录（KEV）')).toBeVisible()
  await expect(firm.getByText('升级到 2.3。')).toBeVisible()
  await expect(firm.getByRole('link', { name: 'CNVD-2026-30007' })).toBeVisible()
  await expect(firm.getByText('请升级到 2.3 并限制访问。')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-exposure')

  // It mends the first one.
  await firm.getByRole('button', { name: '处置', exact: true }).click()
  await firm.getByLabel('做了什么、有何证据').fill('已升级到 2.3，截图存档')
  await firm.getByRole('button', { name: '确定' }).click()
  await expect(firm.getByRole('dialog')).toHaveCount(0)
  await expect(firm.getByText('已升级到 2.3，截图存档')).toBeVisible()
  await expect(firm.getByText('已修复').first()).toBeVisible()
  await narrow(firm)
  await picture(firm, 'security-exposure-phone')

  // The city has figures, and no detail without consent.
  await page.goto('/security/exposures')
  await expect(page.getByText('没有受影响的资产')).toBeVisible()
  await page.goto('/security/exposures?tab=figures')
  await expect(page.getByRole('columnheader', { name: '登记资产的企业' })).toBeVisible()
  await accessible(page)
  await picture(page, 'security-figures')
  await enter(request, 'drives')
  await send(request, 'POST', '/api/security/inventory/consent', { purpose: '应急处置' })
  await signIn('administrator')
  await page.goto('/security/assets')
  await expect(page.getByRole('link', { name: '一号线主控' })).toBeVisible()
  await firm.setViewportSize({ width: 1440, height: 900 })
  await firm.goto('/security/assets/inventory?tab=consent')
  await expect(firm.getByText('资产列表').first()).toBeVisible()
})
