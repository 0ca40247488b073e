import type { Page } from '@playwright/test'
import { accessible, enter, expect, narrow, organisation, password, people, send, test, type Another } from './support'
import { picture } from './picture'

const criteria = 2 // of those of the example are left

// Four persons in one journey take their time on a small machine.
test.describe.configure({ timeout: 300_000 })

test('a call is opened, an operator applies, two persons review, and the platform is awarded', async ({ page, signIn, another }) => {
  const owner = await organisation(page.request, '培育运营方', [{ login: 'foster-manager', role: 'manager', name: '申报管理员' }])
  await enter(page.request, people.administrator)
  const { id } = await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '橡胶行业平台', en: 'Rubber platform' }, code: 'e2e-fostered', class: 'specialised', district: '370202', operator_id: owner, operator_name: { zh: '培育运营方', en: 'Operator' } })
  const yesterday = new Date(Date.now() - 16 * 3_600_000).toISOString().slice(0, 10)
  const filled = await page.request.post(`/api/platforms/${id}/backfill`, { data: `code,period,value\ndev_connected,${yesterday},4321\n`, headers: { 'Content-Type': 'text/csv', 'X-Linghang-CSRF': '1' } })
  expect(filled.ok(), await filled.text()).toBe(true)
  const session = (await (await page.request.get('/api/system/session')).json()) as { organisation: { id: string } }
  for (const [login, name] of [['foster-one', '评审甲'], ['foster-two', '评审乙']] as const) await send(page.request, 'POST', '/api/system/persons', { login, name, password, memberships: [{ organisation_id: session.organisation.id, role: 'leader' }] })

  await signIn('administrator')
  await page.goto('/platforms/fostering')
  await expect(page.getByText('还没有征集')).toBeVisible()
  const call = await openCall(page)
  const application = await apply(another, call)

  await page.goto(call)
  await page.getByRole('button', { name: '关闭征集' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '关闭征集' }).click()
  await page.getByRole('link', { name: '橡胶行业平台' }).click()
  await page.getByRole('button', { name: '指派评审人' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('combobox').fill('评审')
  for (const name of ['评审甲', '评审乙']) await page.locator('.ant-select-item-option').filter({ hasText: name }).click()
  await page.keyboard.press('Escape')
  await drawer.getByRole('button', { name: '指派评审人' }).click()
  await expect(page.getByRole('row').filter({ hasText: '评审乙' })).toBeVisible()

  await page.getByRole('link', { name: '4,321' }).click()
  await expect(page.getByRole('dialog').last()).toContainText('人员 管理员')
  await picture(page, 'foster-figure')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await review(another, application)
  await reviewQuietly(another, application)
  await page.reload()
  await expect(page.getByText('分，合格线 60，2 人评审')).toBeVisible()
  await picture(page, 'foster-reviewed')
  await page.getByRole('button', { name: '予以认定' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '予以认定' }).click()
  await expect(page.getByRole('dialog').getByText('请填写证书编号')).toBeVisible()
  await page.getByRole('dialog').getByLabel('证书编号').fill('青工培〔2026〕1 号')
  await page.getByRole('dialog').getByLabel('原因').fill('行业专业化程度高')
  await picture(page, 'foster-decision')
  await page.getByRole('dialog').getByRole('button', { name: '予以认定' }).click()
  await page.getByRole('link', { name: '认定证书 青工培〔2026〕1 号' }).click()
  await expect(page.getByText('公示中')).toBeVisible()
  await picture(page, 'foster-award')
  await look(another, application)
})

/** Drafts a call from the example and opens it; returns its path. */
async function openCall(page: Page): Promise<string> {
  await page.getByRole('button', { name: '新建征集' }).first().click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: '保存', exact: true }).click()
  await expect(drawer.getByText('请填写征集名称')).toBeVisible()
  await drawer.getByLabel('征集名称（中文）').fill('2026 年特色型专业型平台征集')
  await drawer.getByLabel('每份申报至少几人评审').fill('2')
  await drawer.getByRole('button', { name: /采用/ }).click()
  await expect(drawer.getByText('指标 7')).toBeVisible()
  await accessible(page)
  await picture(page, 'foster-call-form')
  for (let n = 7; n > criteria; n--) await drawer.getByRole('button', { name: `删除指标 ${n}` }).click()
  await drawer.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.getByText('草稿只有主管部门可见')).toBeVisible()
  await page.getByRole('button', { name: '开放申报' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '开放申报' }).click()
  await expect(page.getByText('申报中', { exact: true })).toBeVisible()
  await picture(page, 'foster-call')
  return new URL(page.url()).pathname
}

/** Applies as the operator, with a file of evidence; returns the path of the application. */
async function apply(another: Another, call: string): Promise<string> {
  const page = await another('foster-manager')
  await page.goto(call)
  await page.getByRole('button', { name: '申报', exact: true }).click()
  await page.getByRole('button', { name: '开始申报' }).click()
  await page.getByRole('button', { name: '提交申报' }).click()
  await expect(page.getByText('请先填写每一项指标再提交')).toBeVisible()
  for (let i = 0; i < criteria; i++) {
    await page.getByLabel('自评分（满分 100）').nth(i).fill('85')
    await page.getByLabel('说明').nth(i).fill(`第 ${i + 1} 项说明`)
  }
  await page.locator('input[type=file]').first().setInputFiles({ name: '客户清单.txt', mimeType: 'text/plain', buffer: Buffer.from('客户一\n客户二\n') })
  await expect(page.getByRole('link', { name: '客户清单.txt' })).toBeVisible()
  await page.getByRole('button', { name: '保存草稿' }).click()
  await expect(page.getByText('草稿已保存')).toBeVisible()
  await accessible(page)
  await picture(page, 'foster-application-form')
  await page.getByRole('button', { name: '提交申报' }).click()
  await expect(page.getByText('提交凭证')).toBeVisible()
  await picture(page, 'foster-application')
  return new URL(page.url()).pathname
}

/** Gives points as a reviewer, on the page. */
async function review(another: Another, application: string): Promise<void> {
  const page = await another('foster-one')
  await page.goto(application)
  const mine = page.locator('.ant-card').filter({ hasText: '我的评审' })
  for (let i = 0; i < criteria; i++) {
    await mine.getByLabel('评分（满分 100）').nth(i).fill('80')
    await mine.getByLabel('原因').nth(i).fill(`理由 80-${i}`)
  }
  await expect(page.getByText('提交您的评审后可见他人的评分')).toBeVisible()
  await accessible(page)
  await picture(page, 'foster-review')
  await mine.getByRole('button', { name: '提交评审' }).click()
  await expect(page.getByText('评审已提交')).toBeVisible()
}

interface Reviewed { call: { criteria: { code: string }[] }; mine: { id: string; version: number } }

/** The other one gives points by the API. */
async function reviewQuietly(another: Another, application: string): Promise<void> {
  const { request } = await another('foster-two')
  const { call, mine } = (await (await request.get(application.replace('/platforms/fostering/', '/api/platforms/foster/'))).json()) as Reviewed
  const marks = call.criteria.map((c, i) => ({ code: c.code, points: 70, reason: `理由 70-${i}` }))
  const answer = await request.post(`/api/platforms/foster/reviews/${mine.id}/submission`, { data: { marks }, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${mine.version}"` } })
  expect(answer.ok(), await answer.text()).toBe(true)
}

/** What the applicant sees in the end, also on a telephone. */
async function look(another: Another, application: string): Promise<void> {
  const page = await another('foster-manager')
  await page.goto('/platforms/fostering')
  await expect(page.getByText('公示或复核中 1')).toBeVisible()
  await narrow(page)
  await picture(page, 'fostering-390')
  await page.goto(application)
  await expect(page.getByText('认定证书 青工培〔2026〕1 号')).toBeVisible()
  await expect(page.getByText('评审甲')).toHaveCount(0)
  await picture(page, 'foster-application-390')
  await page.setViewportSize({ width: 1440, height: 900 })
  await expect(page.getByText('理由 70-0')).toBeVisible()
  await page.getByRole('button', { name: 'Switch to English' }).click()
  await picture(page, 'foster-application-en')
}
