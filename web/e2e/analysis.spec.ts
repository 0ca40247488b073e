import type { Page } from '@playwright/test'
import { accessible, enter, expect, narrow, organisation, people, send, test } from './support'
import { picture } from './picture'

test('an indicator is analysed, and an operator analyses its own', async ({ page, signIn, another }) => {
  const owner = await organisation(page.request, '分析运营方', [{ login: 'analysed-manager', role: 'manager', name: '分析管理员' }])
  const ids = await city(page, '分析', '370281', owner)
  await signIn('administrator')
  await page.goto('/platforms/analysis?code=txn_amount&district=370281')
  await expect(page.getByText('Holt–Winters 法（加法季节、阻尼趋势），用')).toBeVisible()
  await expect(page.getByText('经典季节分解')).toBeVisible()
  await accessible(page)
  await picture(page, 'analysis')
  await page.goto(`/platforms/analysis?code=rd_invest&platform=${ids[0]}`)
  await expect(page.getByText('还差 4 个月，才能预测')).toBeVisible()
  await expect(page.getByText('还差 22 个月，才能计算季节指数')).toBeVisible()
  await page.goto('/platforms/analysis?tab=cohorts&code=txn_amount&by=district')
  await expect(page.getByRole('row').filter({ hasText: '合计' })).toContainText('100')
  await picture(page, 'analysis-cohorts')
  await page.getByRole('row').filter({ hasText: '胶州市' }).getByRole('cell').nth(1).getByRole('link').click()
  const inputs = page.getByRole('dialog')
  await expect(inputs.getByRole('row').filter({ hasText: '分析' })).toHaveCount(3)
  await accessible(page)
  await picture(page, 'figures-of-a-month')
  await inputs.getByRole('row').filter({ hasText: '分析' }).first().getByRole('cell').nth(1).getByRole('link').click()
  await expect(page.getByRole('dialog').last()).toContainText('人员 管理员')
  await picture(page, 'figures-of-a-month-origin')
  for (const n of [2, 1]) {
    await page.getByRole('dialog').last().getByRole('button', { name: '关闭' }).click()
    await expect(page.getByRole('dialog')).toHaveCount(n - 1)
  }
  await page.getByRole('link', { name: '胶州市' }).click()
  await expect(page.getByText('3 个平台 · 平台间合计')).toBeVisible()

  const manager = await another('analysed-manager')
  await manager.goto('/platforms/analysis?code=txn_amount')
  await expect(manager.getByText('1 个平台 · 平台间合计')).toBeVisible()
  await narrow(manager)
  await picture(manager, 'analysis-zh-390')
  await manager.getByRole('button', { name: 'Switch to English' }).click()
  await expect(manager.getByText('1 platforms · sum over platforms')).toBeVisible()
  await narrow(manager)
  await picture(manager, 'analysis-en-390')
})

test('an index is defined, computed, followed to its figures and published', async ({ page, signIn, another }) => {
  const owner = await organisation(page.request, '指数运营方', [{ login: 'indexed-manager', role: 'manager', name: '指数管理员' }])
  const ids = await city(page, '指数', '370283', owner)
  await signIn('administrator')
  await page.goto('/platforms/analysis?tab=definitions')
  await page.getByRole('button', { name: '新建指数' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByLabel('名称（中文）', { exact: true }).fill('测试指数')
  for (const n of [4, 3]) await drawer.getByRole('button', { name: `删除维度 ${n}` }).click()
  await drawer.getByLabel('区市').fill('平度')
  await page.getByTitle('平度市').click()
  await drawer.getByRole('button', { name: '保存', exact: true }).click()
  await expect(drawer.getByText('各维度的权重合计须为 100')).toBeVisible()
  await drawer.getByLabel('维度权重（%）').nth(0).fill('60')
  await drawer.getByLabel('维度权重（%）').nth(1).fill('40')
  await drawer.getByRole('button', { name: '删除第 2 项' }).click()
  await drawer.getByLabel('维度内权重（%）').nth(1).fill('100')
  for (const [k, title] of [[0, '平台交易额'], [1, '研发投入']] as const) {
    const choice = drawer.getByLabel('指标', { exact: true }).nth(k)
    await choice.click()
    await choice.fill(title)
    await page.getByTitle(title).click()
  }
  await drawer.getByLabel('基期').fill(month(2))
  await picture(page, 'index-definition')
  await drawer.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.getByRole('cell', { name: '测试指数' })).toBeVisible()

  await page.getByRole('tab', { name: '发展指数' }).click()
  await page.getByRole('button', { name: '计算指数' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '计算指数' }).click()
  await expect(page.getByText('草稿', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: '研发投入' }).click()
  await expect(page).toHaveURL(/item=rd_invest/)
  const figure = page.getByRole('row').filter({ hasText: '指数甲' })
  await expect(figure).toHaveCount(1)
  await expect(figure.getByRole('link', { name: '指数甲' })).toHaveAttribute('href', `/platforms/${ids[0]}`)
  await accessible(page)
  await figure.getByRole('cell').nth(2).getByRole('link').click()
  await expect(page.getByRole('dialog')).toContainText('期值：该月（季）报送各值之和')
  await page.getByRole('dialog').getByRole('button', { name: '关闭' }).click()
  await page.getByRole('button', { name: '发布' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发布' }).click()
  await expect(page.getByText('已发布', { exact: true })).toBeVisible()
  await picture(page, 'index')

  const manager = await another('indexed-manager')
  await manager.goto(new URL(page.url()).pathname)
  await expect(manager.getByText('不公开').first()).toBeVisible()
  await expect(manager.getByRole('row').filter({ hasText: '指数甲' })).toHaveCount(2)
  await expect(manager.getByRole('row').filter({ hasText: '指数乙' })).toHaveCount(0)
  await expect(manager.getByRole('button', { name: '撤回' })).toHaveCount(0)
  await narrow(manager)
  await picture(manager, 'index-zh-390')
})

test('an index is weighed by experts and by figures, and shown with another month as 100', async ({ page, signIn, another }) => {
  const owner = await organisation(page.request, '权重运营方', [{ login: 'weighed-manager', role: 'manager', name: '权重管理员' }])
  const ids = await city(page, '权重', '370285', owner)
  for (const [i, id] of ids.entries()) await fill(page, id, [2, 1].flatMap((back) => [`user_mau,${month(back)},${(i + 1) ** 2 * 100}`, `solution_total,${month(back)},${10 + 5 * (2 - back)}`]))
  const dimension = (zh: string, en: string, weight: number, ...codes: string[]) => ({ name: { zh, en }, weight, items: codes.map((code) => ({ code, weight: 100 / codes.length })) })
  const definition = { base: month(2), mean: 'arithmetic', dimensions: [dimension('资源', 'Resources', 40, 'txn_amount', 'user_mau'), dimension('知识', 'Knowledge', 30, 'rd_invest'), dimension('赋能', 'Services', 30, 'solution_total')] }
  await send(page.request, 'POST', '/api/platforms/index/definitions', { name: { zh: '赋权指数', en: 'Weighed index' }, sample: { class: '', district: '370285', industry: '' }, definition })

  await signIn('administrator')
  await page.goto('/platforms/analysis?tab=definitions')
  await page.getByRole('row').filter({ hasText: '赋权指数' }).getByRole('button', { name: '编辑' }).click()
  const drawer = page.getByRole('dialog')
  const choose = async (label: string, option: string) => {
    await drawer.getByLabel(label).first().click()
    await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByTitle(option, { exact: true }).click()
  }
  await choose('维度权重来源', '层次分析法（AHP）')
  await choose('指标权重来源', '熵权法')
  await drawer.getByRole('button', { name: '添加专家' }).click()
  await drawer.getByLabel('专家代号').fill('E1')
  await choose('资源 与 知识 相比', '左边重要 4 倍')
  await choose('资源 与 赋能 相比', '右边重要 4 倍')
  await choose('知识 与 赋能 相比', '左边重要 4 倍')
  await drawer.getByLabel('熵权取数起始月').fill(month(2))
  await drawer.getByLabel('熵权取数截止月').fill(month(1))
  await drawer.getByRole('button', { name: '保存', exact: true }).click()
  await expect(drawer.getByText('判断前后矛盾（一致性比率')).toBeVisible()
  await choose('资源 与 知识 相比', '左边重要 2 倍')
  await choose('资源 与 赋能 相比', '左边重要 4 倍')
  await choose('知识 与 赋能 相比', '左边重要 2 倍')
  await drawer.getByRole('button', { name: '试算权重（不保存）' }).click()
  await expect(drawer.getByRole('row').filter({ hasText: '资源' })).toContainText('57.14%')
  await accessible(page)
  await picture(page, 'index-weights-form')
  await drawer.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.getByRole('row').filter({ hasText: '赋权指数' })).toContainText('层次分析法（AHP） · 熵权法')

  await page.getByRole('tab', { name: '发展指数' }).click()
  await page.getByRole('button', { name: '计算指数' }).click()
  await choose('指数', '赋权指数')
  await page.getByRole('dialog').getByRole('button', { name: '计算指数' }).click()
  await expect(page.getByText('合并的一致性比率 CR = 0')).toBeVisible()
  await expect(page.getByText('3 个平台共 6 组数据')).toBeVisible()
  await expect(page.getByText('各权重随机增减至多五分之一')).toBeVisible()
  await page.getByLabel('显示基期').click()
  await page.getByTitle(`${month(1)} = 100`, { exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`rebase=${month(1)}`))
  await expect(page.getByText(`发布的指数不变，仍以 ${month(2)} 为 100。`)).toBeVisible()
  await accessible(page)
  await page.getByRole('button', { name: '发布' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发布' }).click()
  await expect(page.getByText('已发布', { exact: true })).toBeVisible()
  await picture(page, 'index-weights')

  const manager = await another('weighed-manager')
  await manager.goto(new URL(page.url()).pathname + new URL(page.url()).search)
  const behind = manager.getByRole('region', { name: '计算熵权所用数据' })
  await expect(behind.getByRole('row').filter({ hasText: '权重甲' })).toHaveCount(2)
  await expect(behind.getByRole('row').filter({ hasText: '权重乙' })).toHaveCount(0)
  await narrow(manager)
  await picture(manager, 'index-weights-zh-390')
  await manager.getByRole('button', { name: 'Switch to English' }).click()
  await expect(manager.getByText('The published index stays as it is')).toBeVisible()
  await narrow(manager)
  await picture(manager, 'index-weights-en-390')
})

test('what is looked at in an analysis is saved, and opened from elsewhere', async ({ page, signIn }) => {
  await signIn('administrator')
  await page.goto('/platforms/analysis?code=txn_amount&district=370283')
  await page.getByRole('button', { name: '视图', exact: true }).click()
  await page.getByRole('button', { name: '保存当前视图' }).click()
  await page.getByRole('textbox', { name: '名称', exact: true }).fill('平度交易额')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.getByRole('button', { name: '平度交易额' }).first()).toBeVisible()
  await page.goto('/platforms/analysis?code=rd_invest')
  await page.getByRole('button', { name: '视图', exact: true }).click()
  await page.locator('.lh-view').getByRole('button', { name: '平度交易额' }).click()
  await expect(page).toHaveURL(/code=txn_amount&district=370283/)
})

/** Three platforms of a district, the first of an operator, as the administrator makes them. */
async function city(page: Page, names: string, district: string, owner: string): Promise<string[]> {
  await enter(page.request, people.administrator)
  const ids: string[] = []
  for (const [i, name] of ['甲', '乙', '丙'].entries()) ids.push(await analysed(page, names + name, district, i, i === 0 ? owner : undefined))
  return ids
}

/** The month so many before the one that lasts, as China counts them. */
function month(back: number): string {
  const now = new Date(Date.now() + 8 * 3_600_000)
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7)
}

/** A platform in trial with three years of transactions that have seasons, and two months of research. */
async function analysed(page: Page, name: string, district: string, i: number, owner?: string): Promise<string> {
  const platform = { name: { zh: name, en: `Analysed ${i}` }, code: `e2e-analysed-${district}-${i}`, class: 'region', district, ...(owner ? { operator_id: owner, operator_name: { zh: '分析运营方', en: '' } } : {}) }
  const { id } = await send<{ id: string }>(page.request, 'POST', '/api/platforms', platform)
  const rows = Array.from({ length: 36 }, (_, n) => {
    const at = month(36 - n)
    return `txn_amount,${at},${((i + 1) * (1000 + 15 * n) * (1 + 0.2 * Math.sin((Number(at.slice(5)) * Math.PI) / 6)) * (1 + 0.02 * Math.sin(n * 2.7))).toFixed(2)}`
  })
  for (const back of [2, 1]) rows.push(`rd_invest,${month(back)},${100 * (i + 1) + 10 * (2 - back)}`)
  await fill(page, id, rows)
  return id
}

/** Back-fills rows of code, period and value. */
async function fill(page: Page, id: string, rows: string[]): Promise<void> {
  const answer = await page.request.post(`/api/platforms/${id}/backfill`, { data: `code,period,value\n${rows.join('\n')}\n`, headers: { 'Content-Type': 'text/csv', 'X-Linghang-CSRF': '1' } })
  expect(answer.ok(), await answer.text()).toBe(true)
}
