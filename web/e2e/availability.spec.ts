import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { accessible, address, enter, expect, mark, people, send, test } from './support'

test('a platform is probed from outside, and its state, incidents and maintenance are seen', async ({ page, signIn }) => {
  test.setTimeout(300_000) // two probes are half a minute apart
  await signIn('administrator')
  const platform = await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '被探测的平台', en: 'Probed platform' }, code: 'e2e-probed', class: 'industry', district: '370202' })
  await page.goto(`/platforms/${platform.id}?tab=availability`)
  await page.getByRole('button', { name: '添加探测目标' }).click()
  await page.getByLabel('名称', { exact: true }).fill('门户')
  await page.getByLabel('网址', { exact: true }).fill('ftp://nowhere')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('以 http:// 或 https:// 开头的网址')).toBeVisible()
  await expect(page.getByLabel('名称', { exact: true })).toHaveValue('门户')

  await page.getByLabel('网址', { exact: true }).fill(`${address()}/readyz`)
  await page.getByLabel('正文包含').fill('there is no such text')
  await page.getByRole('button', { name: '立即测试' }).click()
  await expect(page.getByRole('status').filter({ hasText: '响应内容不符' })).toContainText('HTTP 200')
  await page.getByLabel('正文包含').fill('')
  await page.getByRole('button', { name: '立即测试' }).click()
  await expect(page.getByRole('status').filter({ hasText: '符合期望' })).toContainText('ms')
  const same = await mark(page)
  await page.getByRole('button', { name: '保存' }).click()
  const portal = page.getByRole('region', { name: '探测目标' }).getByRole('listitem').filter({ hasText: '门户' })
  await expect(portal).toContainText('正常')

  // Nobody listens on a port that was just given back: two probes in a row fail.
  await send(page.request, 'POST', `/api/platforms/${platform.id}/availability/targets`, { name: '设备接入', enabled: true, spec: { kind: 'tcp', address: `127.0.0.1:${await freePort()}`, interval: 30, timeout: 5 } })
  await expect(page.getByRole('region', { name: '故障记录' }).getByRole('row').filter({ hasText: '无法建立连接' })).toContainText('持续中', { timeout: 150_000 })
  await expect(page.getByRole('region', { name: '探测目标' })).toContainText('部分不可用')
  await same()

  await page.getByRole('button', { name: '公布维护时段' }).click()
  await page.getByLabel('维护内容').fill('升级数据库')
  await day(page, '开始', 2)
  await day(page, '结束', 1)
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('应晚于开始时间，且不超过 7 天')).toBeVisible()
  await expect(page.getByLabel('维护内容')).toHaveValue('升级数据库')
  await day(page, '结束', 3)
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByRole('region', { name: '维护时段' })).toContainText('升级数据库')
  await accessible(page)

  await page.goto('/platforms/status')
  const row = page.getByRole('listitem').filter({ hasText: '被探测的平台' })
  await expect(row).toContainText('部分不可用')
  await expect(row).toContainText('设备接入')
  await accessible(page)

  // Another organisation sees the state and nothing behind it.
  await enter(page.request, people.viewer)
  await page.goto('/platforms/status')
  await expect(row).toContainText('部分不可用')
  await expect(row).not.toContainText('设备接入')
  await expect(row.getByRole('link')).toHaveCount(0)
})

async function day(page: import('@playwright/test').Page, label: string, ahead: number): Promise<void> {
  const at = new Date(Date.now() + ahead * 86_400_000)
  const two = (n: number) => String(n).padStart(2, '0')
  await page.getByRole('textbox', { name: label, exact: true }).fill(`${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} 10:00:00`)
  await page.locator('.ant-picker-dropdown:visible .ant-picker-ok button').click()
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}
