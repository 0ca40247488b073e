import { accessible, expect, password, test } from './support'

test('a wrong password is refused and what was typed stays', async ({ page }) => {
  await page.goto('/sign-in')
  await page.getByLabel('登录名').fill('viewer')
  await page.getByLabel('密码').fill('wrong password')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByText('登录名或密码错误。')).toBeVisible()
  await expect(page.getByLabel('登录名')).toHaveValue('viewer')
  await accessible(page)
})

test('signing in leads to the page that was asked for, signing out leads away', async ({ page }) => {
  await page.goto('/platforms/catalogue')
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await page.getByLabel('登录名').fill('viewer')
  await page.getByLabel('密码').fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('heading', { name: '指标目录' })).toBeVisible()
  await page.getByRole('button', { name: /^账户/ }).click()
  await page.getByRole('menuitem', { name: '退出登录' }).click()
  await expect(page.getByRole('heading', { name: '登录' })).toBeVisible()
  await page.goto('/platforms')
  await expect(page).toHaveURL(/\/sign-in/)
})

test('the language switches, in the page and in the document, and stays', async ({ page, signIn }) => {
  await signIn('administrator')
  await page.goto('/platforms')
  await expect(page.getByRole('heading', { name: '平台一览' })).toBeVisible()
  await page.getByRole('button', { name: 'Switch to English' }).click()
  await expect(page.getByRole('heading', { name: 'Platforms', level: 1 })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Audit log' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Platforms', level: 1 })).toBeVisible()
  await page.getByRole('button', { name: '切换到中文' }).click()
  await expect(page.getByRole('heading', { name: '平台一览' })).toBeVisible()
})

test('who lacks a permission sees neither the menu nor the page', async ({ page, signIn }) => {
  await signIn('viewer')
  await page.goto('/')
  const menu = page.getByRole('navigation', { name: '菜单' })
  await expect(menu.getByText('平台一览')).toBeVisible()
  await expect(menu.locator('.ant-menu-item-group-title')).toHaveText(['行动计划', '平台监测', '标识解析', '企业服务', '赋能场景', '工业信息安全', '图谱', '报告', '数据共享', '通知', '机构与人员', '安全管理', '运行维护'])
  for (const hidden of ['审计日志', '人员', '访问令牌', '登记平台']) await expect(menu.getByText(hidden, { exact: true })).toHaveCount(0)
  for (const path of ['/system/audit', '/system/persons', '/platforms/new']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { name: '您没有权限查看此页面' })).toBeVisible()
  }
  await accessible(page)
  expect((await page.request.get('/api/system/audit')).status()).toBe(403)
})

test('a broken event stream is told, and forgotten when it stands again', async ({ page, signIn }) => {
  await signIn('viewer')
  await page.route('**/api/live', (route) => route.abort())
  await page.goto('/platforms')
  await expect(page.getByText('与服务器的连接已中断')).toBeVisible({ timeout: 15_000 })
  await page.unroute('**/api/live')
  await expect(page.getByText('与服务器的连接已中断')).toBeHidden({ timeout: 15_000 })
})
