import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { picture } from './picture'
import { enrolled, probing } from './probe'
import { accessible, address, enter, expect, narrow, organisation, people, test } from './support'

const objects = (at: Date) => {
  const time = at.toISOString()
  const head = { type: 'indicator', spec_version: '2.1', created: time, modified: time, valid_from: time, pattern_type: 'stix' }
  const amber = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'
  return JSON.stringify({
    type: 'bundle', id: 'bundle--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a01', objects: [
      { ...head, id: 'indicator--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a02', name: '勒索软件控制服务器', confidence: 90, pattern: "[ipv4-addr:value = '203.0.113.80']", object_marking_refs: [amber] },
      { ...head, id: 'indicator--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a03', name: '投放域名', pattern: "[domain-name:value = 'update.evil-vendor.example']", object_marking_refs: [amber] },
      { ...head, id: 'indicator--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a04', name: '恶意进程', pattern: "[process:name = 'flagpro.exe']", object_marking_refs: [amber] },
      { ...head, id: 'indicator--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a05', name: '不合格的指标', pattern: undefined },
    ],
  })
}

test('the bureau imports intelligence; an enterprise is told of a hit; the city reads the sighting', async ({ page, signIn, another }) => {
  test.setTimeout(240_000)
  const request = page.request

  // The bureau imports a file: what is taken, what is not matched, what is refused and why.
  await signIn('administrator')
  await page.goto('/security/intelligence/import')
  await page.getByLabel('来源单位').fill('省工业信息安全中心')
  await page.locator('input[type=file]').setInputFiles({ name: 'bundle.json', mimeType: 'application/json', buffer: Buffer.from(objects(new Date(Date.now() - 60_000))) })
  await expect(page.getByText('收入 3 个指标，其中 1 个不能匹配')).toBeVisible()
  await expect(page.getByText('process:name is not among what is recorded')).toBeVisible()
  await accessible(page)
  await picture(page, 'security-intel-import')
  await narrow(page)
  await picture(page, 'security-intel-import-phone')
  await page.setViewportSize({ width: 1440, height: 900 })

  // An enterprise's probe reads a log that names the address.
  await organisation(request, '情报用户企业', [{ login: 'intel.manager', role: 'manager', name: '安全负责人' }])
  await page.context().clearCookies()
  await enter(request, 'intel.manager')
  await enrolled(request, '边界', 'detail', async (dir) => {
    const file = join(dir, 'eve.json')
    await writeFile(file, `${JSON.stringify({ timestamp: new Date().toISOString(), event_type: 'alert', src_ip: '10.0.0.7', dest_ip: '203.0.113.80', src_port: 40_001, dest_port: 443, proto: 'TCP', app_proto: 'tls', alert: { action: 'allowed', gid: 1, signature_id: 7, signature: 'outbound TLS', category: 'Misc', severity: 3 } })}\n`)
    await probing(dir, `logs:\n  - {format: eve, file: ${file}}`, async () => {
      await expect.poll(async () => (await (await request.get(`${address()}/api/security/alerts?kind=intel`)).json() as { total: number }).total, { timeout: 90_000 }).toBe(1)
    })
  })

  // The enterprise reads why, and the indicator that it was hit by.
  const firm = await another('intel.manager')
  await firm.goto('/security/alerts?kind=intel')
  await firm.getByRole('link', { name: '命中高置信度威胁情报' }).click()
  await expect(firm.getByText('10.0.0.7 → 203.0.113.80 命中威胁情报“勒索软件控制服务器”').first()).toBeVisible()
  await expect(firm.getByText('省工业信息安全中心').first()).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-intel-alert')
  await firm.goto('/security/intelligence')
  await expect(firm.getByRole('link', { name: '勒索软件控制服务器' })).toBeVisible()
  await expect(firm.getByText('投放域名')).toHaveCount(0)
  await narrow(firm)
  await picture(firm, 'security-intel-firm-phone')

  // The city: the list, the indicator with its hit, and the sighting by TAXII.
  await page.context().clearCookies()
  await signIn('administrator')
  await page.goto('/security/intelligence?sort=-hits')
  await expect(page.getByRole('link', { name: '恶意进程' })).toBeVisible()
  await accessible(page)
  await picture(page, 'security-intel')
  await narrow(page)
  await picture(page, 'security-intel-phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('link', { name: '勒索软件控制服务器' }).click()
  await expect(page.getByText('10.0.0.7 → 203.0.113.80')).toBeVisible()
  await expect(page.getByRole('link', { name: '查看告警' })).toBeVisible()
  await accessible(page)
  await picture(page, 'security-intel-one')
  await narrow(page)
  await picture(page, 'security-intel-one-phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  const at = await (await request.get(`${address()}/api/security/exchange/address`)).json() as { sightings: string }
  await expect.poll(async () => (await request.get(`${address()}${new URL(at.sightings).pathname}objects/?match%5Btype%5D=sighting`, { headers: { Accept: 'application/taxii+json;version=2.1' } })).text(), { timeout: 90_000 }).toContain('"sighting_of_ref":"indicator--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a02"')

  // Its hits are said to be false.
  await page.getByRole('button', { name: '静默' }).click()
  await page.getByRole('button', { name: '确定' }).click()
  await expect(page.getByText('请填写理由')).toBeVisible()
  await page.getByLabel('理由').fill('该地址已由运营商收回')
  await page.getByRole('button', { name: '确定' }).click()
  await expect(page.getByText('已静默')).toBeVisible()

  // A feed that leads into the own network is not read, and the page says so.
  await page.goto('/security/intelligence/feeds')
  await page.getByRole('button', { name: '新增订阅' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('来源单位').fill('省级平台')
  await form.getByLabel('API 根地址').fill('https://127.0.0.1:1/api1/')
  await form.getByLabel('集合编号').fill('indicators')
  await form.getByRole('button', { name: '列出集合' }).click()
  await expect(page.getByText('地址在未允许的网段')).toBeVisible()
  await accessible(page)
  await picture(page, 'security-feed-form')
  await form.getByRole('button', { name: '保存' }).click()
  await page.getByRole('link', { name: '省级平台' }).click()
  await expect(page.getByText('地址在未允许的网段').first()).toBeVisible({ timeout: 90_000 })
  await accessible(page)
  await picture(page, 'security-feed')
  await narrow(page)
  await picture(page, 'security-feed-phone')

  const city = await another(people.administrator, 'en')
  for (const [path, name] of [['/security/intelligence', 'security-intel-en'], ['/security/intelligence/feeds', 'security-feeds-en'], ['/security/intelligence/import', 'security-intel-import-en']] as const) {
    await city.goto(path)
    await expect(city.getByRole('heading', { level: 1 })).toBeVisible()
    await city.setViewportSize({ width: 1440, height: 900 })
    await picture(city, name)
    await narrow(city)
    await picture(city, `${name}-phone`)
  }
})
