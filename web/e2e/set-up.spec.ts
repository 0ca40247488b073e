import { enlist } from './start'
import { accessible, expect, password, people, test } from './support'

test('nobody sets the city up without the link', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByText('请用启动时打印的一次性链接打开此页')).toBeVisible()
  await accessible(page)
})

test('the link leads through set-up into the city', async ({ page }) => {
  await page.goto(process.env.LINGHANG_LINK!)
  await expect(page.getByRole('heading', { name: '初始化城市' })).toBeVisible()
  await accessible(page)
  await page.getByLabel('城市名称（中文）').fill('青岛')
  await page.getByLabel('城市名称（英文）').fill('Qingdao')
  await page.getByLabel('主管部门（中文）').fill('青岛市工业和信息化局')
  await page.getByLabel('姓名').fill('管理员')
  await page.getByLabel('登录名').fill(people.administrator)
  await page.getByLabel('密码', { exact: true }).fill(`${people.administrator}-1234`)
  await page.getByLabel('再次输入密码').fill(`${people.administrator}-1234`)
  await page.getByRole('button', { name: '完成初始化' }).click()
  await expect(page.getByRole('alert').filter({ hasText: '密码不能包含登录名' })).toBeVisible()
  await expect(page.getByLabel('城市名称（中文）')).toHaveValue('青岛')

  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByLabel('再次输入密码').fill(password)
  await page.getByRole('button', { name: '完成初始化' }).click()
  await expect(page.getByLabel('计划结束')).toHaveValue('2024-12-31')
  await expect(page.getByText('这一期限已经结束')).toBeVisible()
  await accessible(page)
  await page.getByLabel('计划开始').fill('2026-01-01')
  await page.getByLabel('计划结束').fill('2028-12-31')
  await expect(page.getByText('这一期限已经结束')).toBeHidden()
  await page.getByRole('button', { name: '开始使用' }).click()
  await expect(page.getByRole('navigation', { name: '菜单' })).toBeVisible()
  await expect(page.getByRole('banner').getByText('青岛', { exact: true })).toBeVisible()

  // Others to sign in as, by the same door that the pages use.
  await enlist(page.request)
})

test('the link works once', async ({ page }) => {
  await page.goto(process.env.LINGHANG_LINK!)
  await expect(page.getByRole('heading', { name: '登录' })).toBeVisible()
})
