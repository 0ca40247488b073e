import type { Page } from '@playwright/test'
import { picture } from './picture'
import { accessible, address, enter, expect, narrow, organisation, password, people, send, test } from './support'

test.describe.configure({ timeout: 180_000 })

/** Presses a button that opens a question, does what it wants, and says yes. */
async function confirm(page: Page, label: string, fill?: (dialog: ReturnType<Page['getByRole']>) => Promise<void>): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  if (fill) await fill(dialog)
  await dialog.getByRole('button', { name: label, exact: true }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

/** Pictures at both widths. */
async function pictures(page: Page, name: string): Promise<void> {
  await picture(page, name)
  await narrow(page)
  await picture(page, `${name}-phone`)
  await page.setViewportSize({ width: 1440, height: 900 })
}

test('a notice is handed to a person, who gives it back; who is on duty hands over to the next', async ({ page, another }) => {
  await enter(page.request, people.administrator)
  const { organisation: bureau } = (await (await page.request.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  const officer = async (login: string) => (await send<{ id: string }>(page.request, 'POST', '/api/system/persons', { login, name: login, password, memberships: [{ organisation_id: bureau.id, role: 'officer' }] })).id
  const members = [{ id: await officer('duty-first') }, { id: await officer('duty-second') }]
  const firm = await organisation(page.request, '转办企业', [{ login: 'duty-manager', role: 'manager', name: '负责人甲' }, { login: 'duty-reporter', role: 'reporter', name: '经办人乙' }])
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  await send(page.request, 'POST', '/api/platforms/alerting/rotas', { name: { zh: '安全值班表', en: 'Security rota' }, zone: 'Asia/Shanghai', layers: [{ members, handover: 'daily', at: '00:00', begins: day }], organisation_id: bureau.id })

  const writer = await another('duty-first')
  const notice = await send<{ id: string }>(writer.request, 'POST', '/api/security/notices', { kind: 'notice', colour: '', title: '转办的通报', body: '情况', ask: '请核查', level: 4, category: 'hazard', tlp: 'amber', audience: { all: false, districts: [], organisations: [firm] } })
  const step = async (who: Page, path: string, version: number) => {
    const answer = await who.request.post(`${address()}/api/security/notices/${notice.id}/${path}`, { data: {}, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${version}"` } })
    expect(answer.ok(), await answer.text()).toBe(true)
  }
  await step(writer, 'submission', 1)
  const second = await another('duty-second', 'en')
  await step(second, 'signature', 2)
  await step(writer, 'issue', 3)

  const manager = await another('duty-manager')
  await manager.goto('/security/assignments')
  await manager.getByRole('link', { name: '转办的通报' }).click({ timeout: 60_000 })
  await expect(manager.getByText('未指定；由可以签收通报的人员办理')).toBeVisible()
  await confirm(manager, '转办', async (dialog) => {
    await dialog.getByRole('combobox', { name: '经办人' }).click()
    await manager.getByTitle('经办人乙', { exact: true }).click()
    await dialog.getByRole('textbox', { name: /交办说明/ }).fill('今天下班前签收')
    await picture(manager, 'delegate-form')
  })
  await expect(manager.getByText(/经办人乙（/)).toBeVisible()
  await accessible(manager)
  await pictures(manager, 'delegate')

  const reporter = await another('duty-reporter', 'en')
  await reporter.goto('/security/assignments?only=mine')
  await reporter.getByRole('link', { name: '转办的通报' }).click()
  await expect(reporter.getByText('今天下班前签收')).toBeVisible()
  await pictures(reporter, 'delegate-en')
  await confirm(reporter, 'Give back')
  await expect(reporter.getByText('Nobody is named; whoever acknowledges notices sees to it')).toBeVisible()
  await confirm(reporter, 'I see to it')

  await writer.goto('/security/duty')
  await expect(writer.getByText('尚未选择值班表')).toBeVisible()
  await confirm(writer, '选择值班表', async (dialog) => {
    await dialog.getByRole('combobox', { name: '值班表' }).click()
    await writer.getByTitle('安全值班表', { exact: true }).click()
  })
  await expect(writer.getByText('正在值班 · 安全值班表')).toBeVisible()
  await confirm(writer, '交班', async (dialog) => dialog.getByRole('textbox', { name: '未了事项' }).fill('转办的通报还没有签收'))
  await expect(writer.getByRole('row').filter({ hasText: '转办的通报还没有签收' })).toContainText('待接班')
  await accessible(writer)
  await pictures(writer, 'duty')

  await second.goto('/security/duty')
  await second.getByRole('button', { name: 'Take over', exact: true }).click()
  await second.getByRole('dialog').getByRole('button', { name: 'Take over', exact: true }).click()
  await expect(second.getByRole('row').filter({ hasText: '转办的通报还没有签收' })).toContainText('duty-second')
  await pictures(second, 'duty-en')
})
