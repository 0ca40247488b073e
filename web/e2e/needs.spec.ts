import type { APIRequestContext, Page } from '@playwright/test'
import { answerAll } from './answers'
import { picture } from './picture'
import { accessible, address, creditCode, enter, expect, hold, narrow, organisation, people, send, test } from './support'

// An enterprise registers, is diagnosed, and is led by links to a scenario, a provider and a need, which goes all its way.
test.describe.configure({ timeout: 420_000 })

/** Enters an enterprise of an organisation of its own in the directory; returns its id. */
async function entered(bureau: APIRequestContext, login: string, name: string, industry: string): Promise<string> {
  await organisation(bureau, name, [{ login, role: 'manager', name: `${name}管理员` }])
  await enter(bureau, login)
  const made = await send<{ id: string; version: number }>(bureau, 'POST', '/api/enterprise/entries', { code: creditCode(), name: { zh: name, en: '' }, district: '370212', industry })
  await enter(bureau, people.administrator)
  const answer = await bureau.post(`${address()}/api/enterprise/entries/${made.id}/decision`, { data: { decision: 'accepted' }, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${made.version}"` } })
  expect(answer.ok(), await answer.text()).toBe(true)
  return made.id
}

/** Chooses an option of the field with the label. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(label, { exact: true }).first().click()
  await page.locator('.ant-select-dropdown:visible').getByTitle(option, { exact: true }).click()
}

const scenarios = `title_zh,title_en,summary_zh,industries,stages,modes,links,technologies,values,maturity,apps
轮胎动平衡在线检测,Balance of tyres measured in line,成型线末端测量动平衡并分选,C29,inspection,smart_manufacturing,quality,vision,quality,running,动平衡检测App
`

/** Registers an enterprise in the page, which the bureau accepts in its own. */
async function registered(firm: Page, bureau: Page, name: string): Promise<void> {
  const pick = (title: string) => firm.locator('.ant-select-dropdown:visible').getByTitle(title, { exact: true }).click()
  await firm.goto('/enterprise/mine')
  await firm.getByLabel('企业名称（中文）').fill(name)
  await firm.getByLabel('统一社会信用代码').fill(creditCode())
  await firm.getByLabel('区市', { exact: true }).first().click()
  await pick('崂山区')
  await firm.getByLabel('行业', { exact: true }).fill('C29')
  await pick('C29 橡胶和塑料制品业')
  await firm.getByRole('button', { name: '提交审核' }).click()
  await expect(firm.getByText('通过后可开展诊断')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'journey-registered')
  await bureau.goto('/enterprise/review')
  await bureau.getByRole('link', { name, exact: true }).click()
  await bureau.getByRole('button', { name: '通过', exact: true }).click()
  await bureau.getByRole('dialog').getByRole('button', { name: '通过', exact: true }).click()
  await expect(firm.getByRole('navigation', { name: '接下来可办理' })).toBeVisible() // without a reload
  await accessible(firm)
  await picture(firm, 'journey-accepted')
}

/** From the enterprise's page to its diagnosis, and from the result to the scenario that is nearest. */
async function diagnosed(firm: Page): Promise<void> {
  await firm.getByRole('link', { name: '开始诊断' }).click()
  await firm.getByRole('button', { name: /开始诊断 · 中小企业/ }).click()
  await expect(firm.getByText('已答0/31').first()).toBeVisible()
  await answerAll(firm.request, firm.url().split('/').pop()!.split('?')[0]!, 1)
  await firm.reload()
  await firm.getByRole('button', { name: '提交', exact: true }).click()
  await firm.getByRole('dialog').getByRole('button', { name: /^提\s?交$/ }).click()
  await expect(firm.getByText('最接近的场景', { exact: true })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'journey-diagnosed')
  await firm.getByRole('link', { name: '质量管理: 工业应用' }).click()
  await expect(firm.getByRole('heading', { level: 1, name: '工业应用' })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'journey-apps')
  await firm.getByRole('link', { name: '动平衡检测App' }).click()
  await expect(firm.getByRole('link', { name: '轮胎动平衡在线检测' })).toBeVisible()
  await firm.goBack()
  await firm.goBack()
  await firm.getByRole('link', { name: '质量管理: 赋能场景' }).click()
  await expect(firm.getByRole('link', { name: '轮胎动平衡在线检测' })).toBeVisible()
  await picture(firm, 'journey-scenarios')
  await firm.getByRole('link', { name: '轮胎动平衡在线检测' }).click()
  await expect(firm.getByRole('heading', { level: 1, name: '轮胎动平衡在线检测' })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'journey-scenario')
  await narrow(firm)
  await picture(firm, 'journey-scenario-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })
}

test('an enterprise registers, is diagnosed and finds a scenario and a provider; a confidential need is matched, offered for, agreed, accepted and rated', async ({ page, another, signIn }) => {
  const bureau = page.request
  await organisation(bureau, '需求轮胎', [{ login: 'needs-firm', role: 'manager', name: '需求轮胎管理员' }])
  await entered(bureau, 'needs-vision', '明眸视觉有限公司', 'I65')
  const rival = await entered(bureau, 'needs-rival', '对手软件有限公司', 'I65')
  await enter(bureau, 'needs-rival')
  const other = await send<{ id: string }>(bureau, 'POST', '/api/enterprise/providers', { entry_id: rival, profile: { offer: '质量追溯系统', promise: 48, capabilities: [{ scenario: 'quality', text: '质量追溯' }] } })

  // Registered in the page, and accepted by the bureau.
  const vision = await another('needs-vision')
  await vision.goto('/enterprise/providers')
  await vision.getByRole('button', { name: '入驻为服务商' }).click()
  await vision.getByRole('dialog').getByLabel('服务内容').fill('机器视觉外观缺陷检测，轮胎与橡胶行业')
  await choose(vision, '场景', '质量管理')
  await vision.getByRole('dialog').getByLabel('说明').first().fill('轮胎外观缺陷在线检测')
  await accessible(vision)
  await picture(vision, 'provider-form')
  await vision.getByRole('dialog').getByRole('button', { name: '提交审核' }).click()
  await expect(vision.getByText('待审核').first()).toBeVisible()
  await signIn('administrator')
  for (const id of [vision.url().split('/').pop()!.split('?')[0]!, other.id]) {
    await page.goto(`/enterprise/providers/${id}`)
    await page.getByRole('button', { name: /^通\s?过$/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^通\s?过$/ }).click()
    await expect(page.getByText('有效', { exact: true }).first()).toBeVisible()
  }
  await accessible(page)
  await picture(page, 'provider')

  // The enterprise registers and is diagnosed; the nearest scenario leads to the provider, and the provider to a need.
  const imported = await bureau.post('/api/scenario/import?name=scenarios.csv', { data: scenarios, headers: { 'X-Linghang-CSRF': '1', 'Content-Type': 'text/csv' } })
  expect(imported.ok(), await imported.text()).toBe(true)
  const firm = await another('needs-firm')
  await registered(firm, page, '需求轮胎有限公司')
  await diagnosed(firm)
  await firm.getByRole('link', { name: '质量管理: 查找服务商' }).click()
  await expect(firm.getByRole('link', { name: '明眸视觉有限公司' })).toBeVisible()
  await picture(firm, 'journey-providers')
  await firm.getByRole('link', { name: '明眸视觉有限公司' }).click()
  await expect(firm.getByRole('heading', { level: 1, name: '明眸视觉有限公司' })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'journey-provider')
  await narrow(firm)
  await picture(firm, 'journey-provider-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })
  await firm.getByRole('link', { name: '发布需求' }).click()

  // A confidential need is published; the provider that fits best is first, with reasons.
  const form = firm.getByRole('dialog')
  await expect(form.getByText('质量管理', { exact: true })).toBeVisible()
  await form.getByLabel('需求', { exact: true }).fill('轮胎外观缺陷检测')
  await form.getByLabel('需求内容').fill('成型线终检靠人工目检，希望在线检测并报警')
  await form.getByText(/保密 · /).click()
  await form.getByText('需到现场实施', { exact: false }).click()
  // The provider from whose page it is begun is invited when it is published.
  await expect(form.getByRole('listitem').filter({ hasText: '明眸视觉有限公司' })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'need-form')
  await form.getByRole('button', { name: '保存草稿' }).click()
  await firm.getByRole('button', { name: /^发\s?布$/ }).click()
  await firm.getByRole('dialog').getByRole('button', { name: /^发\s?布$/ }).click()
  await expect(firm.getByText('征集方案').first()).toBeVisible()
  const first = firm.getByRole('region', { name: /有限公司/ }).first()
  await expect(first).toContainText('明眸视觉')
  await expect(first).toContainText('文字相符')
  await accessible(firm)
  await picture(firm, 'need-suggestions')
  await narrow(firm)
  await picture(firm, 'need-suggestions-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })
  const need = firm.url().split('/').pop()!.split('?')[0]!

  // Nobody who was not invited finds it, the bureau neither.
  const rivals = await another('needs-rival')
  await rivals.goto(`/enterprise/needs/${need}`)
  await expect(rivals.getByText('轮胎外观缺陷检测')).toHaveCount(0)
  await page.goto('/enterprise/needs')
  await expect(page.getByText('轮胎外观缺陷检测')).toHaveCount(0)

  await expect(firm.getByText('已邀请').first()).toBeVisible()
  await vision.goto(`/enterprise/needs/${need}`)
  await vision.getByRole('button', { name: '接受邀请' }).click()
  await vision.getByRole('dialog').getByRole('button', { name: '接受邀请' }).click()
  await vision.getByRole('button', { name: '提交方案' }).click()
  const plan = vision.getByRole('dialog')
  await plan.getByLabel('实施方案').fill('两个工位线扫相机，三个月上线')
  await plan.getByLabel('报价（万元）').fill('30')
  await plan.getByLabel('交付内容').fill('上线并验收')
  await picture(vision, 'need-offer')
  await plan.getByRole('button', { name: '提交方案' }).click()
  await expect(vision.getByText('两个工位线扫相机')).toBeVisible()

  // Sealed until the deadline, then chosen, confirmed and carried out.
  await expect(firm.getByText('已收到1份方案，截止后开封。')).toBeVisible()
  await expect(firm.getByText('两个工位线扫相机')).toHaveCount(0)
  await confirm(firm, '提前截止')
  await expect(firm.getByText('两个工位线扫相机')).toBeVisible()
  await confirm(firm, '选定')
  await confirm(vision, '确认协议')
  await expect(vision.getByText('履约中').first()).toBeVisible()
  await vision.getByRole('button', { name: /^交\s?付$/ }).click()
  await vision.getByRole('dialog').getByRole('textbox').fill('已上线，试运行报告见现场')
  await vision.getByRole('dialog').getByRole('button', { name: /^交\s?付$/ }).click()
  await expect(firm.getByText('待验收').first()).toBeVisible()
  const before = await counted(bureau)
  await confirm(firm, '验收')
  await expect(firm.getByText('已完成').first()).toBeVisible()
  await accessible(firm)
  await picture(firm, 'need-completed')

  // Blind: the provider reads the rating when it has rated, too.
  await rate(firm, 5, '检出率达到约定')
  await expect(firm.getByText('检出率达到约定')).toBeVisible()
  await vision.reload()
  await expect(vision.getByText('检出率达到约定')).toHaveCount(0)
  await rate(vision, 4, '配合及时')
  await expect(vision.getByText('检出率达到约定')).toBeVisible()
  await narrow(vision)
  await picture(vision, 'need-rated-phone')

  // What was accepted is a service that counts, without another form, and the plan board has it.
  await firm.getByRole('link', { name: '查看服务记录' }).click()
  await expect(firm.getByRole('link', { name: '查看服务记录' })).toHaveCount(0)
  await expect(firm.getByRole('row').filter({ hasText: '明眸视觉有限公司' })).toContainText('供需对接')
  const plans = (await (await bureau.get('/api/plan/plans')).json()) as { items: unknown[] }
  if (plans.items.length === 0) await send(bureau, 'POST', '/api/plan/plans', { template: 'qingdao-2022-2024' })
  await page.goto('/plan')
  await page.getByRole('link', { name: '综合服务平台赋能企业' }).first().click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('综合服务平台赋能企业')
  expect(await counted(bureau)).toBe(before + 1)
  await expect(page.locator('.lh-figure-value').first()).toContainText(String(before + 1))
  await picture(page, 'need-on-plan')

  // In English, on a telephone, the same way is open.
  const english = await another('needs-firm', 'en')
  await narrow(english)
  await english.goto('/enterprise/mine')
  await english.getByRole('navigation', { name: 'What to do next' }).getByRole('link', { name: 'Begin a diagnosis' }).click()
  await english.getByRole('link', { name: '需求轮胎有限公司' }).click()
  await expect(english.getByRole('link', { name: 'Quality: publish a need' })).toBeVisible()
  await narrow(english)
  await picture(english, 'journey-diagnosed-phone-en')
  await english.getByRole('link', { name: 'Quality: publish a need' }).click()
  await expect(english.getByRole('dialog').getByText('Quality', { exact: true })).toBeVisible()
  await picture(english, 'journey-need-phone-en')

  // It answered in time: the list of those online has it, and not its rival.
  const reader = await another('needs-rival', 'en')
  await reader.goto('/enterprise/providers?online=true')
  await expect(reader.getByRole('link', { name: '明眸视觉有限公司' })).toBeVisible()
  await expect(reader.getByRole('link', { name: '对手软件有限公司' })).toHaveCount(0)
  await picture(reader, 'providers-en')
  await narrow(reader)
  await picture(reader, 'providers-en-phone')

  // Who is suspended is not invited, and the form says so; it can be taken away.
  await enter(bureau, people.administrator)
  const version = ((await (await bureau.get(`/api/enterprise/providers/${other.id}`)).json()) as { version: number }).version
  const suspended = await bureau.post(`${address()}/api/enterprise/providers/${other.id}/suspension`, { data: { reason: '资料过期' }, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${version}"` } })
  expect(suspended.ok(), await suspended.text()).toBe(true)
  // The scenario stands in the form however late its words come.
  const come = await hold(english, '**/api/enterprise/providers/words')
  await english.goto(`/enterprise/needs?begin=quality&invite=${other.id}`)
  const begun = english.getByRole('dialog')
  await expect(begun).toBeVisible()
  come()
  await expect(begun.getByText('Quality', { exact: true })).toBeVisible()
  await expect(begun.getByText('is suspended and will not be invited')).toBeVisible()
  await picture(english, 'need-suspended-phone-en')
  await begun.getByRole('button', { name: 'Do not invite 对手软件有限公司' }).click()
  await expect(begun.getByText('is suspended and will not be invited')).toHaveCount(0)
})

/** How many services count, as the bureau reads it. */
async function counted(bureau: APIRequestContext): Promise<number> {
  return ((await (await bureau.get('/api/enterprise/services/totals')).json()) as { services: number }).services
}

/** Presses a button that asks, and says yes. */
async function confirm(page: Page, label: string): Promise<void> {
  const name = new RegExp(`^${[...label].join('\\s?')}$`)
  await page.getByRole('button', { name }).first().click()
  await page.getByRole('dialog').getByRole('button', { name }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

async function rate(page: Page, stars: number, text: string): Promise<void> {
  await page.getByRole('button', { name: '评价对方' }).click()
  await page.getByRole('dialog').getByRole('radio').nth(stars - 1).click({ force: true })
  await page.getByRole('dialog').getByRole('textbox').fill(text)
  await page.getByRole('dialog').getByRole('button', { name: '评价对方' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}
