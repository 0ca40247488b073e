import type { Locator } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { picture } from './picture'
import { accessible, enter, expect, narrow, password, people, send, test } from './support'

// An officer wants more rows than one person takes away alone; a second person returns the request, then approves it; it is downloaded once.
test('a large download is asked for, approved by a second person, and goes once', async ({ page, another, signIn }) => {
  await enter(page.request, people.administrator)
  const { organisation: bureau } = await (await page.request.get('/api/system/session')).json() as { organisation: { id: string } }
  await send(page.request, 'POST', '/api/system/persons', { login: 'export-officer', name: '统计人', password, memberships: [{ organisation_id: bureau.id, role: 'officer' }] })
  await signIn('administrator')
  const officer = await another('export-officer')

  const wanted = async () => {
    await officer.goto('/system/measures')
    await officer.getByRole('button', { name: '导出' }).click()
    await officer.getByRole('menuitem', { name: '导出 CSV' }).click()
    return officer.getByRole('dialog', { name: '大量导出须经审批' })
  }
  const ask = async (dialog: Locator, reason: string) => {
    await dialog.getByLabel('导出理由').fill(reason)
    await dialog.getByRole('button', { name: '提交申请' }).click()
    await expect(dialog.getByText('待审批')).toBeVisible()
  }
  const dialog = await wanted()
  await expect(dialog.getByText(/超过一人可自行导出的 30 行/)).toBeVisible()
  await accessible(officer)
  await picture(officer, 'export-dialog')
  await dialog.getByRole('button', { name: '提交申请' }).click()
  await expect(dialog.getByText('请填写导出理由')).toBeVisible()
  await ask(dialog, '试一试')

  await page.goto('/system/exports')
  const row = page.getByRole('row').filter({ hasText: '统计人' })
  await row.getByRole('button', { name: /^退\s?回$/ }).click()
  const question = page.getByRole('dialog')
  await expect(question.getByRole('button', { name: /^退\s?回$/ })).toBeDisabled()
  await question.getByLabel('退回理由').fill('请写明用途')
  await question.getByRole('button', { name: /^退\s?回$/ }).click()
  await expect(row.getByText('已退回')).toBeVisible()

  const again = await wanted()
  await expect(again.getByText(/管理员 退回：请写明用途/)).toBeVisible()
  await ask(again, '编制年度统计公报')
  await page.reload()
  const open = page.getByRole('row').filter({ hasText: '编制年度统计公报' })
  await accessible(page)
  await picture(page, 'exports')
  await open.getByRole('button', { name: /^批\s?准$/ }).click()
  await expect(page.getByRole('dialog').getByText(/统计人 申请导出/)).toBeVisible()
  await picture(page, 'export-approval')
  await page.getByRole('dialog').getByRole('button', { name: /^批\s?准$/ }).click()
  await expect(open.getByText('已批准')).toBeVisible()

  await officer.goto('/system/my-jobs')
  await officer.getByRole('link', { name: '我的大量导出' }).click()
  await expect(officer.getByText(/管理员 已批准/)).toBeVisible()
  await accessible(officer)
  await picture(officer, 'my-exports')
  const link = officer.getByRole('link', { name: '导出 CSV' })
  const address = await link.getAttribute('href')
  const [download] = await Promise.all([officer.waitForEvent('download'), link.click()])
  expect((await readFile(await download.path())).toString().split('\n').length).toBeGreaterThan(30)

  const second = await officer.request.get(address!)
  expect(second.status()).toBe(403)
  expect(await second.json()).toMatchObject({ key: 'kernel.export.second', params: { limit: 30 } })
  await officer.reload()
  await expect(officer.getByText('已下载').first()).toBeVisible()
  await expect(officer.getByRole('link', { name: '导出 CSV' })).toHaveCount(0)

  await page.reload()
  await narrow(page)
  await accessible(page)
  await picture(page, 'exports-phone')
  await narrow(officer)
  await picture(officer, 'my-exports-phone')
  const english = await another('export-officer', 'en')
  await english.goto('/system/my-exports')
  await expect(english.getByRole('heading', { level: 1, name: 'My large exports' })).toBeVisible()
  await picture(english, 'my-exports-en')
  await narrow(english)
  await picture(english, 'my-exports-en-phone')
  const approver = await another(people.administrator, 'en')
  await approver.goto('/system/exports')
  await expect(approver.getByText('Downloaded').first()).toBeVisible()
  await picture(approver, 'exports-en')
  await narrow(approver)
  await picture(approver, 'exports-en-phone')
})
