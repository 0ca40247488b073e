import type { Locator, Page } from '@playwright/test'
import { accessible, enter, expect, mark, organisation, password, people, send, test } from './support'
import { picture } from './picture'

test.describe.configure({ timeout: 240_000 })

/** Registers a platform of an organisation, as the administrator, and waits until the search knows it. */
async function platform(page: Page, name: string, operator: { id: string; name: string }): Promise<string> {
  await enter(page.request, people.administrator)
  const { id } = await send<{ id: string }>(page.request, 'POST', '/api/platforms', {
    name: { zh: name, en: '' }, code: `shared-${Date.now()}`, class: 'industry', district: '370212', operator_id: operator.id, operator_name: { zh: operator.name, en: '' },
  })
  await expect.poll(async () => (await page.request.get(`/api/search?kind=platforms%2Fplatform&q=${encodeURIComponent(name)}`)).text()).toContain(id)
  return id
}

/** Types into a choice and takes what it offers. */
async function choose(page: Page, box: Locator, typed: string, option = typed): Promise<void> {
  await box.click()
  await box.fill(typed)
  await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).click()
}

/** The row of a rule in the list, beside which its drawer may be open. */
const listed = (page: Page, rule: string) => page.getByRole('region', { name: '共享规则' }).getByRole('row', { name: new RegExp(rule) })

test('a manager shares a platform with another organisation, which sees it until the rule ends', async ({ page, another }) => {
  const ours = { id: await organisation(page.request, '共享甲公司', [{ login: 'share.ours', role: 'manager', name: '甲经理' }]), name: '共享甲公司' }
  await organisation(page.request, '共享乙公司', [{ login: 'share.theirs', role: 'viewer', name: '乙职员' }])
  const id = await platform(page, '共享测试平台', ours)
  const other = await another('share.theirs')
  await other.goto('/sharing')
  await expect(other.getByText('还没有机构与我们共享')).toBeVisible()
  const same = await mark(other)

  await page.context().clearCookies()
  await enter(page.request, 'share.ours')
  await page.goto('/sharing/rules')
  await expect(page.getByText('还没有共享规则')).toBeVisible()
  await page.getByRole('button', { name: '新建规则' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel('名称（中文）').fill('供乙公司对接')
  await form.getByLabel('用途').fill('产业链对接')
  await form.getByRole('button', { name: '保存草稿' }).click()
  await expect(form.getByRole('alert').filter({ hasText: '规则不完整或有误' })).toBeVisible()
  await expect(form.getByLabel('名称（中文）')).toHaveValue('供乙公司对接')
  await choose(page, form.getByRole('combobox', { name: '机构', exact: true }), '共享乙公司')
  await page.keyboard.press('Escape')
  await accessible(page)
  await picture(page, 'rule-form')
  await form.getByRole('button', { name: '保存草稿' }).click()
  const rule = page.getByRole('dialog', { name: '共享规则' })
  await expect(rule.getByText('现涉及 1 个对象')).toBeVisible()
  await expect(rule.getByRole('link', { name: '共享测试平台' })).toBeVisible()
  await accessible(page)
  await picture(page, 'rule')
  await rule.getByRole('button', { name: '生效' }).click()
  await page.getByRole('dialog', { name: '使此规则生效？' }).getByRole('button', { name: '生效' }).click()
  await expect(listed(page, '供乙公司对接')).toContainText('生效中')

  const row = other.getByRole('row', { name: /共享测试平台/ })
  await expect(row).toContainText('共享甲公司')
  await expect(row).toContainText('供乙公司对接')
  await same()
  await accessible(other)
  await picture(other, 'shared-with-us')
  await row.getByRole('link', { name: '共享测试平台' }).click()
  await expect(other.getByRole('heading', { name: '共享测试平台' })).toBeVisible()
  await expect(other.getByRole('tab', { name: '推送密钥' })).toHaveCount(0)
  await other.goto('/sharing')
  await expect(row).toBeVisible()

  await page.goto('/sharing/explain')
  await choose(page, page.getByRole('combobox', { name: '机构', exact: true }), '共享乙公司')
  await choose(page, page.getByRole('combobox', { name: '对象' }), '共享测试平台')
  await page.getByRole('button', { name: '查询' }).click()
  await expect(page.getByText('共享乙公司可以查看“共享测试平台”')).toBeVisible()
  await expect(page.getByRole('row', { name: /供乙公司对接/ })).toContainText('允许')
  await accessible(page)
  await picture(page, 'explain')

  await page.getByRole('link', { name: '供乙公司对接' }).click()
  const again = await mark(other)
  await rule.getByRole('button', { name: '结束' }).click()
  const question = page.getByRole('dialog', { name: '结束此规则？' })
  await question.getByLabel('说明').fill('对接完成')
  await question.getByRole('button', { name: '结束' }).click()
  await expect(listed(page, '供乙公司对接')).toContainText('已结束')
  await expect(other.getByText('还没有机构与我们共享')).toBeVisible()
  await again()
  expect((await other.request.get(`/api/platforms/${id}`)).status()).toBe(404)
  await other.context().close()
})

test('a rule of the city is proposed by one person and confirmed by another', async ({ page, another }) => {
  const owner = { id: await organisation(page.request, '共享丙公司', []), name: '共享丙公司' }
  const partner = await organisation(page.request, '共享丁公司', [{ login: 'share.partner', role: 'viewer', name: '丁职员' }])
  await platform(page, '全市共享平台', owner)
  const session = (await (await page.request.get('/api/system/session')).json()) as { organisation: { id: string } }
  await send(page.request, 'POST', '/api/system/persons', { login: 'share.leader', name: '周领导', password, memberships: [{ organisation_id: session.organisation.id, role: 'leader' }] })

  await page.goto('/sharing/rules')
  await page.getByRole('button', { name: '新建规则' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel('名称（中文）').fill('全市平台概况')
  await choose(page, form.getByRole('combobox', { name: '机构', exact: true }), '共享丁公司')
  await page.keyboard.press('Escape')
  await form.getByLabel('用途').fill('行业研究')
  await form.getByLabel('全市规则').click()
  await form.getByRole('button', { name: '保存草稿' }).click()
  const rule = page.getByRole('dialog', { name: '共享规则' })
  await rule.getByRole('button', { name: '提交批准' }).click()
  await page.getByRole('dialog', { name: '使此规则生效？' }).getByRole('button', { name: '提交批准' }).click()
  await expect(rule.getByText('待批准')).toBeVisible()
  await rule.getByRole('button', { name: '批准' }).click()
  const question = page.getByRole('dialog', { name: '批准此规则？' })
  await question.getByRole('button', { name: '批准' }).click()
  await expect(question.getByRole('alert').filter({ hasText: '须由第二人批准' })).toBeVisible()
  await accessible(page)
  await question.getByRole('button', { name: '取消' }).click()
  const link = page.url()

  const leader = await another('share.leader')
  await leader.goto(link)
  await leader.getByRole('button', { name: '批准' }).click()
  const word = leader.getByRole('dialog', { name: '批准此规则？' })
  await word.getByLabel('说明').fill('同意')
  await word.getByRole('button', { name: '批准' }).click()
  await expect(leader.getByText(/批准人：周领导/)).toBeVisible()
  await accessible(leader)
  await leader.context().close()
  await expect(listed(page, '全市平台概况')).toContainText('生效中')

  const other = await another('share.partner')
  await other.goto('/sharing')
  await expect(other.getByRole('row', { name: /全市共享平台/ })).toContainText('共享丙公司')
  await other.context().close()
  const answer = (await (await page.request.get(`/api/share/rules/${new URL(link).searchParams.get('open')}`)).json()) as { audience: { organisations: string[] }; state: string }
  expect(answer).toMatchObject({ state: 'in_force', audience: { organisations: [partner] } })

  // The other tests see what is theirs only.
  await rule.getByRole('button', { name: '结束' }).click()
  await page.getByRole('dialog', { name: '结束此规则？' }).getByRole('button', { name: '结束' }).click()
  await expect(listed(page, '全市平台概况')).toContainText('已结束')
})
