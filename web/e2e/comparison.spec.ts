import { accessible, enter, expect, people, send, test } from './support'
import { picture } from './picture'

test('two platforms are chosen in the list and stand side by side, one indicator over time', async ({ page, signIn }) => {
  await enter(page.request, people.administrator)
  const day = (ago: number) => new Date(Date.now() + 8 * 3_600_000 - ago * 86_400_000).toISOString().slice(0, 10)
  const made = async (name: string, code: string, amounts: number[]) => {
    const { id } = await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: name, en: code }, code, class: 'industry', district: '370202' })
    const rows = amounts.flatMap((n, i) => [`ent_served,${day(amounts.length - i)},${n}`, `app_total,${day(amounts.length - i)},${n / 10}`])
    const filled = await page.request.post(`/api/platforms/${id}/backfill`, { data: ['code,period,value', ...rows].join('\n'), headers: { 'Content-Type': 'text/csv', 'X-Linghang-CSRF': '1' } })
    expect(filled.ok(), await filled.text()).toBe(true)
  }
  await made('比较甲', 'compare-a', [100, 110, 120])
  await made('比较乙', 'compare-b', [4000, 4100, 4200])

  await signIn('administrator')
  await page.goto('/platforms?q=compare-')
  for (const name of ['比较甲', '比较乙']) await page.getByRole('checkbox', { name }).check()
  await page.getByRole('status').getByRole('link', { name: /比较$/ }).click()
  const row = page.getByRole('region', { name: '最新指标' }).or(page.getByRole('table')).getByRole('row').filter({ hasText: '服务企业数' })
  await expect(row).toContainText('120')
  await expect(row).toContainText('4,200')
  await expect(page.getByRole('img', { name: '服务企业数: 比较甲, 比较乙' })).toBeVisible()
  await accessible(page)
  await picture(page, 'comparison')
  await page.getByRole('button', { name: '工业APP数' }).click()
  await expect(page.getByRole('img', { name: '工业APP数: 比较甲, 比较乙' })).toBeVisible()
  await page.getByText('指数', { exact: true }).click()
  await expect(page.getByText('以所选时段内第一个不为零的数值为 100%。')).toBeVisible()
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(page.getByRole('row').filter({ hasText: '服务企业数' }).getByRole('listitem').filter({ hasText: '比较乙' })).toContainText('4,200')
  await accessible(page)
  await picture(page, 'comparison-phone')
})
