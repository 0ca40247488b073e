import { expect, people, send, test, enter, accessible } from './support'
import { picture } from './picture'

test('a doubtful figure is found, explained, accepted, sent back, and ends with its correction', async ({ page, signIn }) => {
  await enter(page.request, people.administrator)
  const { id } = await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '质量平台', en: 'Quality' }, code: 'e2e-quality', class: 'industry', district: '370202' })
  const day = (ago: number) => new Date(Date.now() + 8 * 3_600_000 - ago * 86_400_000).toISOString().slice(0, 10)
  const value = (i: number) => 52_000 + i * 40 + ((i * i * 7) % 31)
  const rows = Array.from({ length: 40 }, (_, i) => `dev_connected,${day(40 - i)},${i === 30 ? Math.round(value(i) / 1000) : value(i)}`)
  await backfill(['code,period,value', ...rows].join('\n'))

  await signIn('administrator')
  await page.goto('/platforms/quality')
  await page.getByRole('button', { name: '立即检查' }).click()
  await page.getByPlaceholder('平台或指标代码').fill('e2e-quality')
  await expect(page).toHaveURL(/q=e2e-quality/)
  await expect(page.getByRole('row').filter({ hasText: '质量平台' })).toHaveCount(1)
  await page.getByRole('button', { name: '疑似单位错误' }).click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByRole('img', { name: '工业设备连接数，1 个点存疑' })).toBeVisible()
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

  await backfill(`code,period,value\ndev_connected,${day(10)},${value(30)}`, '?reason=mended')
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

/** A code with its check character (GB 32100-2015). */
function company(n: number): string {
  const digits = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  const body = `91370200${String(n).padStart(9, '0')}`
  let sum = 0
  let weight = 1
  for (const c of body) {
    sum += digits.indexOf(c) * weight
    weight = (weight * 3) % 31
  }
  return body + digits[(31 - (sum % 31)) % 31]
}

test('figures are compared with each other and with the list that the platform handed in, and both sides are told', async ({ page, signIn }) => {
  await enter(page.request, people.administrator)
  const { id } = await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '核验平台', en: 'Compared' }, code: 'e2e-compared', class: 'industry', district: '370202' })
  const day = (ago: number) => new Date(Date.now() + 8 * 3_600_000 - ago * 86_400_000).toISOString().slice(0, 10)
  const devices = (i: number) => 50_000 + 40 * i + ((i * i * 7) % 311)
  const rows = Array.from({ length: 140 }, (_, i) => [
    `ent_served,${day(140 - i)},${1000 + i}`, `dev_connected,${day(140 - i)},${devices(i) * (i >= 105 ? 2 : 1)}`, `dev_active_30d,${day(140 - i)},${Math.round(devices(i) * 0.6) + ((i * i * 13) % 97)}`,
  ]).flat()
  await upload(`${id}/backfill`, ['code,period,value', ...rows])
  const first = new Date(`${day(0).slice(0, 7)}-01T00:00:00Z`)
  const month = new Date(first.getTime() - 86_400_000).toISOString().slice(0, 7)
  await upload(`${id}/served?month=${month}`, ['uscc,evidence,last', ...Array.from({ length: 600 }, (_, i) => `${company(i)},login,${day(1)}`)])
  await send(page.request, 'POST', '/api/platforms/quality/checks')

  await signIn('administrator')
  await page.goto(`/platforms/${id}?tab=quality`)
  await page.getByRole('button', { name: '与服务企业清单不符' }).click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByText(/平台自报的服务企业清单，.* 上传/)).toBeVisible()
  await expect(drawer.getByText(/平台报送“服务企业数”/)).toBeVisible()
  await accessible(page)
  await picture(page, 'finding-served')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '指标比例失常' }).click()
  await expect(drawer.getByRole('img', { name: /^近30日活跃设备数 ÷ 工业设备连接数（周均），\d+ 个点存疑$/ })).toBeVisible()
  await expect(drawer.getByText(/平台报送“工业设备连接数”/)).toBeVisible()
  await picture(page, 'finding-relation')
  await page.setViewportSize({ width: 390, height: 844 })
  await picture(page, 'finding-relation-phone')

  async function upload(path: string, lines: string[]) {
    const answer = await page.request.post(`/api/platforms/${path}`, { data: lines.join('\n'), headers: { 'Content-Type': 'text/csv', 'X-Linghang-CSRF': '1' } })
    expect(answer.ok(), await answer.text()).toBe(true)
  }
})
