import { readFile } from 'node:fs/promises'
import { expect, report, test } from './support'

test('a platform is registered, connected, and turns reporting without a reload', async ({ page, signIn }) => {
  await signIn('administrator')
  await page.goto('/platforms')
  await page.getByRole('link', { name: '登记平台' }).last().click()
  await page.getByLabel('名称（中文）').fill('测试平台')
  await page.getByLabel('代码').fill('Wrong Code')
  await choose(page, '类别', '特色型专业型（多专）')
  await choose(page, '区市', '崂山区')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await expect(page.getByText('2 至 40 个小写字母、数字或 -，以字母开头')).toBeVisible()
  await expect(page.getByLabel('名称（中文）')).toHaveValue('测试平台')
  await page.getByLabel('代码').fill('e2e-first')
  await page.getByRole('button', { name: '登记', exact: true }).click()

  await expect(page.getByText('等待首次报送')).toBeVisible()
  await page.getByText('推送密钥').click()
  await page.getByRole('button', { name: '生成密钥和配置' }).click()
  await expect(page.getByRole('region', { name: 'Prometheus' })).toContainText('remote_write:')
  await page.getByRole('tab', { name: 'OpenTelemetry' }).click()
  await expect(page.getByRole('region', { name: 'OpenTelemetry' })).toContainText('otlphttp/linghang')
  await page.getByText('签名密钥').click()
  await page.getByRole('button', { name: '再生成一个密钥' }).click()
  await expect(page.getByRole('region', { name: '签名 JSON' })).toContainText('openssl')
  const key = (await page.getByRole('region', { name: '密钥编号（用户名）' }).innerText()).trim()
  const secret = (await page.getByRole('region', { name: '密钥（密码）' }).innerText()).trim()

  await page.evaluate(() => Object.assign(window, { sameDocument: true }))
  expect(await report(key, secret, 1, [{ code: 'heartbeat', value: 1 }])).toBe(200)
  const first = page.locator('.lh-first')
  await expect(first).toContainText('正常报送')
  await expect(page.getByText('平台心跳')).toBeVisible()
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)

  await page.getByRole('link', { name: '打开平台页面' }).click()
  await expect(page.getByRole('heading', { name: '测试平台' })).toBeVisible()
  await page.getByRole('tab', { name: '报送记录' }).click()
  await expect(page.getByRole('cell', { name: '签名 JSON' })).toBeVisible()
})

test('a report that is refused in part says why on the page of the platform', async ({ page, signIn }) => {
  await signIn('administrator')
  const id = await platform(page)
  const issued = await page.request.post(`/api/platforms/${id}/keys`, { data: { kind: 'report' }, headers: { 'X-Linghang-CSRF': '1' } })
  const { id: key, secret } = (await issued.json()) as { id: string; secret: string }
  await page.goto(`/platforms/${id}?tab=submissions`)
  await expect(page.getByRole('row').nth(1)).toBeVisible()
  expect(await report(key, secret, 100, [{ code: 'heartbeat', value: 1 }, { code: 'no_such_code', value: 5 }])).toBe(422)
  await expect(page.getByText('部分接受')).toBeVisible()
  await page.getByRole('row', { name: /部分接受/ }).getByRole('button').click()
  await expect(page.getByText('no_such_code').first()).toBeVisible()
})

test('the list is filtered by its address and downloads what it shows', async ({ page, signIn }) => {
  await signIn('administrator')
  await page.goto('/platforms?q=e2e-first')
  await expect(page.getByRole('link', { name: '测试平台' })).toBeVisible()
  await page.getByRole('button', { name: '导出' }).click()
  const started = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: '导出 CSV' }).click()
  const csv = await readFile(await (await started).path(), 'utf8')
  expect(csv.split('\n')[0]).toContain('名称')
  expect(csv).toContain('测试平台')
  await page.getByPlaceholder('名称、代码或运营单位').fill('there is none')
  await expect(page.getByText('没有符合条件的数据')).toBeVisible()
  await expect(page).toHaveURL(/q=there\+is\+none/)
})

test('a taken code is told at once, and the form keeps what was typed', async ({ page, signIn }) => {
  await signIn('administrator', 'en')
  await page.goto('/platforms/new')
  await page.getByLabel('Name (Chinese)').fill('第二个')
  await page.getByLabel('Code', { exact: true }).fill('e2e-first')
  await choose(page, 'Class', 'Specialised')
  await choose(page, 'District', 'Jimo')
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  await expect(page.getByText('This code is taken.')).toBeVisible()
  await expect(page.getByLabel('Name (Chinese)')).toHaveValue('第二个')
})

test('values of the past come in by CSV', async ({ page, signIn }) => {
  await signIn('administrator')
  const id = await platform(page)
  const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
  await page.goto(`/platforms/${id}?tab=backfill`)
  await page.locator('input[type=file]').setInputFiles({ name: 'past.csv', mimeType: 'text/csv', buffer: Buffer.from(`code,period,value\nent_served,${day},321\n`) })
  await expect(page.getByText('已接受 1 条')).toBeVisible()
  await page.locator('input[type=file]').setInputFiles({ name: 'bad.csv', mimeType: 'text/csv', buffer: Buffer.from('code,value\nent_served,3\n') })
  await expect(page.getByText('缺少列 period。')).toBeVisible()
  await page.getByRole('tab', { name: '指标' }).click()
  await expect(page.getByRole('cell', { name: /321/ })).toBeVisible()
})

async function platform(page: import('@playwright/test').Page): Promise<string> {
  const list = (await (await page.request.get('/api/platforms?q=e2e-first')).json()) as { items: { id: string }[] }
  return list.items[0]!.id
}

async function choose(page: import('@playwright/test').Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click()
  await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).click()
}
