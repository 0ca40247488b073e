import type { APIRequestContext, Page } from '@playwright/test'
import { picture } from './picture'
import { accessible, address, enter, expect, narrow, organisation, people, send, test } from './support'

// Two calls: one is written and applied to in the browser, and one whose deadline is seconds away goes through the later stages.
test.describe.configure({ timeout: 300_000 })
test.use({ actionTimeout: 12_000, navigationTimeout: 30_000 })

interface Versioned { id: string; version: number }

/** Changes something that has a version, by the API. */
async function act<T>(request: APIRequestContext, path: string, version: number, data: unknown = {}): Promise<T> {
  const answer = await request.post(`${address()}/api/scenario/pilot${path}`, { data, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${version}"` } })
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true)
  return (await answer.json()) as T
}

/** Presses a button that asks, and says yes. */
async function confirm(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: label, exact: true }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

/** A picture of the page on a telephone, in which nothing is beside the screen. */
async function small(page: Page, name: string): Promise<void> {
  await narrow(page)
  await picture(page, name)
  await page.setViewportSize({ width: 1440, height: 900 })
}

const answers = (project: string) => ({ project, fields: ['轮胎'], answers: [{ code: 'depth', text: '覆盖全流程', files: [] }, { code: 'spread', text: '可在同行业复制', files: [] }] })

/** A call that closes in seconds, to which both apply before it does; returns its id once it is sealed. */
async function sealed(officer: APIRequestContext, applicants: Record<string, APIRequestContext>): Promise<string> {
  const now = Date.now()
  const made = await send<Versioned>(officer, 'POST', '/api/scenario/pilot/calls', {
    year: new Date().getFullYear(), title: { zh: '轮胎行业试点', en: 'Pilots of the tyre industry' }, text: '请申报', fields: ['轮胎'], blind: true, notice_days: 1, reviewers: 2, pass_mark: 50, quota: 1,
    opens_at: new Date(now - 60_000).toISOString(), closes_at: new Date(now + 15_000).toISOString(), ties: ['depth'],
    criteria: [{ code: 'depth', title: { zh: '先进性', en: 'Depth' }, weight: 3, max: 100, min: 40 }, { code: 'spread', title: { zh: '可推广性', en: 'Use elsewhere' }, weight: 1, max: 10, min: 0 }],
    conditions: [{ code: 'local', title: { zh: '在本市注册', en: 'Registered in the city' } }],
  })
  await act(officer, `/calls/${made.id}/opening`, made.version)
  for (const [project, applicant] of Object.entries(applicants)) {
    const a = await send<Versioned>(applicant, 'POST', '/api/scenario/pilot/applications', { call_id: made.id })
    await act(applicant, `/applications/${a.id}/submission`, a.version, answers(project))
  }
  // Sealed by the officer or by the job, whichever is first after the deadline.
  await expect.poll(async () => {
    await officer.post(`${address()}/api/scenario/pilot/calls/${made.id}/seal`, { headers: { 'X-Linghang-CSRF': '1' } })
    return ((await (await officer.get(`${address()}/api/scenario/pilot/calls/${made.id}`)).json()) as { state: string }).state
  }, { timeout: 60_000 }).toBe('checking')
  return made.id
}

/** Fills in and submits the one review that waits first; the points are out of a hundred. */
async function review(page: Page, points: Record<string, number>, shot: string): Promise<void> {
  for (const [project, mark] of Object.entries(points)) {
    await page.goto('/scenario/reviews')
    await page.getByRole('row', { name: new RegExp(project) }).getByRole('link').first().click()
    await expect(page.getByRole('heading', { name: new RegExp(project) })).toBeVisible()
    await page.getByLabel(/得分（满分100）|Points \(at most 100\)/).fill(String(mark))
    await page.getByLabel(/得分（满分10）|Points \(at most 10\)/).fill(String(mark / 10))
    for (const reason of await page.getByLabel(/^(评分理由|Reason)$/).all()) await reason.fill('与佐证材料一致')
    await accessible(page)
    await picture(page, `pilot-review${shot}`)
    await small(page, `pilot-review${shot}-phone`)
    await page.getByRole('button', { name: /^(提交评审|Submit the review)$/ }).click()
    await expect(page.getByText(/^(已提交|Submitted)$/).first()).toBeVisible()
  }
}

test('a call is written and opened, and an enterprise applies with a file and keeps its document', async ({ page, another, signIn }) => {
  await organisation(page.request, '试点轮胎有限公司', [{ login: 'pilot-writer', role: 'manager', name: '申报人' }])
  await signIn('administrator')
  await page.goto('/scenario/pilots')
  await expect(page.getByText('还没有征集')).toBeVisible()
  await page.getByRole('button', { name: '新建征集' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel(/通知名称/).first().fill('年度试点示范征集')
  await form.getByLabel('领域', { exact: true }).fill('轮胎')
  await page.keyboard.press('Enter')
  await form.getByLabel('通知正文').fill('面向全市制造业企业征集试点示范项目。')
  await accessible(page)
  await picture(page, 'pilot-call-form')
  await small(page, 'pilot-call-form-phone')
  await form.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(page.getByRole('heading', { name: '年度试点示范征集' })).toBeVisible()
  await confirm(page, '发布征集')
  await expect(page.getByText('征集中', { exact: true }).first()).toBeVisible()
  await accessible(page)
  await picture(page, 'pilot-call')
  const call = page.url()

  const writer = await another('pilot-writer')
  await writer.goto(call)
  await writer.getByRole('button', { name: /^申\s?报$/ }).click()
  await writer.waitForURL(/applications/)
  await writer.getByRole('textbox', { name: '项目' }).fill('全流程质量追溯')
  await writer.getByRole('combobox', { name: '领域' }).click()
  await writer.locator('.ant-select-dropdown:visible').getByTitle('轮胎', { exact: true }).click()
  await writer.keyboard.press('Escape')
  for (const text of await writer.getByRole('textbox', { name: '说明' }).all()) await text.fill('覆盖成型到终检，追溯到每条轮胎')
  await writer.locator('input[type=file]').first().setInputFiles({ name: '检测报告.txt', mimeType: 'text/plain', buffer: Buffer.from('合格率99.2%') })
  await expect(writer.getByRole('link', { name: '检测报告.txt' })).toBeVisible()
  await accessible(writer)
  await picture(writer, 'pilot-application-form')
  await small(writer, 'pilot-application-form-phone')
  await writer.getByRole('button', { name: '保存草稿' }).click()
  await expect(writer.getByText('已保存').first()).toBeVisible()
  await writer.getByRole('button', { name: /^提\s?交$/ }).click()
  await expect(writer.getByText('已提交', { exact: true }).first()).toBeVisible()
  await expect(writer.getByRole('link', { name: '检测报告.txt' })).toBeVisible()
  await expect(writer.getByText('提交凭证（SHA-256）').first()).toBeVisible()
  await accessible(writer)
  await picture(writer, 'pilot-application')
  // Taken back before the deadline, and submitted again.
  await confirm(writer, '取回修改')
  await writer.getByRole('button', { name: /^提\s?交$/ }).click()
  await expect(writer.getByText('已提交', { exact: true }).first()).toBeVisible()
  await page.goto('/scenario/pilots')
  await expect(page.getByRole('link', { name: '年度试点示范征集' })).toBeVisible()
  await accessible(page)
  await picture(page, 'pilot-calls')
  await small(page, 'pilot-calls-phone')
})

test('applications are sealed, checked, reviewed blind and ranked; the panel decides and hears an objection', async ({ page, another, signIn }) => {
  await organisation(page.request, '甲轮胎有限公司', [{ login: 'pilot-first', role: 'manager', name: '甲管理员' }])
  await organisation(page.request, '乙轮胎有限公司', [{ login: 'pilot-second', role: 'manager', name: '乙管理员' }])
  await organisation(page.request, '橡胶研究院', ['one', 'two'].map((n) => ({ login: `pilot-expert-${n}`, role: 'viewer', name: `专家${n}` })))
  const [first, second] = [await another('pilot-first'), await another('pilot-second')]
  await enter(page.request, people.administrator)
  const call = await sealed(page.request, { 智能成型线: first.request, 在线终检: second.request })

  // Eligibility, condition by condition.
  await signIn('administrator')
  for (const project of ['智能成型线', '在线终检']) {
    await page.goto(`/scenario/pilots/calls/${call}`)
    await page.getByRole('link', { name: project }).click()
    await page.getByRole('checkbox', { name: '符合' }).check()
    await accessible(page)
    await picture(page, 'pilot-eligibility')
    await page.getByRole('button', { name: /^保\s?存$/ }).click()
    await expect(page.getByText('通过形式审查', { exact: true }).first()).toBeVisible()
  }

  // Two reviewers, each given both.
  await page.goto(`/scenario/pilots/calls/${call}`)
  await page.getByRole('button', { name: '添加专家' }).click()
  const pool = page.getByRole('dialog')
  for (const [i, name] of ['专家one', '专家two'].entries()) {
    await pool.getByRole('button', { name: '添加专家' }).click()
    await pool.getByLabel('专家', { exact: true }).nth(i).fill(name)
    await page.locator('.ant-select-dropdown:visible').getByTitle(name, { exact: true }).click()
  }
  await accessible(page)
  await picture(page, 'pilot-pool')
  await pool.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await confirm(page, '自动分派')
  await expect(page.getByText(/新分派4份/)).toBeVisible()

  const one = await another('pilot-expert-one')
  await review(one, { 智能成型线: 80, 在线终检: 70 }, '')
  await expect(one.getByText('甲轮胎有限公司')).toHaveCount(0)
  await review(await another('pilot-expert-two', 'en'), { 智能成型线: 60, 在线终检: 50 }, '-en')

  // The panel's table, and the decision.
  await page.reload()
  await expect(page.getByRole('row', { name: /智能成型线/ }).getByText('名额内')).toBeVisible()
  await accessible(page)
  await picture(page, 'pilot-panel')
  await small(page, 'pilot-panel-phone')
  await page.getByRole('button', { name: '评审会决定' }).click()
  await page.getByRole('dialog').getByLabel('会议记录').fill('专家组两人到会，按名次推荐')
  await accessible(page)
  await picture(page, 'pilot-decision')
  await page.getByRole('button', { name: '确定并公示' }).click()
  await expect(page.getByText('公示中', { exact: true }).first()).toBeVisible()

  // Who was not chosen reads why, and objects; the bureau answers.
  await second.goto(`/scenario/pilots/calls/${call}`)
  await second.getByRole('button', { name: '提出异议' }).click()
  await second.getByRole('dialog').getByLabel('异议', { exact: true }).fill('产能数据与公开年报不一致')
  await second.getByRole('dialog').getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(second.getByRole('dialog')).toHaveCount(0)
  await page.reload()
  await expect(page.getByText('产能数据与公开年报不一致')).toBeVisible()
  await page.getByRole('button', { name: /^答\s?复$/ }).click()
  await page.getByRole('dialog').getByLabel('答复', { exact: true }).fill('经核对年报口径一致')
  await page.getByRole('dialog').getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(page.getByText('不成立', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: '核对全部封存内容' }).click()
  await expect(page.getByText(/与封存完全一致/)).toBeVisible()
  await accessible(page)
  await picture(page, 'pilot-notice')

  // The notice takes a day at least: until it is over nothing is on the list.
  await page.goto('/scenario/pilots?tab=pilots')
  await expect(page.getByText('还没有公布的试点')).toBeVisible()
  const reader = await another('pilot-first', 'en')
  for (const [name, path] of Object.entries({ calls: '', call: `/calls/${call}`, list: '?tab=pilots' })) {
    await reader.goto(`/scenario/pilots${path}`)
    await expect(reader.getByRole('heading').first()).toBeVisible()
    await expect(reader.getByRole('button', { name: 'Object' }), 'who was chosen does not object to that').toHaveCount(0)
    await accessible(reader)
    await small(reader, `pilot-en-${name}-phone`)
  }
})
