import { accessible, expect, test } from './support'

test.setTimeout(120_000) // slow machines

test('columns are chosen and moved by the keyboard, and a saved view keeps them', async ({ page, signIn }) => {
  await signIn('administrator')
  await page.goto('/system/organisations')
  const heads = () => page.getByRole('columnheader').allInnerTexts()
  await expect(page.getByRole('columnheader', { name: '类别' })).toBeVisible()
  const usual = await heads()

  await page.getByRole('button', { name: '列', exact: true }).focus()
  await page.keyboard.press('Enter')
  const choice = page.getByRole('list', { name: '列' })
  await choice.getByRole('checkbox', { name: '类别' }).focus()
  await page.keyboard.press('Space')
  await expect(page.getByRole('columnheader', { name: '类别' })).toBeHidden()
  await expect(page.getByRole('status').filter({ hasText: '已隐藏“类别”' })).toBeAttached()
  const earlier = choice.getByRole('button', { name: '“区市”前移' })
  await earlier.focus()
  await page.keyboard.press('Enter')
  await expect(earlier).toBeFocused()
  await accessible(page)
  await page.keyboard.press('Escape')
  await expect(choice).toBeHidden()
  const mine = await heads()
  expect(mine).not.toEqual(usual)

  await page.getByRole('button', { name: '视图', exact: true }).click()
  await page.getByRole('button', { name: '保存当前视图' }).click()
  await page.getByRole('textbox', { name: '名称', exact: true }).fill('我的列')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.getByRole('button', { name: '我的列' }).first()).toBeVisible()
  await page.goto('/system/organisations')
  await expect.poll(heads).toEqual(usual)
  await page.getByRole('button', { name: '视图', exact: true }).click()
  await page.locator('.lh-view').getByRole('button', { name: '我的列' }).click()
  await expect.poll(heads).toEqual(mine)

  await page.getByRole('button', { name: '列', exact: true }).click()
  await page.getByRole('button', { name: '恢复默认' }).click()
  await expect.poll(heads).toEqual(usual)
})
