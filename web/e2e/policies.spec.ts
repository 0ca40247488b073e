import type { APIRequestContext, Page } from '@playwright/test'
import { picture } from './picture'
import { accessible, address, creditCode, enter, expect, narrow, organisation, password, people, send, test } from './support'
import type { Another } from './support'

test.describe.configure({ timeout: 240_000 })

/** Files the entry of whoever is signed in with a profile, and has it accepted. */
async function entry(request: APIRequestContext, login: string, name: string, staff: number): Promise<void> {
  await enter(request, login)
  const year = new Date().getFullYear() - 1
  const made = await send<{ id: string; version: number }>(request, 'POST', '/api/enterprise/entries', {
    code: creditCode(), name: { zh: name, en: '' }, district: '370212', industry: 'C35',
    profile: { staff: [{ year, count: staff }], revenue: [{ year, amount: 3000 }], qualifications: [{ kind: 'high_tech', valid_until: '2099-01-01' }] },
  })
  await enter(request, people.administrator)
  const answer = await request.post(`${address()}/api/enterprise/entries/${made.id}/decision`, { data: { decision: 'accepted' }, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${made.version}"` } })
  expect(answer.ok(), await answer.text()).toBe(true)
}

/** Beside the first condition: one of a district and not a size, put together by keyboard; each part has a name for who hears the page. */
async function nested(page: Page): Promise<void> {
  await page.getByRole('button', { name: '添加条件组', exact: true }).press('Enter')
  const group = page.getByRole('group', { name: '条件组 2：符合其一即可' })
  await expect(group.getByRole('combobox', { name: '条件组 2', exact: true })).toBeFocused()
  const first = group.getByRole('group', { name: '条件 2.1' })
  await first.getByLabel('条件项').fill('区市')
  await page.keyboard.press('Enter')
  await first.getByLabel('取值').fill('崂山')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await group.getByRole('button', { name: '在条件组 2 中添加条件组' }).press('Enter')
  const inner = page.getByRole('combobox', { name: '条件组 2.2' })
  await expect(inner).toBeFocused()
  await inner.press('ArrowDown')
  await page.getByTitle('不得符合').click()
  const denied = page.getByRole('group', { name: '条件组 2.2：不得符合' }).getByRole('group', { name: '条件 2.2.1' })
  await denied.getByLabel('条件项').fill('企业规模')
  await page.keyboard.press('Enter')
  // What lacks is named before anything is sent.
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('请填写完整：条件 2.2.1')).toBeVisible()
  await denied.getByLabel('取值').fill('大型')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  // One that is added and taken away again leaves the focus where more are added.
  await page.getByRole('button', { name: '添加条件', exact: true }).press('Enter')
  await expect(page.getByRole('group', { name: '条件 3' }).getByLabel('条件项')).toBeFocused()
  await page.getByRole('button', { name: '删除 3' }).press('Enter')
  await expect(page.getByRole('button', { name: '添加条件', exact: true })).toBeFocused()
  await picture(page, 'policy-form-nested')
}

/** What was put together is kept as it is, also when the form is saved once more. */
async function untouched(page: Page): Promise<void> {
  const rule = { all: [{ field: 'staff', op: '>=', number: 20 }, { any: [{ field: 'district', op: 'in', values: ['370212'] }, { not: { field: 'size', op: 'in', values: ['large'] } }] }] }
  const kept = async () => ((await (await page.request.get(`${address()}/api/enterprise/policies/${new URL(page.url()).pathname.split('/')[3]}`)).json()) as { conditions: unknown }).conditions
  expect(await kept()).toEqual(rule)
  const url = page.url()
  await page.goto(`${url}/edit`)
  await expect(page.getByRole('group', { name: '条件组 2.2：不得符合' })).toBeVisible()
  await accessible(page)
  await narrow(page)
  await picture(page, 'policy-form-nested-phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('checkbox', { name: '用 JSON 填写条件' }).check()
  await expect(page.getByLabel('条件（JSON）')).toHaveValue(JSON.stringify(rule, null, 2))
  await page.getByRole('checkbox', { name: '用 JSON 填写条件' }).uncheck()
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page).toHaveURL(url)
  expect(await kept()).toEqual(rule)
}

test('a policy is drafted with conditions, fits one enterprise and says to another what is missing; the first applies, one person reviews and another grants', async ({ page, another, signIn }) => {
  await signIn('administrator')
  const bureau = page.request
  await organisation(bureau, '政策企业', [{ login: 'applicant', role: 'manager', name: '申报人' }])
  await entry(bureau, 'applicant', '政策机械有限公司', 25)
  await organisation(bureau, '小微企业', [{ login: 'tiny', role: 'manager', name: '小微' }])
  await entry(bureau, 'tiny', '小微机械有限公司', 15)

  // Drafted by rows, and published.
  await page.goto('/enterprise/policies')
  await page.getByRole('link', { name: '新建政策' }).click()
  await page.getByLabel('政策（中文）').fill('技术改造补助')
  await page.getByLabel('发布机关（中文）').fill('市工业和信息化局')
  await page.getByLabel('生效日期').fill('2020-01-01')
  await page.getByLabel('最高金额（万元）').fill('50')
  await page.getByLabel(/申报开始/).fill('2020-01-01T00:00')
  await page.getByLabel(/申报截止/).fill('2099-01-01T00:00')
  await page.getByRole('button', { name: '添加条件', exact: true }).click()
  await page.getByLabel('条件项').click()
  await page.getByLabel('条件项').fill('从业人员')
  await page.keyboard.press('Enter')
  await page.getByLabel('比较').click()
  await page.keyboard.press('Enter')
  await page.getByLabel(/数值/).fill('20')
  await nested(page)
  await page.getByRole('button', { name: '添加问题' }).click()
  await page.getByLabel('编码').fill('project')
  await page.getByLabel('名称 (zh)').fill('项目名称')
  await page.getByRole('button', { name: '添加材料' }).click()
  await page.getByLabel('编码').last().fill('contract')
  await page.getByLabel('名称 (zh)').last().fill('设备合同')
  await accessible(page)
  await picture(page, 'policy-form')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByRole('heading', { name: '技术改造补助' })).toBeVisible()
  await untouched(page)
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发布' }).click()
  await expect(page.getByText('已发布').first()).toBeVisible()
  await expect(page.getByRole('heading', { name: '适合的企业' })).toBeVisible()
  await expect(page.getByRole('link', { name: '政策机械有限公司' })).toBeVisible()
  await accessible(page)
  await picture(page, 'policy-reach')
  const policy = page.url()

  // What is missing is said with how far it is.
  const tiny = await another('tiny')
  await tiny.goto('/enterprise/policies')
  await expect(tiny.getByText(/从业人员不低于 20 人；现为 15 人.*差 5 人/)).toBeVisible()
  await tiny.goto(policy)
  await expect(tiny.getByRole('button', { name: '申报', exact: true })).toBeDisabled()
  await narrow(tiny)
  await picture(tiny, 'policy-lacks-phone')

  // It fits, and the form comes filled from the profile.
  const firm = await another('applicant', 'en')
  await firm.goto('/enterprise/policies')
  await expect(firm.getByText('Fits', { exact: true }).first()).toBeVisible()
  await accessible(firm)
  await picture(firm, 'policy-fits-en')
  await firm.goto(policy)
  await firm.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(firm.getByText('25', { exact: true })).toBeVisible()
  await firm.getByLabel(/项目名称/).fill('机器人焊接')
  await firm.getByRole('button', { name: 'Save' }).click()

  // A paper that is asked for keeps the form from being submitted; one is taken away again and another comes.
  await expect(firm.getByText(/设备合同/).last()).toBeVisible()
  await attach(firm, { name: 'torn.pdf', mimeType: 'application/pdf', text: '%PDF-1.4 torn' })
  await expect(firm.getByRole('alert').filter({ hasText: 'begins as pdf and does not go on as one' })).toBeVisible()
  await expect(firm.getByRole('link', { name: 'torn.pdf' })).toHaveCount(0)
  await attach(firm, { name: 'draft.txt', mimeType: 'text/plain', text: 'draft' })
  await expect(firm.getByRole('link', { name: 'draft.txt' })).toBeVisible()
  await firm.getByRole('button', { name: /Remove draft.txt/ }).click()
  await expect(firm.getByRole('link', { name: 'draft.txt' })).toHaveCount(0)
  await expect(firm.getByText('Still missing: 设备合同')).toBeVisible()
  await attach(firm, { name: 'contract.txt', mimeType: 'text/plain', text: 'contract' })
  const taken = firm.waitForEvent('download')
  await firm.getByRole('link', { name: 'contract.txt' }).click()
  expect((await taken).suggestedFilename()).toBe('contract.txt')
  await firm.getByRole('checkbox', { name: /I looked at the profile/ }).check()
  await accessible(firm)
  await picture(firm, 'policy-application-en')
  await firm.getByRole('button', { name: 'Submit', exact: true }).click()
  await expect(firm.getByText('To be reviewed').first()).toBeVisible()
  await narrow(firm)
  await picture(firm, 'policy-application-en-phone')
  const application = firm.url()

  // Who reviews does not decide.
  await page.goto(application)
  await page.getByRole('button', { name: '审查', exact: true }).click()
  await page.getByRole('dialog').getByLabel('审查意见').fill('符合条件')
  await page.getByRole('dialog').getByRole('button', { name: '送审定' }).click()
  await expect(page.getByText('待审定').first()).toBeVisible()
  await expect(page.getByRole('button', { name: '审定', exact: true })).toHaveCount(0)
  await accessible(page)
  await granted(page, application, policy, another)

  // The enterprise sees the grant with its days.
  await firm.goto(application)
  await expect(firm.getByText('Granted', { exact: true }).first()).toBeVisible()
  await accessible(firm)
  await narrow(firm)
  await picture(firm, 'policy-granted-en-phone')
  await firm.goto('/enterprise/policies?tab=grants')
  await expect(firm.getByRole('row').filter({ hasText: '政策机械有限公司' })).toContainText('30')
  await narrow(firm)
})

/** Chooses a file for the paper that is asked for. */
async function attach(firm: Page, file: { name: string; mimeType: string; text: string }): Promise<void> {
  await firm.locator('input[type=file]').setInputFiles({ name: file.name, mimeType: file.mimeType, buffer: Buffer.from(file.text) })
}

/** Somebody else of the bureau decides; then the grant is announced, and is not paid before its days have passed. */
async function granted(page: Page, application: string, policy: string, another: Another): Promise<void> {
  const session = (await (await page.request.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  await send(page.request, 'POST', '/api/system/persons', { login: 'policy-leader', name: '审定人', password, memberships: [{ organisation_id: session.organisation.id, role: 'leader' }] })
  const leader = await another('policy-leader')
  await leader.goto(application)
  await expect(leader.getByText('符合条件').first()).toBeVisible()
  await leader.getByRole('button', { name: '审定', exact: true }).click()
  const dialog = leader.getByRole('dialog')
  await dialog.getByLabel('批准金额（万元）').fill('30')
  await accessible(leader)
  await picture(leader, 'policy-decision')
  await dialog.getByRole('button', { name: '审定', exact: true }).click()
  await expect(leader.getByText('已批准').first()).toBeVisible()
  await expect(leader.getByRole('button', { name: '登记兑付' })).toHaveCount(0)

  await page.goto(policy)
  await page.getByRole('button', { name: '公示', exact: true }).click()
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  await page.getByLabel('公示起止日期 1').fill(today)
  await page.getByLabel('公示起止日期 2').fill('2099-12-31')
  await accessible(page)
  await picture(page, 'policy-announce')
  await page.getByRole('dialog').getByRole('button', { name: '公示', exact: true }).click()
  await expect(page.getByText('已公示 1 项')).toBeVisible()
  await page.goto('/enterprise/policies?tab=grants')
  await expect(page.getByRole('row').filter({ hasText: '政策机械有限公司' })).toContainText('2099-12-31')
  await accessible(page)
  await picture(page, 'policy-grants')

  const id = new URL(application).pathname.split('/').pop()
  const early = await page.request.post(`${address()}/api/enterprise/policy-applications/${id}/payments`, { data: { day: today, amount: 30, voucher: 'V-1' }, headers: { 'X-Linghang-CSRF': '1' } })
  expect(((await early.json()) as { key: string }).key).toBe('enterprise.policy.not_payable')
  await page.goto(application)
  await expect(page.getByText('已批准').first()).toBeVisible()
  await expect(page.getByRole('button', { name: '登记兑付' })).toHaveCount(0)
  await accessible(page)
  await picture(page, 'policy-granted')
}
