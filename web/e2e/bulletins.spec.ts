import type { Page } from '@playwright/test'
import { accessible, enter, expect, narrow, organisation, people, send, test } from './support'
import { picture } from './picture'

test('a report is made, checked and released, and its operator sees it; a correction makes another version', async ({ page, signIn, another }) => {
  const owner = await organisation(page.request, '报告运营方', [{ login: 'reported-manager', role: 'manager', name: '报告管理员' }])
  await enter(page.request, people.administrator)
  const platform = { name: { zh: '报告平台', en: 'Reported platform' }, code: 'e2e-reported', class: 'technology', district: '370202', operator_id: owner, operator_name: { zh: '报告运营方', en: '' } }
  const { id } = await send<{ id: string }>(page.request, 'POST', '/api/platforms', platform)
  await figures(page, id, 900, '')

  await signIn('administrator')
  await page.goto('/platforms/reports')
  await page.getByRole('button', { name: '生成报告' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByLabel('平台').click()
  await page.getByTitle('报告平台').click()
  await drawer.getByRole('button', { name: '生成报告' }).click()
  const row = page.getByRole('row').filter({ hasText: '报告平台' })
  await expect(row.getByText('草稿')).toBeVisible()
  await accessible(page)
  await picture(page, 'bulletins')
  await row.getByRole('link', { name: '报告平台' }).click()
  await expect(page.getByText('900').first()).toBeVisible()
  await page.getByRole('button', { name: '核验' }).click()
  await expect(page.getByText('签名有效，文件未变')).toBeVisible()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'PDF 中文' }).click()])
  expect(download.suggestedFilename()).toContain('e2e-reported')
  await page.getByRole('button', { name: '发布' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发布' }).click()
  await expect(page.getByText('已发布', { exact: true }).first()).toBeVisible()
  await accessible(page)
  await picture(page, 'bulletin')
  const first = new URL(page.url()).pathname
  await page.getByRole('link', { name: '900', exact: true }).first().click()
  await page.getByRole('dialog').getByRole('link', { name: '900', exact: true }).click()
  await expect(page.getByRole('dialog').last()).toContainText('人员 管理员')

  await figures(page, id, 950, '?reason=recount')
  await page.goto('/platforms/reports')
  await page.getByRole('button', { name: '自动生成' }).click()
  await expect(page.getByRole('dialog').getByLabel('数据期结束后天数').first()).toBeVisible()
  await accessible(page)
  await picture(page, 'bulletin-plan')
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('数据期结束后天数').first()).toBeHidden()
  await page.getByRole('button', { name: '生成报告' }).click()
  await drawer.getByLabel('平台').click()
  await page.getByTitle('报告平台').click()
  await drawer.getByRole('button', { name: '生成报告' }).click()
  await expect(drawer.getByText('已有第 1 版')).toBeVisible()
  await drawer.getByLabel('原因').fill('设备连接数更正')
  await drawer.getByRole('button', { name: '生成报告' }).click()
  const second = page.getByRole('row').filter({ hasText: '报告平台' }).filter({ hasText: '草稿' })
  await second.getByRole('link', { name: '报告平台' }).click()
  await expect(page.getByText('更正，第 2 次修订')).toBeVisible()
  await picture(page, 'bulletin-second')

  const manager = await another('reported-manager')
  await manager.goto('/platforms/reports')
  await expect(manager.getByRole('row').filter({ hasText: '报告平台' })).toHaveCount(1)
  await manager.goto(first)
  await expect(manager.getByRole('link', { name: 'XLSX 中文' })).toBeVisible()
  await expect(manager.getByRole('button', { name: '发布' })).toHaveCount(0)
  await accessible(manager)
  await narrow(manager)
  await picture(manager, 'bulletin-zh-390')
  await manager.getByRole('button', { name: 'Switch to English' }).click()
  await picture(manager, 'bulletin-en-390')
})

/** Figures of the last month. */
async function figures(page: Page, id: string, devices: number, query: string): Promise<void> {
  const now = new Date(Date.now() + 8 * 3_600_000)
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 20)).toISOString().slice(0, 10)
  const data = `code,period,value\ndev_connected,${month},${devices}\n${query ? '' : `ent_served,${month},600\n`}`
  const answer = await page.request.post(`/api/platforms/${id}/backfill${query}`, { data, headers: { 'Content-Type': 'text/csv', 'X-Linghang-CSRF': '1' } })
  expect(answer.ok(), await answer.text()).toBe(true)
}
