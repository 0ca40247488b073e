import { expect, people, send, test, enter, accessible } from './support'

test('a doubtful figure is found, explained, accepted, sent back, and ends with its correction', async ({ page, signIn }) => {
  await enter(page.request, people.administrator)
  const { id } = await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '质量平台', en: 'Quality' }, code: 'e2e-quality', class: 'industry', district: '370202' })
  const day = (ago: number) => new Date(Date.now() + 8 * 3_600_000 - ago * 86_400_000).toISOString().slice(0, 10)
  const value = (i: number) => 52_000 + i * 40 + ((i * i * 7) % 31)
  const rows = Array.from({ length: 40 }, (_, i) => `ent_served,${day(40 - i)},${i === 30 ? Math.round(value(i) / 1000) : value(i)}`)
  await backfill(['code,period,value', ...rows].join('\n'))

  await signIn('administrator')
  await page.goto('/platforms/quality')
  await page.getByRole('button', { name: '立即检查' }).click()
  await page.getByPlaceholder('平台或指标代码').fill('e2e-quality')
  await expect(page).toHaveURL(/q=e2e-quality/)
  await expect(page.getByRole('row').filter({ hasText: '质量平台' })).toHaveCount(1)
  await page.getByRole('button', { name: '疑似单位错误' }).click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByRole('img', { name: '服务企业数，1 个点存疑' })).toBeVisible()
  await accessible(page)

  await drawer.getByRole('button', { name: '提交说明' }).click()
  await expect(drawer.getByText('请填写说明原因')).toBeVisible()
  await drawer.getByLabel('说明原因').fill('当日误以“千家”为单位')
  await drawer.getByRole('button', { name: '提交说明' }).click()
  await expect(drawer.getByRole('listitem').filter({ hasText: '当日误以“千家”为单位' })).toContainText('已说明')
  await drawer.getByLabel('理由').fill('已电话核实')
  await drawer.getByRole('button', { name: '提交意见' }).click()
  await expect(drawer.getByRole('listitem').filter({ hasText: '已电话核实' })).toContainText('已接受')
  await drawer.getByLabel('理由').fill('请更正数据')
  await drawer.getByRole('button', { name: '提交意见' }).click()
  await expect(drawer.getByRole('listitem').filter({ hasText: '请更正数据' })).toContainText('待说明')

  await backfill(`code,period,value\nent_served,${day(10)},${value(30)}`, '?revises=true')
  await page.goto(`/platforms/${id}?tab=quality`)
  await expect(page.getByText('待说明 1，已说明 0')).toBeVisible()
  await send(page.request, 'POST', '/api/platforms/quality/checks')
  await expect(page.getByRole('row').filter({ hasText: '疑似单位错误' }).getByText('已更正')).toBeVisible()
  await expect(page.getByText('待说明 0，已说明 0')).toBeVisible()

  async function backfill(data: string, query = '') {
    const answer = await page.request.post(`/api/platforms/${id}/backfill${query}`, { data, headers: { 'Content-Type': 'text/csv', 'X-Linghang-CSRF': '1' } })
    expect(answer.ok(), await answer.text()).toBe(true)
  }
})
