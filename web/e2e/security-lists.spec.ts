import { picture } from './picture'
import { accessible, expect, narrow, people, test } from './support'

const list = `<?xml version="1.0" encoding="UTF-8"?>
<cnnvd cnnvd_xml_version="1.0" pub_date="2026-01-29">
<entry><name>示例泵站控制器 安全漏洞</name><vuln-id>CNNVD-202601-301</vuln-id><published>2026-01-12</published><modified>2026-01-20</modified><severity>超危</severity><vuln-type>访问控制错误</vuln-type><vuln-descript>A&B 之间缺少认证。</vuln-descript><other-id><cve-id>CVE-2026-3001</cve-id></other-id><refs><ref><ref-url>https://example.com/pump</ref-url></ref></refs><vuln-solution>升级到 3.1。</vuln-solution></entry>
<entry><name>示例测控装置 安全漏洞</name><vuln-id>CNNVD-202601-302</vuln-id><published>2026-01-03</published><modified>2026-01-07</modified><severity>高危</severity><vuln-descript>漏洞详情暂不公开。</vuln-descript></entry>
<entry><name>没有编号的条目</name></entry>
</cnnvd>`

test('an officer takes a file of a national list; entries are found, and those without a CVE say that nothing is compared', async ({ page, signIn, another }) => {
  await signIn('administrator')
  await page.goto('/security/advisories/import')
  const choose = page.getByRole('button', { name: '选择 CNVD、CNNVD 文件' }).locator('xpath=ancestor::span[contains(@class, "ant-upload")]').locator('input[type=file]').first()
  await choose.setInputFiles({ name: 'cut.xml', mimeType: 'text/xml', buffer: Buffer.from(list.slice(0, -20)) })
  await expect(page.getByText('XML 格式有误')).toBeVisible()
  await choose.setInputFiles({ name: 'cnnvd.xml', mimeType: 'text/xml', buffer: Buffer.from(list) })
  await expect(page.getByText('已收录：新增 2 条')).toBeVisible()
  await expect(page.getByText('未转义的 & 1 处，首处在第 3 行')).toBeVisible()
  await expect(page.getByText('没有编号的条目')).toBeVisible()
  await accessible(page)
  await picture(page, 'security-list-import')
  await narrow(page)
  await picture(page, 'security-list-import-phone')
  await page.setViewportSize({ width: 1440, height: 900 })

  await page.goto('/security/listed-vulnerabilities')
  await expect(page.getByRole('link', { name: '示例泵站控制器 安全漏洞' })).toBeVisible()
  await accessible(page)
  await picture(page, 'security-lists')
  await narrow(page)
  await picture(page, 'security-lists-phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('link', { name: '示例测控装置 安全漏洞' }).click()
  await expect(page.getByText('没有 CVE 编号，未与资产比对')).toBeVisible()
  await accessible(page)
  await picture(page, 'security-list-entry')

  const english = await another(people.administrator, 'en')
  await english.goto('/security/listed-vulnerabilities/CNNVD-202601-301')
  await expect(english.getByText('升级到 3.1。')).toBeVisible()
  await accessible(english)
  await picture(english, 'security-list-entry-en')
  await english.goto('/security/listed-vulnerabilities')
  await expect(english.getByRole('heading', { name: 'National lists' })).toBeVisible()
  await picture(english, 'security-lists-en')
  await english.goto('/security/advisories/import')
  await expect(english.getByRole('button', { name: 'Choose a file of CNVD or CNNVD' })).toBeVisible()
  await narrow(english)
  await picture(english, 'security-list-import-phone-en')
})
