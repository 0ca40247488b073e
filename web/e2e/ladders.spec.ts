import { picture } from './picture'
import { accessible, address, creditCode, enter, expect, narrow, organisation, people, send, test } from './support'
import { password } from './start'
import type { APIRequestContext } from '@playwright/test'

test.describe.configure({ timeout: 90_000 })

/** Somebody of the bureau beside the administrator, who looks a second time. */
async function leader(request: APIRequestContext, login: string): Promise<void> {
  await enter(request, people.administrator)
  const answer = await request.get(`${address()}/api/system/session`)
  const { organisation: o } = (await answer.json()) as { organisation: { id: string } }
  await send(request, 'POST', '/api/system/persons', { login, name: '二审', password, memberships: [{ organisation_id: o.id, role: 'leader' }] })
}

test('the bureau drafts a ladder and sees what it would come to, a second person publishes it; an enterprise gives evidence, which is accepted', async ({ page, another, signIn }) => {
  await signIn('administrator')
  await leader(page.request, 'second.look')
  await organisation(page.request, '佐证机械有限公司', [{ login: 'prover', role: 'manager', name: 'prover' }])
  await enter(page.request, 'prover')
  const made = await send<{ id: string; version: number }>(page.request, 'POST', '/api/enterprise/entries', {
    code: creditCode(), name: { zh: '佐证机械有限公司', en: 'Prover Machinery' }, district: '370212', industry: 'C35', size: 'small',
    profile: { capital: 123_456, qualifications: [{ kind: 'high_tech', number: 'GR1', valid_until: '2099-01-01' }] },
  })
  await enter(page.request, people.administrator)
  const decided = await page.request.post(`${address()}/api/enterprise/entries/${made.id}/decision`, { data: { decision: 'accepted' }, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${made.version}"` } })
  expect(decided.ok()).toBe(true)

  // The draft: what is wrong stands at its field; nothing that was typed is lost.
  await page.goto('/enterprise/cultivation?tab=ladders')
  await page.getByRole('link', { name: '新建梯度' }).click()
  await page.getByLabel('梯度名称').first().fill('本市专项梯度')
  await page.getByLabel('依据 (zh)').fill('市工信局培育办法')
  await page.getByLabel('生效日期').fill('2026-01-01')
  await page.getByLabel('层级名称 (zh)').fill('培育企业')
  await page.getByLabel('条件 (zh)').fill('注册资本')
  await page.getByLabel('条件项').click()
  await page.getByTitle('注册资本', { exact: true }).click()
  await page.getByLabel('比较').click()
  await page.getByTitle('>=', { exact: true }).click()
  await page.getByLabel('数值 万元').fill('123000')
  await page.getByLabel('编码').first().fill('Rung 1')
  await accessible(page)
  await picture(page, 'ladder-form')
  await page.getByRole('button', { name: '保存草稿' }).click()
  await expect(page.getByText('小写字母、数字和下划线，编码不重复').first()).toBeVisible()
  await narrow(page)
  await picture(page, 'ladder-form-phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByLabel('编码').first().fill('rung_1')
  await page.getByLabel('佐证', { exact: true }).click()
  await page.getByTitle('须附佐证').click()
  await page.getByLabel('需要的佐证 (zh)').fill('营业执照')
  await page.getByRole('button', { name: '保存草稿' }).click()

  // What it would come to; who drafted it does not publish it.
  await expect(page.getByRole('heading', { name: '本市专项梯度' })).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: '培育企业' })).toContainText('1')
  await expect(page.getByText('您是最后修改人；发布须由另一人完成。')).toBeVisible()
  await accessible(page)
  await picture(page, 'ladder-draft')
  await narrow(page)
  await picture(page, 'ladder-draft-phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发布', exact: true }).click()
  await expect(page.getByText('发布须由最后修改人以外的另一人完成。')).toBeVisible()
  const url = page.url()

  const second = await another('second.look', 'en')
  await second.goto(url)
  await second.getByRole('button', { name: 'Publish', exact: true }).click()
  await second.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }).click()
  await expect(second.getByText('Holds today', { exact: true })).toBeVisible()
  await accessible(second)
  await picture(second, 'ladder-published-en')
  await narrow(second)
  await picture(second, 'ladder-published-en-phone')

  // The enterprise gives a file beside the criterion that needs it.
  const firm = await another('prover')
  await firm.goto('/enterprise/cultivation')
  const rung = firm.getByRole('listitem').filter({ has: firm.getByText('培育企业', { exact: true }) }).first()
  await expect(rung).toContainText('注册资本：缺少佐证材料')
  await rung.locator('input[type=file]').setInputFiles({ name: '营业执照.txt', mimeType: 'text/plain', buffer: Buffer.from('licence') })
  await expect(rung.getByRole('link', { name: '营业执照.txt' })).toBeVisible()
  await expect(rung).toContainText('佐证材料待评审')
  await accessible(firm)
  await picture(firm, 'ladder-evidence')
  await narrow(firm)
  await picture(firm, 'ladder-evidence-phone')

  // The assessor sees it beside the criterion and accepts it.
  await page.goto('/enterprise/cultivation?tab=proofs')
  await expect(page.getByRole('row').filter({ hasText: '佐证机械有限公司' })).toContainText('待评审')
  await accessible(page)
  await picture(page, 'ladder-proofs')
  await page.getByRole('link', { name: '佐证机械有限公司' }).click()
  await page.getByRole('button', { name: '采信', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: '采信', exact: true }).click()
  await expect(page.getByText('已采信').first()).toBeVisible()
  await accessible(page)
  await picture(page, 'ladder-assessed')
  const assessed = page.url()
  await narrow(page)
  await picture(page, 'ladder-assessed-phone')

  // The same in English, with the list of all ladders.
  const assessor = await another(people.administrator, 'en')
  await assessor.goto(assessed)
  await expect(assessor.getByText('Accepted', { exact: true }).first()).toBeVisible()
  await accessible(assessor)
  await picture(assessor, 'ladder-assessed-en')
  await narrow(assessor)
  await picture(assessor, 'ladder-assessed-en-phone')
  await second.setViewportSize({ width: 1440, height: 900 })
  await second.goto('/enterprise/cultivation?tab=ladders')
  await expect(second.getByRole('row').filter({ hasText: '本市专项梯度' })).toContainText('Of the city')
  await accessible(second)
  await picture(second, 'ladders-en')
  await narrow(second)
  await picture(second, 'ladders-en-phone')

  // A ladder of the release: its rules as people read them.
  await second.getByRole('link', { name: 'Ladder of quality SMEs' }).click()
  await expect(second.getByText('Size class is one of: Medium, Small, Micro').first()).toBeVisible()
  await expect(second.getByText('Class I intellectual-property rights at least 1 right', { exact: true })).toBeVisible()
  await expect(second.getByText('Digital level at least 2', { exact: true })).toBeVisible()
  await picture(second, 'ladder-released-en-phone')
  await firm.reload()
  await expect(rung).toContainText('符合条件')
  await expect(rung).not.toContainText('待评审')
})
