import { accessible, address, enter, expect, password, people, send, test } from './support'
import { picture } from './picture'

test.describe.configure({ timeout: 240_000 })

test('a person asks to be erased; it is decided by somebody else, and done', async ({ page }) => {
  await enter(page.request, people.administrator)
  const session = (await (await page.request.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  await send(page.request, 'POST', '/api/system/persons', { login: 'erased.person', name: '将被删除的人', password, memberships: [{ organisation_id: session.organisation.id, role: 'viewer' }] })
  await page.context().clearCookies()
  await enter(page.request, 'erased.person')
  await page.goto('/profile')
  await page.getByRole('button', { name: '要求删除' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('说明').fill('已离职')
  await dialog.getByRole('button', { name: '要求删除' }).click()
  await expect(page.getByText('待办理')).toBeVisible()
  await accessible(page)
  await picture(page, 'own-data')

  await page.context().clearCookies()
  await enter(page.request, people.administrator)
  await page.goto('/system/personal-requests')
  await page.getByRole('row', { name: /将被删除的人/ }).getByRole('button', { name: '办理' }).click()
  await accessible(page)
  await picture(page, 'personal-request')
  await page.getByLabel('理由（告知本人）').fill('本人申请，已核实')
  await page.getByRole('button', { name: '同意', exact: true }).click()
  await page.getByRole('dialog', { name: '同意此请求？' }).getByRole('button', { name: '同意', exact: true }).click()
  await expect(async () => {
    await page.reload()
    await expect(page.getByRole('row', { name: /已擦除/ }).getByText('已完成')).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 90_000 })
  await page.setViewportSize({ width: 390, height: 844 })
  await picture(page, 'personal-requests-390')
})
