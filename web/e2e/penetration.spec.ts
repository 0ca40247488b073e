import { accessible, enter, expect, people, send, test } from './support'
import { picture } from './picture'

/** Codes with their check character (GB 32100-2015). */
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

const rows = (from: number, until: number, rest: string) => Array.from({ length: until - from }, (_, i) => `${company(from + i)},${rest}`)
const file = (name: string, lines: string[]) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) })

test('a frame and a list are uploaded, wrong rows are told, and the share of enterprises that use a platform is seen', async ({ page, signIn }) => {
  await enter(page.request, people.administrator)
  const made = await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '普及平台', en: 'Reaching' }, code: 'e2e-reach', class: 'industry', district: '370202' })
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

  await signIn('administrator')
  await page.goto('/platforms/penetration')
  await page.getByRole('button', { name: '上传名录框' }).first().click()
  const drawer = page.getByRole('dialog')
  const head = '统一社会信用代码,行业,企业规模,区市'
  await drawer.locator('input[type=file]').setInputFiles(file('frame.csv', [head, ...rows(0, 2, 'C34,large,370212'), `${company(0)},C99,large,370212`]))
  await expect(drawer.getByRole('row').filter({ hasText: '已在第 2 行' })).toContainText('4')
  await expect(drawer.getByRole('row').filter({ hasText: 'C99' })).toBeVisible()
  await accessible(page)
  await drawer.locator('input[type=file]').setInputFiles(file('frame.csv', [head, ...rows(0, 60, 'C34,large,370212'), ...rows(60, 100, 'C14,小型,市南区')]))
  await expect(drawer.getByText('已接受 frame.csv')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()

  await page.goto(`/platforms/${made.id}?tab=served`)
  await page.locator('input[type=file]').setInputFiles(file('served.csv', ['统一社会信用代码,使用证据,最近使用日期', ...rows(50, 90, `登录,${today}`), ...rows(500, 510, `付费服务,${today}`)]))
  await expect(page.getByText('已接受 served.csv')).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: 'served.csv' })).toContainText('计入')
  await accessible(page)
  await picture(page, 'served')

  await page.goto('/platforms/penetration')
  await expect(page.getByText('40 / 100')).toBeVisible()
  await expect(page.getByRole('img', { name: /^C34.*16.7%$|^.*16\.7%$/ }).first()).toBeVisible()
  await page.getByRole('button', { name: '上传调查' }).click()
  const survey = page.getByRole('dialog')
  await survey.getByLabel('名称').fill('年度抽样')
  await survey.locator('input[type=file]').setInputFiles(file('survey.csv', ['层,总体,调查数,答复数,使用数', 'C34,200,60,50,20', '其他,600,140,100,30']))
  await expect(survey.getByText('已接受 survey.csv')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('row').filter({ hasText: '年度抽样' })).toContainText('32.5%')
  await accessible(page)
  await picture(page, 'penetration')
  await page.setViewportSize({ width: 390, height: 844 })
  await picture(page, 'penetration-phone')
})
