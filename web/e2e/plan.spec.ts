import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { accessible, address, enter, expect, password, report, send, test } from './support'

interface Session { organisation: { id: string } }
interface Target { id: string; code: string }
interface Board { targets: Target[] }

/** Three persons of the bureau: one reports, one reviews, one approves. */
const bureau = ['reporter', 'officer', 'leader'] as const

/** A whole PDF document; the store refuses one that is cut off. */
const bulletin = '%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n' +
  'xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \ntrailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n110\n%%EOF\n'

// Three browsers in one journey take their time on a small machine.
test.describe.configure({ timeout: 240_000 })

let plan = ''
let targets: Target[] = []

test.beforeAll(async ({ playwright }) => {
  const admin = await playwright.request.newContext({ baseURL: address() })
  await enter(admin, 'administrator')
  const session = (await (await admin.get('/api/system/session')).json()) as Session
  for (const role of bureau) {
    const memberships = [{ organisation_id: session.organisation.id, role }]
    // A repeated run finds the persons of the run before.
    await admin.post('/api/system/persons', { data: { login: `plan-${role}`, name: role, password, memberships }, headers: { 'X-Linghang-CSRF': '1' } })
  }
  const day = (years: number) => new Date(Date.now() + years * 365 * 86_400_000).toISOString().slice(0, 10)
  const body = { template: 'qingdao-2022-2024', from: day(-1), to: day(2), title: { zh: '浏览器测试计划', en: 'Browser test plan' } }
  plan = (await send<{ id: string }>(admin, 'POST', '/api/plan/plans', body)).id
  targets = ((await (await admin.get(`/api/plan/plans/${plan}/board`)).json()) as Board).targets
  await admin.dispose()
})

const idOf = (code: string) => targets.find((x) => x.code === code)!.id

test('the board moves by itself within seconds of a platform’s report', async ({ another }) => {
  const page = await another('plan-officer')
  const made = await send<{ id: string; version: number }>(page.request, 'POST', '/api/platforms', { name: { zh: '看板测试平台', en: 'Board test' }, code: `board-${Date.now()}`, class: 'leader', district: '370211' })
  const key = await send<{ id: string; secret: string }>(page.request, 'POST', `/api/platforms/${made.id}/keys`, { kind: 'report' })
  await page.goto(`/plan?plan=${plan}`)
  const row = page.getByRole('row', { name: /实时监测平台/ })
  await expect(row).toContainText('实时')
  const value = row.locator('strong').first()
  const before = Number(await value.innerText())
  await page.evaluate(() => Object.assign(window, { sameDocument: true }))
  expect(await report(key.id, key.secret, 1, [{ code: 'heartbeat', value: 1 }])).toBe(200)
  await expect(value).toHaveText(String(before + 1), { timeout: 4000 })
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
  await page.context().close()
})

test('what nobody can measure says what it waits for, and status narrows the board', async ({ another }) => {
  const page = await another('plan-leader')
  await page.goto(`/plan?plan=${plan}`)
  await expect(page.getByText('尚无法测得：需要“网络”系统（network.pon_ports）')).toBeVisible()
  await expect(page.getByText('没有数字目标的措施：提升工业信息安全防护能力')).toBeVisible()
  await page.getByRole('button', { name: /暂无数据/ }).click()
  await expect(page).toHaveURL(/status=not_measured/)
  await expect(page.getByRole('row', { name: /实时监测平台/ })).toHaveCount(0)
  await page.getByText('列表', { exact: true }).click()
  await expect(page.getByRole('cell', { name: /10G-PON/ })).toBeVisible()
  await page.getByPlaceholder('目标名称、代码或责任部门').fill('killer')
  await expect(page.getByText('共 1 条')).toBeVisible()
  await accessible(page)
  await page.context().close()
})

test('a value is reported, reviewed and approved by three persons, and then counts', async ({ another }) => {
  const target = idOf('eco.digital_core_share')
  const reporter = await another('plan-reporter')
  await reporter.goto(`/plan/targets/${target}`)
  await reporter.getByRole('button', { name: '填报数值' }).click()
  await reporter.getByLabel('数字经济核心产业增加值占GDP比重（%）').fill('8.6')
  await reporter.getByRole('button', { name: '提交审核' }).click()
  await expect(reporter.getByText('请上传证明文件或写明数据出处')).toBeVisible()
  await reporter.locator('input[type=file]').setInputFiles({ name: '公报.pdf', mimeType: 'application/pdf', buffer: Buffer.from(bulletin) })
  await expect(reporter.getByText('公报.pdf')).toBeVisible()
  await reporter.getByLabel('说明').fill('统计公报第 3 页')
  await accessible(reporter)
  await reporter.getByRole('button', { name: '提交审核' }).click()
  await expect(reporter.getByRole('cell', { name: '待审核' })).toBeVisible()
  await reporter.goto('/plan/values')
  await expect(reporter.getByRole('row', { name: /eco.digital_core_share/ })).toContainText('等待他人办理')

  const officer = await another('plan-officer')
  await decide(officer, '审核通过', '审核通过')
  await expect(officer.getByRole('row', { name: /eco.digital_core_share/ })).toContainText('等待他人办理')

  const leader = await another('plan-leader')
  await leader.goto('/plan/values')
  await accessible(leader)
  await decide(leader, '批准', '批准')
  await expect(leader.getByRole('row', { name: /eco.digital_core_share/ })).toHaveCount(0)
  await leader.goto(`/plan?plan=${plan}`)
  await expect(leader.getByRole('row', { name: /eco.digital_core_share/ })).toContainText('8.6')
  await expect(leader.getByRole('row', { name: /eco.digital_core_share/ })).toContainText('填报')
  const started = leader.waitForEvent('download')
  await leader.goto(`/plan/targets/${target}`)
  await leader.getByRole('link', { name: '下载 公报.pdf' }).click()
  expect(await readFile(await (await started).path(), 'utf8')).toBe(bulletin)
  for (const page of [reporter, officer, leader]) await page.context().close()
})

async function decide(page: Page, button: string, confirm: string): Promise<void> {
  await page.goto('/plan/values')
  await page.getByRole('row', { name: /eco.digital_core_share/ }).getByRole('button', { name: button }).click()
  await page.getByRole('dialog').getByRole('button', { name: confirm }).click()
  await expect(page.getByText('已办理')).toBeVisible()
}

test('a target is changed with its reason, gets a milestone, a comment and a reminder', async ({ another }) => {
  const page = await another('plan-officer')
  await page.goto(`/plan/targets/${idOf('ind.eaglet')}`)
  await page.getByRole('button', { name: '调整目标' }).click()
  await page.getByLabel('目标值', { exact: true }).fill('60')
  await page.getByLabel('计算公式').fill('platforms.monitored +')
  await page.getByLabel('变更原因').fill('会议纪要')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByRole('alert').filter({ hasText: '目标不完整或有误' })).toBeVisible()
  await page.getByLabel('计算公式').fill('platforms.monitored * 2')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('已保存')).toBeVisible()
  await page.getByRole('tab', { name: '目标信息' }).click()
  await expect(page.getByText('50 → 60')).toBeVisible()
  await page.getByRole('tab', { name: '评论' }).click()
  await page.getByLabel('发表评论').fill('请核实口径')
  await page.getByRole('button', { name: '发表', exact: true }).click()
  await expect(page.getByRole('article')).toContainText('请核实口径')
  await page.getByRole('button', { name: '提醒责任部门' }).click()
  await page.getByLabel('提醒内容').fill('请于月底前更新')
  await page.getByRole('button', { name: '发送提醒' }).click()
  await expect(page.getByText('已提醒')).toBeVisible()
  await page.goto('/plan/reminders')
  const row = page.getByRole('row', { name: /请于月底前更新/ })
  await row.getByRole('button', { name: '已办' }).click()
  await expect(row).toHaveCount(0)
  await page.context().close()
})

test('a plan leaves as a workbook and as YAML, and comes in again', async ({ another }) => {
  const page = await another('plan-officer')
  await page.goto(`/plan?plan=${plan}`)
  const download = async (item: string) => {
    await page.getByRole('button', { name: '导出' }).click()
    const started = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: item }).click()
    return readFile(await (await started).path())
  }
  expect((await download('导出 Excel 工作簿')).subarray(0, 2).toString()).toBe('PK')
  const yaml = (await download('导出 YAML')).toString()
  expect(yaml).toContain('eco.digital_core_share')
  await page.goto('/plan/plans?new=1')
  await page.getByText('从 YAML').click()
  await page.getByLabel('YAML', { exact: true }).fill('title: nonsense')
  await page.getByRole('dialog').getByRole('button', { name: '新建计划' }).click()
  await expect(page.getByRole('alert').filter({ hasText: '这不是计划的 YAML' })).toBeVisible()
  await page.getByLabel('YAML', { exact: true }).fill(yaml)
  await page.getByLabel('名称（中文）').fill('导入的计划')
  await page.getByRole('dialog').getByRole('button', { name: '新建计划' }).click()
  await expect(page.getByRole('heading', { name: '导入的计划' })).toBeVisible()
  await page.context().close()
})

for (const [width, height] of [[1920, 1080], [3840, 2160]] as const) {
  test(`the big screen is legible from ten metres at ${width}×${height}`, async ({ another }) => {
    const page = await another('plan-leader', 'en')
    await page.setViewportSize({ width, height })
    await page.goto(`/screen?plan=${plan}`)
    await expect(page.getByText('Platforms monitored by district')).toBeVisible()
    await expect(page.getByRole('img', { name: 'Platforms monitored by district' })).toBeVisible()
    // 24 of 1080 lines are 5 cm on a screen of 2.25 m: 1/200 of ten metres.
    const [smallest, outside] = await page.evaluate(() => {
      const shown = Array.from(document.querySelectorAll('.lh-screen *')).filter((e) => Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.textContent?.trim()))
      const boxes = shown.map((e) => e.getBoundingClientRect())
      return [Math.min(...shown.map((e) => parseFloat(getComputedStyle(e).fontSize))), boxes.filter((b) => b.right > innerWidth || b.bottom > innerHeight).length]
    })
    expect(smallest).toBeGreaterThanOrEqual((24 / 1920) * width - 0.5)
    expect(outside, 'texts beyond the edge').toBe(0)
    await accessible(page)
    await page.context().close()
  })
}

test('an operator sees no plan that is not its own, and is told so', async ({ page, signIn }) => {
  await signIn('viewer')
  await page.goto('/plan')
  await expect(page.getByText('还没有行动计划')).toBeVisible()
  await expect(page.getByRole('link', { name: '新建计划' })).toHaveCount(0)
  await accessible(page)
})
