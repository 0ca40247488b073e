import type { APIRequestContext, Page } from '@playwright/test'
import { picture } from './picture'
import { accessible, address, enter, expect, narrow, organisation, password, people, send, test } from './support'

test.describe.configure({ timeout: 300_000 })
test.use({ actionTimeout: 12_000, navigationTimeout: 30_000 })

interface Versioned { id: string; version: number }

/** Changes something that has a version, by the API. */
async function act<T = Versioned>(request: APIRequestContext, path: string, version: number, data: unknown = {}): Promise<T> {
  const answer = await request.post(`${address()}/api/security${path}`, { data, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${version}"` } })
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true)
  return (await answer.json()) as T
}

/** Presses a button that asks, gives the reason if it wants one, and says yes. */
async function confirm(page: Page, label: string, reason = ''): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  if (reason) await dialog.getByRole('textbox', { name: /理由|Reason/ }).fill(reason)
  await dialog.getByRole('button', { name: label, exact: true }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

/** A picture of the page on a telephone, in which nothing is beside the screen. */
async function small(page: Page, name: string): Promise<void> {
  await narrow(page)
  await picture(page, name)
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** Opens a notice that was received, once it is delivered. */
async function received(page: Page, title: string): Promise<void> {
  await page.goto('/security/assignments')
  await expect(page.getByRole('heading', { name: /^(收到的通报|Notices received)$/ })).toBeVisible()
  await page.getByRole('link', { name: title }).click({ timeout: 60_000 }) // the list reads again by itself
  await expect(page.getByRole('heading', { name: title })).toBeVisible()
}

/** A second officer of the city, who signs what the first wrote. */
async function secondOfficer(request: APIRequestContext): Promise<void> {
  await enter(request, people.administrator)
  const { organisation: bureau } = (await (await request.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  for (const login of ['notice-writer', 'notice-signer']) await send(request, 'POST', '/api/system/persons', { login, name: login, password, memberships: [{ organisation_id: bureau.id, role: 'officer' }] })
}

test('a notice is written, signed by another, acknowledged by three of whom one is pressed for, fed back, verified and closed', async ({ page, another }) => {
  await secondOfficer(page.request)
  for (const n of [1, 2, 3]) await organisation(page.request, `通报企业${n}`, [{ login: `notice-firm-${n}`, role: 'manager', name: `负责人${n}` }])
  const officer = await another('notice-writer')
  await officer.goto('/security/notices')
  await expect(officer.getByText('还没有通报')).toBeVisible()
  await officer.getByRole('link', { name: '拟写通报' }).click()
  await officer.getByRole('textbox', { name: '标题', exact: true }).fill('控制器编程端口暴露')
  await officer.getByLabel('情况说明').fill('某型控制器的编程端口未经认证即可写入程序。')
  await officer.getByLabel('处置要求').fill('断开编程端口与办公网的连接，核对控制程序。')
  const choice = officer.getByRole('combobox', { name: '逐一选择' })
  for (const n of [1, 2, 3]) {
    await choice.fill(`通报企业${n}`)
    await officer.getByTitle(`通报企业${n}`, { exact: true }).last().click()
  }
  await officer.keyboard.press('Escape')
  await accessible(officer)
  await picture(officer, 'notice-form')
  await small(officer, 'notice-form-phone')
  await officer.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(officer.getByRole('heading', { name: '控制器编程端口暴露' })).toBeVisible()
  await expect(officer.getByText('3 家单位')).toBeVisible()
  await expect(officer.getByText('TLP:AMBER', { exact: true })).toBeVisible()
  await confirm(officer, '提交签发')
  await expect(officer.getByRole('button', { name: '签发', exact: true })).toHaveCount(0) // who wrote it does not sign it

  const signer = await another('notice-signer', 'en')
  await signer.goto(officer.url())
  await picture(signer, 'notice-to-sign')
  await confirm(signer, 'Sign')
  await confirm(signer, 'Issue')
  await expect(signer.getByText(/^20\d\d-\d{3}$/)).toBeVisible()

  const firms: Page[] = []
  for (const n of [1, 2, 3]) {
    const firm = await another(`notice-firm-${n}`)
    firms.push(firm)
    await received(firm, '控制器编程端口暴露')
    await expect(firm.getByRole('timer')).toBeVisible()
  }
  const [first, second, third] = firms as [Page, Page, Page]
  await accessible(first)
  await picture(first, 'notice-received')
  await small(first, 'notice-received-phone')
  await confirm(first, '签收')
  await confirm(second, '签收')
  await expect(second.getByText('已签收', { exact: true }).first()).toBeVisible()

  // The third says nothing: the city presses for it.
  await officer.goto(`${officer.url()}?part=addressees`)
  await officer.getByRole('link', { name: '通报企业3' }).click()
  await confirm(officer, '督办', '请立即签收并反馈')
  await third.reload()
  await expect(third.getByText('请立即签收并反馈')).toBeVisible()
  await confirm(third, '签收')

  // Affected, with evidence; not affected, with a reason.
  for (const [firm, affected] of [[first, true], [second, false], [third, true]] as const) {
    await firm.getByRole('button', { name: '研判', exact: true }).click()
    if (!affected) await firm.getByRole('radio', { name: '不受影响' }).check()
    await firm.getByLabel('研判理由').fill(affected ? '有三台该型控制器' : '没有该型设备')
    await firm.getByRole('dialog').getByRole('button', { name: '研判', exact: true }).click()
    await expect(firm.getByRole('dialog')).toHaveCount(0)
    if (!affected) continue
    await firm.getByRole('button', { name: '反馈', exact: true }).click()
    await firm.getByLabel('处置措施').fill('已断开连接并核对程序')
    await firm.getByLabel('残余风险').fill('无')
    await firm.getByRole('checkbox', { name: /全部要求已落实/ }).check()
    await firm.locator('input[type=file]').setInputFiles({ name: 'proof.txt', mimeType: 'text/plain', buffer: Buffer.from('核对记录') })
    await expect(firm.getByRole('dialog').getByRole('link', { name: /proof.txt/ })).toBeVisible()
    if (firm === first) await picture(firm, 'notice-feedback')
    await firm.getByRole('dialog').getByRole('button', { name: '反馈', exact: true }).click()
    await expect(firm.getByText('待核查', { exact: true }).first()).toBeVisible()
  }

  // Verified one by one; the third is returned once.
  const list = officer.url().replace(/\/assignments\/.*/, '')
  expect(list).toContain('/security')
  await officer.getByRole('link', { name: '查看通报' }).click()
  const notice = officer.url()
  for (const n of [1, 2, 3]) {
    await officer.goto(notice)
    await officer.getByRole('link', { name: `通报企业${n}` }).click()
    if (n === 3) {
      await confirm(officer, '退回', '请补充核对记录')
      await expect(third.getByText('请补充核对记录')).toBeVisible({ timeout: 30_000 })
      await third.getByRole('button', { name: '反馈', exact: true }).click()
      await third.getByLabel('处置措施').fill('补充核对记录')
      await third.getByLabel('残余风险').fill('无')
      await third.getByRole('checkbox', { name: /全部要求已落实/ }).check()
      await third.getByRole('dialog').getByRole('button', { name: '反馈', exact: true }).click()
      await expect(third.getByText('待核查', { exact: true }).first()).toBeVisible()
      await officer.reload()
    }
    await confirm(officer, '核查通过')
    await expect(officer.getByText('核查通过', { exact: true }).first()).toBeVisible()
  }
  await picture(officer, 'notice-assignment-city')
  await officer.goto(notice)
  await expect(officer.getByText('通报企业3')).toBeVisible()
  await accessible(officer)
  await picture(officer, 'notice-addressees')
  await small(officer, 'notice-addressees-phone')
  await officer.getByRole('tab', { name: '统计' }).click()
  await expect(officer.getByText('送达至签收')).toBeVisible()
  await picture(officer, 'notice-figures')
  await small(officer, 'notice-figures-phone')
  await confirm(officer, '关闭通报')
  await officer.getByRole('button', { name: '填写复盘' }).click()
  await officer.getByLabel('复盘结论').fill('签收时限合适')
  await officer.getByRole('dialog').getByRole('button', { name: '填写复盘' }).click()
  await expect(officer.getByText('已复盘', { exact: true }).first()).toBeVisible()
  await officer.getByRole('tab', { name: '内容' }).click()
  await picture(officer, 'notice-reviewed')
  await officer.goto('/security/notices')
  await expect(officer.getByRole('link', { name: '控制器编程端口暴露' })).toBeVisible()
  await accessible(officer)
  await picture(officer, 'notices')
  await small(officer, 'notices-phone')

  // An addressee reaches neither the notice's own page nor others.
  const answer = await first.request.get(`${address()}/api/security/assignments`)
  expect(await answer.text()).not.toContain('通报企业2')
  expect((await first.request.get(`${address()}/api/security/notices`)).status()).toBe(403)
})

test('a drill runs a thousand times as fast: who is late is reminded, and it ends without a trace in real figures', async ({ page, another }) => {
  await enter(page.request, people.administrator)
  const firm = await organisation(page.request, '参演企业', [{ login: 'drill-firm', role: 'manager', name: '参演负责人' }])
  const officer = await another('notice-writer')
  await officer.goto('/security/drills')
  await officer.getByRole('button', { name: '组织演练' }).click()
  const form = officer.getByRole('dialog')
  await form.getByLabel('演练名称').fill('通知测试演练')
  await form.getByLabel('演练内容').fill('不预先通知的签收测试')
  await form.getByLabel(/时间压缩/).fill('1000')
  await form.getByRole('combobox', { name: '参演单位' }).fill('参演企业')
  await officer.getByTitle('参演企业', { exact: true }).last().click()
  await officer.keyboard.press('Escape')
  await expect(form).toBeVisible()
  await form.getByRole('button', { name: '组织演练' }).click()
  await expect(officer.getByRole('heading', { name: '通知测试演练' })).toBeVisible()
  const drill = officer.url().split('/').at(-1)!
  const made = await send<Versioned>(officer.request, 'POST', '/api/security/notices', { kind: 'warning', colour: 'yellow', title: '演练预警', body: '假定控制器被攻击。', ask: '请按预案处置。', level: 3, category: 'attack', tlp: 'green', audience: { all: false, districts: [], organisations: [firm] }, drill })
  const sent = await act(officer.request, `/notices/${made.id}/submission`, made.version)
  const signer = await another('notice-signer')
  const signed = await act(signer.request, `/notices/${made.id}/signature`, sent.version)
  await act(signer.request, `/notices/${made.id}/issue`, signed.version)
  const late = await another('drill-firm', 'en')
  await received(late, '演练预警')
  await expect(late.getByText('演练 DRILL · TLP:GREEN')).toBeVisible()
  await expect(late.getByText('Escalated', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
  await picture(late, 'drill-received')
  await small(late, 'drill-received-phone')
  await confirm(late, 'Acknowledge')
  await expect(late.getByText('Late', { exact: true }).first()).toBeVisible()
  await officer.reload()
  await expect(officer.getByText('逾期签收')).toBeVisible()
  await accessible(officer)
  await picture(officer, 'drill')
  await small(officer, 'drill-phone')
  await confirm(officer, '结束演练')
  await expect(officer.getByText('已撤回', { exact: true })).toBeVisible()
  await officer.goto('/security/notices')
  await expect(officer.getByRole('heading', { name: '应急通报' })).toBeVisible()
  await expect(officer.getByRole('link', { name: '演练预警' })).toHaveCount(0)
})
