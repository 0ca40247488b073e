import { picture } from './picture'
import { accessible, address, creditCode, enter, expect, narrow, organisation, people, send, test } from './support'
import type { APIRequestContext, Page } from '@playwright/test'

test.describe.configure({ timeout: 240_000 })

/** On a telephone neither the page nor a table of it scrolls sideways. */
async function fits(page: Page): Promise<void> {
  await narrow(page)
  await expect.poll(() => page.evaluate(() => Array.from(document.querySelectorAll('.ant-table-content')).filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => `${box.getAttribute('aria-label')}: ${box.scrollWidth} in ${box.clientWidth}`)), { message: `${page.url()} scrolls sideways` }).toEqual([])
}

/** Files the entry of an enterprise with revenue of three years and one figure each of research and niche, and has it accepted. */
async function climber(request: APIRequestContext, login: string, name: { zh: string; en: string }, revenue: number, research: number): Promise<void> {
  await organisation(request, name.zh, [{ login, role: 'manager', name: login }])
  await enter(request, login)
  const year = new Date().getFullYear() - 1
  const made = await send<{ id: string; version: number }>(request, 'POST', '/api/enterprise/entries', {
    code: creditCode(), name, district: '370212', industry: 'C35', size: 'small',
    profile: {
      founded_on: '2022-03-01', staff: [{ year, count: 60 }], revenue: [{ year: year - 2, amount: 2000 }, { year: year - 1, amount: 3000 }, { year, amount: revenue }],
      figures: [{ field: 'research', year, value: research }, { field: 'niche_years', year, value: 3 }, { field: 'abnormal', year, value: 0 }],
      qualifications: [{ kind: 'high_tech', valid_until: '2099-01-01' }],
    },
  })
  await enter(request, people.administrator)
  const answer = await request.post(`${address()}/api/enterprise/entries/${made.id}/decision`, { data: { decision: 'accepted' }, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${made.version}"` } })
  expect(answer.ok(), await answer.text()).toBe(true)
}

test('an enterprise sees which rungs it meets and what lacks to the next; the bureau runs the year, reads the overview and opens the watch list', async ({ page, another, signIn }) => {
  await signIn('administrator')
  await climber(page.request, 'climber', { zh: '登高机械有限公司', en: 'Climber Machinery' }, 4000, 160)
  await climber(page.request, 'almost', { zh: '差一步机械有限公司', en: 'Almost Machinery' }, 3000, 99)

  // Revenue 4000 and research 160 meet the specialised rung; its qualification then lacks to the next.
  const firm = await another('climber')
  await firm.goto('/enterprise/cultivation')
  const rung = (where: Page, title: string) => where.getByRole('listitem').filter({ has: where.getByText(title, { exact: true }) })
  await expect(rung(firm, '专精特新中小企业').getByText('符合条件', { exact: true })).toBeVisible()
  await expect(rung(firm, '专精特新“小巨人”企业')).toContainText('距此层级还差')
  await expect(firm.getByRole('button', { name: '进行年度评估' })).toHaveCount(0)
  await expect(firm.getByRole('tab', { name: '总览' })).toHaveCount(0)
  await expect(firm.getByText('未与官方文本核对', { exact: true })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'cultivation-standing')

  // One lacks 1 of research, and the page says how much, in English, too, and on a telephone.
  const other = await another('almost', 'en')
  await other.goto('/enterprise/cultivation')
  await expect(rung(other, 'Specialised SME (专精特新)')).toContainText('What lacks to this rung')
  await expect(rung(other, 'Specialised SME (专精特新)')).toContainText('Research expenses at least 100 × 10 000 CNY; is 99 × 10 000 CNY')
  await accessible(other)
  await fits(other)
  await picture(other, 'cultivation-standing-en-phone')

  // The bureau runs this year; nothing was there before.
  await page.goto('/enterprise/cultivation')
  await expect(page.getByRole('tab', { name: '本企业' })).toHaveCount(0)
  await expect(page.getByText('没有评估结果', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: '进行年度评估' }).click()
  const dialog = page.getByRole('dialog')
  await accessible(page)
  await picture(page, 'cultivation-run')
  await dialog.getByRole('button', { name: '进行年度评估' }).click()
  await expect(page.getByText(/已评估 \d+ 家企业/)).toBeVisible()
  const overview = page.getByRole('tabpanel', { name: '总览' })
  await expect(overview.getByRole('row').filter({ hasText: '专精特新中小企业' }).filter({ hasText: '崂山区' })).toContainText(String(new Date().getFullYear()))
  // Up the ladder, not by the letters of codes.
  const rows = await overview.getByRole('row').allInnerTexts()
  const at = (title: string) => rows.findIndex((r) => r.includes(title))
  expect(at('创新型中小企业')).toBeLessThan(at('专精特新中小企业'))
  expect(at('专精特新中小企业')).toBeLessThan(at('小巨人'))
  await accessible(page)
  await picture(page, 'cultivation-overview')

  // Only who lacks one condition is on the watch list, and what lacks opens in its row.
  await page.getByRole('tab', { name: '年度评估结果' }).click()
  await expect(page.getByRole('link', { name: '登高机械有限公司' }).first()).toBeVisible()
  await picture(page, 'cultivation-results')
  await page.goto('/enterprise/cultivation?tab=results&watch=true&rung=specialised_sme')
  await expect(page.getByRole('link', { name: '差一步机械有限公司' })).toBeVisible()
  await expect(page.getByRole('link', { name: '登高机械有限公司' })).toHaveCount(0)
  const row = page.getByRole('row').filter({ hasText: '差一步机械有限公司' })
  await row.getByRole('button').first().click()
  await expect(page.getByRole('list', { name: '差什么' }).first()).toContainText('研发费用')
  await accessible(page)
  await picture(page, 'cultivation-watch')
  await fits(page)
  await picture(page, 'cultivation-watch-phone')

  // The overview in English on a telephone.
  const english = await another(people.administrator, 'en')
  await english.goto('/enterprise/cultivation')
  await expect(english.getByRole('row').filter({ hasText: 'Specialised SME' }).first()).toBeVisible()
  await fits(english)
  await accessible(english)
  await picture(english, 'cultivation-overview-en-phone')

  // An enterprise sees its own results and nobody else's.
  await firm.goto('/enterprise/cultivation?tab=results')
  await expect(firm.getByRole('link', { name: '登高机械有限公司' }).first()).toBeVisible()
  await expect(firm.getByText('差一步机械有限公司')).toHaveCount(0)

  await page.getByRole('link', { name: '差一步机械有限公司' }).first().click()
  await expect(page.getByRole('heading', { name: '差一步机械有限公司' })).toBeVisible()
})
