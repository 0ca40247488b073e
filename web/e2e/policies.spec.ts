import type { APIRequestContext } from '@playwright/test'
import { picture } from './picture'
import { accessible, address, creditCode, enter, expect, narrow, organisation, people, send, test } from './support'

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
  await page.getByRole('button', { name: '添加条件' }).click()
  await page.getByLabel('条件项').click()
  await page.getByLabel('条件项').fill('从业人员')
  await page.keyboard.press('Enter')
  await page.getByLabel('比较').click()
  await page.keyboard.press('Enter')
  await page.getByLabel(/数值/).fill('20')
  await page.getByRole('button', { name: '添加问题' }).click()
  await page.getByLabel('编码').fill('project')
  await page.getByLabel('名称 (zh)').fill('项目名称')
  await accessible(page)
  await picture(page, 'policy-form')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByRole('heading', { name: '技术改造补助' })).toBeVisible()
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
})
