import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { accessible, address, enter, expect, password, people, send, test } from './support'
import { picture } from './picture'

test.describe.configure({ mode: 'serial', timeout: 180_000 })

// The entrance of the other tests offers no other way in.
test.afterEach(async ({ page }) => {
  await page.context().clearCookies()
  await enter(page.request, people.administrator)
  const { items } = (await (await page.request.get(`${address()}/api/oidc/providers`)).json()) as { items: { id: string }[] }
  for (const p of items) await send(page.request, 'DELETE', `/api/oidc/providers/${p.id}`)
})

test('an identity provider is described in the form, changed, tried in vain and removed', async ({ page, signIn }) => {
  await signIn('administrator')
  await page.goto('/system/providers')
  await page.getByRole('button', { name: '添加身份提供方' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('button', { name: '保存' }).click()
  for (const label of ['名称', '签发者（issuer）', '在对方登记的应用编号']) await expect(form.getByText(`请填写${label}`)).toBeVisible()
  await form.getByLabel('名称（中文）').fill('市统一身份认证')
  await form.getByLabel('签发者（issuer）').fill('id.example.cn')
  await form.getByLabel('在对方登记的应用编号').fill('linghang-city')
  await form.getByLabel('邮箱域名').fill('@example.cn')
  await form.getByRole('button', { name: '保存' }).click()
  await expect(form.getByRole('alert').filter({ hasText: '填写有误，请检查标出的内容' })).toBeVisible()
  await expect(form.getByLabel('在对方登记的应用编号')).toHaveValue('linghang-city')
  await accessible(page)
  await picture(page, 'provider-form')
  // Nobody answers at port 9 of this machine.
  await form.getByLabel('签发者（issuer）').fill('http://127.0.0.1:9')
  await form.getByLabel('邮箱域名').fill('example.cn')
  await form.getByLabel('应用密钥').fill('kept-when-empty')
  await form.getByRole('button', { name: '保存' }).click()
  await expect(form.getByText('请在对方登记此回调地址')).toBeVisible()
  await form.getByRole('button', { name: '关闭' }).last().click()

  const row = page.getByRole('row', { name: /市统一身份认证/ })
  await expect(row).toContainText('example.cn')
  await row.getByRole('button', { name: '编辑' }).click()
  await expect(form.getByLabel('应用密钥')).toHaveValue('')
  await expect(form.getByRole('region', { name: '请在对方登记此回调地址' })).toContainText('/api/oidc/')
  await form.getByLabel('启用').click()
  await accessible(page)
  await form.getByRole('button', { name: '保存' }).click()
  await expect(row).toContainText('停用')
  const { items } = (await (await page.request.get('/api/oidc/providers')).json()) as { items: { has_secret: boolean; enabled: boolean }[] }
  expect(items).toMatchObject([{ has_secret: true, enabled: false }])
  await row.getByRole('button', { name: '测试' }).click()
  await expect(row.getByRole('status')).toContainText('connection refused')
  await row.getByRole('button', { name: '删除' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click()
  await expect(page.getByText('还没有身份提供方')).toBeVisible()
})

/** Runs an OpenID Provider that nobody here wrote, and returns its address. */
async function independent(redirect: string): Promise<{ issuer: string; process: ChildProcess }> {
  const script = fileURLToPath(new URL('../scripts/independent-provider.mjs', import.meta.url))
  const child = spawn('node', [script, 'linghang', 'the-secret', redirect], { stdio: ['ignore', 'pipe', 'inherit'] })
  const issuer = await new Promise<string>((found, failed) => {
    child.stdout.once('data', (line: Buffer) => found(line.toString().trim()))
    child.once('exit', (code) => failed(new Error(`the provider ended with ${code}`)))
  })
  return { issuer, process: child }
}

test('a person links an account elsewhere and signs in with it', async ({ page, signIn }) => {
  await signIn('administrator')
  await page.goto('/system/providers')
  await expect(page.getByText('还没有身份提供方')).toBeVisible()
  await page.getByRole('button', { name: '添加身份提供方' }).click()
  await page.getByLabel('名称（中文）').fill('省统一身份认证')
  await page.getByLabel('签发者（issuer）').fill('https://not.yet.example')
  await page.getByLabel('在对方登记的应用编号').fill('linghang')
  await accessible(page)
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('请在对方登记此回调地址')).toBeVisible()
  const redirect = (await page.locator('.ant-drawer .lh-copy pre').innerText()).trim()
  await page.getByRole('button', { name: '关闭' }).last().click()
  const provider = await independent(redirect)
  try {
    const row = page.getByRole('row', { name: /省统一身份认证/ })
    await row.getByRole('button', { name: '编辑' }).click()
    await page.getByLabel('签发者（issuer）').fill(provider.issuer)
    await page.getByLabel('应用密钥').fill('the-secret')
    await page.getByRole('button', { name: '保存' }).click()
    await expect(row.getByText(provider.issuer)).toBeVisible()
    await row.getByRole('button', { name: '测试' }).click()
    await expect(row.getByText('可用')).toBeVisible()
    await accessible(page)
    await page.context().clearCookies()

    await page.goto('/sign-in')
    await page.getByRole('button', { name: '用省统一身份认证登录' }).click()
    await expect(page.getByText('该账户未与本系统的人员关联')).toBeVisible()
    await accessible(page)
    await page.getByLabel('登录名').fill(people.viewer)
    await page.getByLabel('密码').fill(password)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await expect(page.getByRole('button', { name: /^账户/ })).toBeVisible()
    await page.goto('/profile')
    await page.getByRole('button', { name: '关联 省统一身份认证' }).click()
    await expect(page.getByRole('row', { name: /viewer@ours\.example/ })).toBeVisible()
    await accessible(page)
    await page.context().clearCookies()

    await page.goto('/profile')
    await page.getByRole('button', { name: '用省统一身份认证登录' }).click()
    await expect(page).toHaveURL(/\/profile$/)
    await expect(page.getByRole('row', { name: /viewer@ours\.example/ })).toBeVisible()
  } finally {
    provider.process.kill()
  }
})
