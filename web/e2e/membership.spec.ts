import type { Browser, Page } from '@playwright/test'
import { accessible, address, enter, expect, password, people, send, test } from './support'
import { picture } from './picture'

test.describe.configure({ timeout: 240_000 })

/** A browser in which nobody is signed in. */
async function stranger(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ baseURL: address(), locale: 'zh-CN' })
  return context.newPage()
}

/** Makes an organisation with a manager whom no other test knows. */
async function organisation(page: Page, name: string, manager: string): Promise<string> {
  await enter(page.request, people.administrator)
  const { id } = await send<{ id: string }>(page.request, 'POST', '/api/system/organisations', { kind: 'operator', name: { zh: name, en: '' } })
  await send(page.request, 'POST', '/api/system/persons', { login: manager, name: '王经理', password, memberships: [{ organisation_id: id, role: 'manager' }] })
  await page.context().clearCookies()
  await enter(page.request, manager)
  return id
}

test('a manager invites, the invited makes an account, acts for the organisation, becomes its manager and leaves', async ({ page, browser }) => {
  await organisation(page, '邀请测试公司', 'invite.manager')
  await page.goto('/system/invitations')
  await expect(page.getByText('还没有邀请')).toBeVisible()
  await accessible(page)
  await page.getByRole('button', { name: '邀请人员' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('邮箱').fill('li.si@example.test')
  await form.getByLabel('附言').fill('欢迎加入')
  await picture(page, 'invite')
  await form.getByRole('button', { name: '邀 请' }).or(form.getByRole('button', { name: '邀请', exact: true })).click()
  await expect(page.getByText('链接只显示这一次')).toBeVisible()
  const link = (await page.locator('.ant-modal .lh-copy pre').innerText()).trim()
  await page.getByRole('dialog').getByRole('button', { name: '关闭' }).last().click()
  await expect(page.getByRole('cell', { name: /li.si@example.test/ })).toBeVisible()
  await picture(page, 'invitations')

  const other = await stranger(browser)
  await other.goto(link)
  await expect(other.getByRole('heading', { name: '邀请您加入“邀请测试公司”' })).toBeVisible()
  await accessible(other)
  await picture(other, 'invitation')
  await other.getByLabel('姓名').fill('李四')
  await other.getByLabel('登录名').fill('invite.manager')
  await other.getByLabel('密码').fill(password)
  await other.getByRole('button', { name: '创建账户并加入' }).click()
  await expect(other.getByText('请阅读并同意')).toBeVisible()
  await other.getByLabel('我已阅读并同意以上个人信息处理说明').check()
  await other.getByRole('button', { name: '创建账户并加入' }).click()
  await expect(other.getByText('该登录名已被使用。')).toBeVisible()
  await expect(other.getByLabel('姓名')).toHaveValue('李四')
  await other.getByLabel('登录名').fill('li.si')
  await other.getByRole('button', { name: '创建账户并加入' }).click()
  await expect(other.getByText('邀请测试公司').first()).toBeVisible()
  await expect(other.getByRole('button', { name: '账户: 李四' })).toBeVisible()

  await page.goto('/system/persons')
  await page.getByRole('row', { name: /李四/ }).getByRole('button', { name: '编辑' }).click()
  await page.getByRole('button', { name: '移交管理' }).click()
  await picture(page, 'hand-over')
  await page.getByRole('dialog', { name: /移交给“李四”/ }).getByRole('button', { name: '移交管理' }).click()
  await expect(page.getByRole('navigation', { name: '菜单' }).getByText('人员', { exact: true })).toHaveCount(0)

  await other.goto('/profile')
  await other.getByRole('button', { name: '退出机构' }).click()
  await other.getByRole('dialog').getByRole('button', { name: '退出机构' }).click()
  await expect(other.getByText('此人是“邀请测试公司”最后一位管理员，请先移交管理。')).toBeVisible()
  await picture(other, 'last-manager')
  await page.goto('/profile')
  await page.getByRole('button', { name: '退出机构' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '退出机构' }).click()
  await expect(page.getByRole('heading', { name: '您目前不属于任何机构' })).toBeVisible()
  await accessible(page)
  await picture(page, 'alone')
  await other.context().close()
})

test('persons come in from a file, after each line was checked', async ({ page }) => {
  await organisation(page, '导入测试公司', 'import.manager')
  await page.goto('/system/persons')
  await page.getByRole('button', { name: '导入' }).click()
  const choose = async (text: string) => page.locator('input[type=file]').setInputFiles({ name: '人员.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await choose('姓名,登录名,角色\n赵六,zhao.liu,填报员\n钱七,import.manager,领导\n')
  await expect(page.getByText('有 1 行需要修改')).toBeVisible()
  await expect(page.getByText('角色：您无权授予')).toBeVisible()
  await expect(page.getByRole('dialog').getByRole('button', { name: '导入', exact: true }).or(page.getByRole('button', { name: '导 入' }))).toBeDisabled()
  await accessible(page)
  await picture(page, 'import-wrong')
  await choose('姓名,登录名,角色\n赵六,zhao.liu,填报员\n')
  await expect(page.getByText('检查通过：新建 1 人')).toBeVisible()
  await page.getByRole('dialog').getByRole('button', { name: /^导\s?入$/ }).click()
  await expect(page.getByText('已导入：新建 1 人')).toBeVisible()
  await expect(page.getByText(/zhao\.liu\s+http/)).toBeVisible()
  await picture(page, 'import-done')
})
