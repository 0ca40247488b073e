import type { Page } from '@playwright/test'
import { picture } from './picture'
import { accessible, address, enter, expect, narrow, password, people, send, test } from './support'

// The city sets a time limit: refused at its field with what was typed kept, proposed, confirmed by another person, returned, and read again.
test.describe.configure({ timeout: 240_000 })
test.use({ actionTimeout: 20_000 })

async function pictures(page: Page, name: string): Promise<void> {
  await accessible(page)
  await picture(page, name)
  await narrow(page)
  await picture(page, `${name}-phone`)
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** Opens the form of a row of the table, and fills in what is wanted. */
async function adjust(page: Page, row: number, days: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: '调整', exact: true }).nth(row).click()
  const form = page.getByRole('dialog')
  await form.getByRole('radio', { name: '工作日' }).check()
  await form.getByLabel('时限', { exact: true }).fill(days)
  await form.getByLabel('理由').fill(reason)
}

test('a time limit of the city is proposed by one person and confirmed or returned by another', async ({ page, another, signIn }) => {
  await enter(page.request, people.administrator)
  const me = (await (await page.request.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  await send(page.request, 'POST', '/api/system/persons', { login: 'limit-second', name: '时限复核人', password, memberships: [{ organisation_id: me.organisation.id, role: 'officer' }] })
  await signIn('administrator')
  await page.goto('/security/time-limits')
  await expect(page.getByRole('heading', { level: 1, name: '本市时限' })).toBeVisible()
  // The last row but one is passing on an upper level's notice of level Ⅳ, which nothing else here waits for.
  await expect(page.getByRole('button', { name: '调整', exact: true }).first()).toBeVisible()
  const rows = await page.getByRole('button', { name: '调整', exact: true }).count()
  const row = rows - 2
  const ours = page.getByRole('row').nth(row + 1)
  await expect(ours).toContainText('3个工作日')
  await expect(ours).toContainText('默认')
  await pictures(page, 'time-limits-default')

  await page.getByRole('button', { name: '历次' }).nth(row).click()
  await expect(page.getByRole('dialog').getByText('从未调整，默认时限有效')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  // What the server refuses stands at its field, and what was typed stays.
  await adjust(page, row, '251', '值班人员增加')
  const form = page.getByRole('dialog')
  await pictures(page, 'time-limits-form')
  await form.getByRole('button', { name: '提出' }).click()
  await expect(form.locator('.ant-form-item-explain-error')).toHaveText('1 至 250 个工作日')
  await expect(form.getByLabel('理由')).toHaveValue('值班人员增加')
  await form.getByLabel('时限', { exact: true }).fill('2')
  await form.getByRole('button', { name: '提出' }).click()
  await expect(form).toHaveCount(0)

  // Who proposed it does not confirm it; it holds for nobody.
  await expect(page.getByText(/3个工作日 改为 2个工作日/)).toBeVisible()
  await expect(page.getByRole('button', { name: '确认', exact: true })).toHaveCount(0)
  await expect(ours).toContainText('3个工作日')

  const second = await another('limit-second')
  await second.goto('/security/time-limits')
  await expect(second.getByText('理由：值班人员增加')).toBeVisible()
  await pictures(second, 'time-limits-waiting')
  await second.getByRole('button', { name: '确认', exact: true }).click()
  await second.getByRole('dialog').getByRole('button', { name: '确认', exact: true }).click()
  await expect(second.getByText('理由：值班人员增加')).toHaveCount(0)

  // The first browser is told.
  await expect(ours).toContainText('2个工作日')
  await expect(ours).toContainText('本市规定')
  await expect(ours).toContainText('时限复核人')

  // Another one is returned with a reason, and stays to be read.
  await adjust(page, row, '9', '试试')
  await form.getByRole('button', { name: '提出' }).click()
  await expect(second.getByText('理由：试试')).toBeVisible()
  await second.getByRole('button', { name: '退回' }).click()
  await second.getByRole('dialog').getByLabel('理由').fill('太长')
  await second.getByRole('dialog').getByRole('button', { name: '退回' }).click()
  await expect(second.getByText('理由：试试')).toHaveCount(0)
  await page.getByRole('button', { name: '历次' }).nth(row).click()
  await expect(page.getByRole('dialog').getByText(/退回：太长/)).toBeVisible()
  await expect(page.getByRole('dialog').getByText('第 1 版')).toBeVisible()
  await pictures(page, 'time-limits-history')

  const english = await another('limit-second', 'en')
  await english.goto('/security/time-limits')
  await expect(english.getByRole('heading', { level: 1, name: 'Time limits' })).toBeVisible()
  await expect(english.getByText('Set by the city').first()).toBeVisible()
  await pictures(english, 'time-limits-en')
  await english.getByRole('button', { name: 'Adjust' }).nth(row).click()
  await expect(english.getByRole('dialog').getByText('Working days').first()).toBeVisible()
  await pictures(english, 'time-limits-form-en')
})
