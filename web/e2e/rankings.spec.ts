import type { Page } from '@playwright/test'
import { accessible, enter, expect, narrow, organisation, people, send, test } from './support'
import { picture } from './picture'

test('experts weigh, platforms are ranked, and an operator sees its place when it is published', async ({ page, signIn, another }) => {
  const owner = await organisation(page.request, '排名运营方', [{ login: 'ranked-manager', role: 'manager', name: '排名管理员' }])
  await enter(page.request, people.administrator)
  for (const [i, name] of ['甲平台', '乙平台', '丙平台'].entries()) await ranked(page, name, i, i === 0 ? owner : undefined)

  await signIn('administrator')
  await page.goto('/platforms/rankings')
  await expect(page.getByText('还没有排名')).toBeVisible()
  await page.getByRole('tab', { name: '排名方法' }).click()
  await page.getByRole('button', { name: '新建方法' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: '保存', exact: true }).click()
  await expect(drawer.getByText('请填写名称')).toBeVisible()
  await drawer.getByLabel('名称（中文）').fill('测试排名')
  await drawer.getByLabel('比较范围').click()
  await page.getByTitle('技术型').click()
  await drawer.getByText('得分乘以数据质量系数').click()
  await drawer.getByLabel('权重来源').click()
  await page.getByTitle('层次分析法（AHP）').click()
  await drawer.getByRole('button', { name: '保存', exact: true }).click()
  await expect(drawer.getByText('请至少填写一位专家的判断')).toBeVisible()
  await drawer.getByRole('button', { name: '添加专家' }).click()
  await drawer.getByLabel('专家代号').fill('E1')
  await drawer.getByLabel('设备连接数 与 服务企业数 相比').click()
  await page.getByTitle('左边重要 3 倍').click()
  await drawer.getByRole('button', { name: '试算（不保存）' }).click()
  await expect(drawer.getByRole('row').filter({ hasText: '甲平台' })).toBeVisible()
  await accessible(page)
  await picture(page, 'ranking-method')
  await drawer.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.getByRole('cell', { name: '层次分析法（AHP）' })).toBeVisible()
  await picture(page, 'ranking-methods')

  await page.getByRole('tab', { name: '排名结果' }).click()
  await page.getByRole('button', { name: '计算排名' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '计算排名' }).click()
  await expect(page.getByText('草稿', { exact: true })).toBeVisible()
  const first = page.getByRole('row').filter({ hasText: '甲平台' })
  await expect(first).toContainText('100')
  await expect(page.getByText('75%').first()).toBeVisible()
  await accessible(page)
  await page.getByRole('button', { name: '发布' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发布' }).click()
  await expect(page.getByText('已发布', { exact: true })).toBeVisible()
  await picture(page, 'ranking')
  await looked(page)
  const path = new URL(page.url()).pathname

  const manager = await another('ranked-manager')
  await manager.goto(path)
  await manager.getByRole('row').filter({ hasText: '乙平台' }).getByRole('button').click()
  await expect(manager.getByTitle('仅运营单位和主管部门可见').first()).toBeVisible()
  await manager.getByRole('row').filter({ hasText: '甲平台' }).getByRole('button').click()
  await expect(manager.getByText('月末值').first()).toBeVisible()
  await expect(manager.getByRole('button', { name: '撤回' })).toHaveCount(0)
  await accessible(manager)
  await picture(manager, 'ranking-zh')
  await narrow(manager)
  await picture(manager, 'ranking-zh-390')
  await manager.getByRole('button', { name: 'Switch to English' }).click()
  await picture(manager, 'ranking-en-390')
})

/** Looks at two platforms in the order of an item, keeps that as a view and opens it again. */
async function looked(page: Page): Promise<void> {
  await page.getByLabel('只看所选平台').click()
  for (const name of ['甲平台', '丙平台']) {
    await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByTitle(name, { exact: true }).click()
    await expect(page.getByRole('row').filter({ hasText: name })).toHaveCount(1)
    await expect(page.getByRole('row').filter({ hasText: '乙平台' })).toHaveCount(0)
  }
  await page.keyboard.press('Escape')
  await page.getByLabel('排列').click()
  await page.getByTitle('按服务企业数的得分').click()
  await expect(page.locator('.lh-filter').filter({ hasText: '按服务企业数的得分' })).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: '乙平台' })).toHaveCount(0)
  await page.getByRole('button', { name: '视图', exact: true }).click()
  await page.getByRole('button', { name: '保存当前视图' }).click()
  await page.getByRole('textbox', { name: '名称', exact: true }).fill('甲和丙')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.locator('.lh-view').getByRole('button', { name: '甲和丙' })).toBeVisible()
  await page.goto(new URL(page.url()).pathname)
  await expect(page.getByRole('row').filter({ hasText: '乙平台' })).toHaveCount(1)
  await page.getByRole('button', { name: '视图', exact: true }).click()
  await page.locator('.lh-view').getByRole('button', { name: '甲和丙' }).click()
  await expect(page).toHaveURL(/by=ent_served/)
  await expect(page.getByRole('row').filter({ hasText: '乙平台' })).toHaveCount(0)
  await accessible(page)
  await picture(page, 'ranking-view')
}

/** A platform in trial with figures of the last month. */
async function ranked(page: Page, name: string, i: number, owner?: string): Promise<void> {
  const platform = { name: { zh: name, en: `Ranked ${i}` }, code: `e2e-ranked-${i}`, class: 'technology', district: '370202', ...(owner ? { operator_id: owner, operator_name: { zh: '排名运营方', en: '' } } : {}) }
  const { id } = await send<{ id: string }>(page.request, 'POST', '/api/platforms', platform)
  const now = new Date(Date.now() + 8 * 3_600_000)
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 20)).toISOString().slice(0, 10)
  const data = `code,period,value\ndev_connected,${month},${9000 / (i + 1)}\nent_served,${month},${600 / (i + 1)}\n`
  const answer = await page.request.post(`/api/platforms/${id}/backfill`, { data, headers: { 'Content-Type': 'text/csv', 'X-Linghang-CSRF': '1' } })
  expect(answer.ok(), await answer.text()).toBe(true)
}
