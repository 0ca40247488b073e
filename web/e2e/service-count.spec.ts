import { picture } from './picture'
import { accessible, address, creditCode, enter, expect, narrow, organisation, people, send, test } from './support'

// A provider, an enterprise, the bureau and an auditor, each in their own browser.
test.describe.configure({ timeout: 240_000 })

test('a provider records a service, the enterprise confirms it, it is counted, and an audit takes it out', async ({ page, another, signIn }) => {
  const bureau = page.request
  const [code, provider] = [creditCode(), creditCode()]
  await organisation(bureau, '被服务企业', [{ login: 'was-served', role: 'manager', name: '企业管理员' }])
  await enter(bureau, 'was-served')
  const entry = await send<{ id: string; version: number }>(bureau, 'POST', '/api/enterprise/entries', { code, name: { zh: '胶州湾机械有限公司', en: 'Jiaozhou Machinery' }, district: '370212', industry: 'C35' })
  await enter(bureau, people.administrator)
  const change = async (method: 'POST' | 'PUT', path: string, data: object, version: number) => {
    const answer = await bureau.fetch(`${address()}${path}`, { method, data, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${version}"` } })
    expect(answer.ok(), await answer.text()).toBe(true)
  }
  await change('POST', `/api/enterprise/entries/${entry.id}/decision`, { decision: 'accepted' }, entry.version)
  const id = await organisation(bureau, '工业软件服务商', [{ login: 'serves', role: 'manager', name: '服务商经理' }])
  await change('PUT', `/api/system/organisations/${id}`, { name: { zh: '工业软件服务商', en: 'Industrial Software' }, uscc: provider, district: '370212' }, 1)

  // It is in the directory, and the bureau accepts it as a provider.
  await enter(bureau, 'serves')
  const own = await send<{ id: string; version: number }>(bureau, 'POST', '/api/enterprise/entries', { code: provider, name: { zh: '工业软件服务商', en: 'Industrial Software' }, district: '370212', industry: 'I65' })
  await enter(bureau, people.administrator)
  await change('POST', `/api/enterprise/entries/${own.id}/decision`, { decision: 'accepted' }, own.version)
  await enter(bureau, 'serves')
  const registered = await send<{ id: string; version: number }>(bureau, 'POST', '/api/enterprise/providers', { entry_id: own.id, profile: { offer: '生产管理软件', capabilities: [{ scenario: 'quality', text: '生产管理软件' }], promise: 24 } })
  await enter(bureau, people.administrator)
  await change('POST', `/api/enterprise/providers/${registered.id}/decision`, { decision: 'accepted' }, registered.version)

  // The provider records it; the same once more is refused, and the first one named.
  const serves = await another('serves')
  const record = async (day: string) => {
    await serves.goto('/enterprise/services/new')
    await serves.getByLabel('企业统一社会信用代码').fill(code)
    await serves.getByLabel('事项').click()
    await serves.getByTitle('软件与应用实施').click()
    await serves.getByLabel('服务内容').fill('生产管理软件上线')
    await serves.getByLabel('开始日期').fill(day)
    await serves.keyboard.press('Enter')
    await serves.locator('input[type=file]').setInputFiles({ name: '验收单.txt', mimeType: 'text/plain', buffer: Buffer.from('accepted') })
    await expect(serves.getByText('验收单.txt')).toBeVisible()
    await serves.getByRole('button', { name: /^登\s*记$/ }).click()
  }
  await record('2026-03-02')
  await expect(serves.getByRole('heading', { name: /胶州湾机械有限公司/ })).toBeVisible()
  await expect(serves.getByText('待确认')).toBeVisible()
  await record('2026-04-02')
  await expect(serves.getByRole('alert').filter({ hasText: '相隔不足 90 天' })).toBeVisible()
  await picture(serves, 'services-twice')

  // The enterprise confirms it.
  const served = await another('was-served')
  await served.goto('/enterprise/services?state=waiting')
  await served.getByRole('link', { name: '胶州湾机械有限公司' }).click()
  await accessible(served)
  await picture(served, 'services-one')
  await served.getByRole('button', { name: /^确\s*认$/ }).click()
  await served.getByRole('dialog').getByRole('button', { name: /^确\s*认$/ }).click()
  await expect(served.getByText('已计入')).toBeVisible()

  // The bureau finds it in the figures, and from the figure in the list.
  await signIn('administrator')
  await page.goto('/enterprise/services?tab=counts&by=provider&quarter=2026Q1')
  const row = page.getByRole('row').filter({ hasText: '工业软件服务商' })
  await expect(row).toContainText('1')
  await accessible(page)
  await picture(page, 'services-counts')
  await narrow(page)
  await picture(page, 'services-counts-narrow')
  await page.setViewportSize({ width: 1440, height: 900 })
  await row.getByRole('link').click()
  await expect(page).toHaveURL(/counted=true/)
  await expect(page.getByRole('link', { name: '胶州湾机械有限公司' })).toBeVisible()
  await expect(page.getByText('第 1 版')).toBeVisible()
  await picture(page, 'services-list')

  // What an audit does not uphold leaves the count.
  await page.goto('/enterprise/services?tab=samples')
  await page.getByRole('button', { name: '抽取样本' }).click()
  await page.getByLabel('随机种子').fill('seed')
  await page.getByRole('dialog').getByRole('button', { name: '抽取样本' }).click()
  await expect(page.getByRole('heading', { name: '服务抽查' })).toBeVisible()
  await page.getByRole('row').filter({ hasText: '工业软件服务商' }).getByRole('button', { name: /^不属实/ }).click()
  await page.getByRole('dialog').getByLabel('核查情况').fill('验收单上没有盖章')
  await page.getByRole('dialog').getByRole('button', { name: '不属实' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByText('验收单上没有盖章')).toBeVisible()
  await accessible(page)
  await picture(page, 'services-sample')
  await page.goto('/enterprise/services?tab=counts&by=provider&quarter=2026Q1')
  await expect(page.getByText('抽查差错率')).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: '工业软件服务商' })).toHaveCount(0)

  const english = await another('serves', 'en')
  await english.goto('/enterprise/services')
  await expect(english.getByText('Not upheld', { exact: true })).toBeVisible()
  await narrow(english)
  await picture(english, 'services-english-narrow')
})
