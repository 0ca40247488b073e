import type { Page } from '@playwright/test'
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accessible, address, enter, expect, password, people, send, test } from './support'

interface Registered {
  id: string
  secret: string
}

/** A program of somebody else's: it knows the address of the provider and what it was registered with, and nothing more. */
class Program {
  client: Registered = { id: '', secret: '' }
  private server: Server
  private started = new Map<string, string>()

  constructor() {
    this.server = createServer((request, answer) => {
      const url = new URL(request.url!, this.address())
      const page = url.pathname === '/login' ? this.login() : url.pathname === '/back' ? this.back(url) : Promise.resolve({ text: 'bye' })
      page.then(
        ({ to, text }: { to?: string; text?: string }) => {
          answer.writeHead(to ? 302 : 200, { 'Content-Type': 'text/html; charset=utf-8', ...(to ? { Location: to } : {}) })
          answer.end(`<!doctype html><title>program</title><link rel="icon" href="data:,"><p>${text ?? ''}</p>`)
        },
        (error: unknown) => {
          answer.writeHead(500)
          answer.end(String(error))
        },
      )
    })
  }

  async listen(): Promise<void> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready))
  }

  address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  private async metadata(): Promise<Record<string, string>> {
    return (await (await fetch(`${address()}/.well-known/openid-configuration`)).json()) as Record<string, string>
  }

  private async login() {
    const verifier = randomBytes(32).toString('base64url')
    const state = randomBytes(16).toString('base64url')
    this.started.set(state, verifier)
    const query = new URLSearchParams({
      response_type: 'code', client_id: this.client.id, redirect_uri: `${this.address()}/back`, scope: 'openid profile organisation', state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
    })
    return { to: `${(await this.metadata()).authorization_endpoint}?${query}` }
  }

  private async back(url: URL) {
    if (url.searchParams.has('error')) return { text: `refused: ${url.searchParams.get('error')}` }
    const at = await this.metadata()
    if (url.searchParams.get('iss') !== at.issuer) return { text: 'another issuer' }
    const verifier = this.started.get(url.searchParams.get('state') ?? '')
    if (!verifier) return { text: 'another session' }
    const answer = await fetch(at.token_endpoint!, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${this.client.id}:${this.client.secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'authorization_code', code: url.searchParams.get('code')!, redirect_uri: `${this.address()}/back`, code_verifier: verifier }),
    })
    const tokens = (await answer.json()) as { access_token: string }
    const info = await fetch(at.userinfo_endpoint!, { headers: { Authorization: `Bearer ${tokens.access_token}` } })
    const who = (await info.json()) as { preferred_username: string; organisation: { name: string } }
    return { text: `signed in: ${who.preferred_username} of ${who.organisation.name}` }
  }
}

const program = new Program()

test.beforeAll(() => program.listen())
test.afterAll(() => program.close())
test.describe.configure({ mode: 'serial', timeout: 180_000 })

async function signIn(page: Page, login: string): Promise<void> {
  await page.getByLabel('登录名').fill(login)
  await page.getByLabel('密码').fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
}

test('the security administrator registers a program and is shown its secret once', async ({ page, signIn: signedIn }) => {
  await signedIn('administrator')
  await page.goto('/system/programs')
  await accessible(page)
  await page.getByRole('button', { name: '登记应用' }).first().click()
  await page.getByLabel('应用名称（中文）').fill('设备管理系统')
  await page.getByLabel('机构与角色').check()
  await page.getByLabel('回调地址', { exact: true }).fill('http://elsewhere.example/back')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('应用登记有误')).toBeVisible()
  await expect(page.getByLabel('应用名称（中文）')).toHaveValue('设备管理系统')
  await page.getByLabel('回调地址', { exact: true }).fill(`${program.address()}/back`)
  await accessible(page)
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('密钥只显示这一次')).toBeVisible()
  const shown = page.locator('.ant-drawer .lh-copy pre')
  program.client = { id: (await shown.nth(1).innerText()).trim(), secret: (await shown.nth(2).innerText()).trim() }
  expect(program.client.secret.length).toBeGreaterThan(40)
  await page.getByRole('button', { name: '关闭' }).last().click()
  await expect(page.getByRole('cell', { name: /设备管理系统/ })).toBeVisible()
})

test('a program signs a person in with consent, who withdraws it later', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('linghang.language', 'zh'))
  await page.goto(`${program.address()}/login`)
  await expect(page.getByRole('heading', { name: '登录' })).toBeVisible()
  await signIn(page, people.viewer)
  await expect(page.getByText('“设备管理系统”请求以您的身份登录，并获知：')).toBeVisible()
  await expect(page.getByText('您当前代表的机构，以及您在其中的角色')).toBeVisible()
  await accessible(page)
  await page.getByRole('button', { name: '同意并登录' }).click()
  await expect(page.getByText(`signed in: ${people.viewer} of`)).toBeVisible()

  // Agreed once, and not asked again.
  await page.goto(`${program.address()}/login`)
  await expect(page.getByText(`signed in: ${people.viewer} of`)).toBeVisible()

  await page.goto('/profile')
  const row = page.getByRole('row', { name: /设备管理系统/ })
  await expect(row).toBeVisible()
  await accessible(page)
  await row.getByRole('button', { name: '撤销' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤销' }).click()
  await expect(page.getByText('还没有应用以您的身份登录过')).toBeVisible()

  await page.goto(`${program.address()}/login`)
  await page.getByRole('button', { name: '拒绝' }).click()
  await expect(page.getByText('refused: access_denied')).toBeVisible()
})

test('a person whom a program sends with a wrong address is told whom to tell', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('linghang.language', 'zh'))
  await page.goto(`/api/oidc/authorize?response_type=code&client_id=${program.client.id}&redirect_uri=https://evil.example/`)
  await expect(page.getByRole('heading', { name: '无法登录此应用' })).toBeVisible()
  await expect(page.locator('.lh-copy pre')).toHaveText(/^01[0-9A-Z]{24}$/)
  await accessible(page)
})

test('a device is let in by its code', async ({ page, signIn: signedIn }) => {
  await enter(page.request, people.administrator)
  const tool = await send<Registered>(page.request, 'POST', '/api/oidc/clients', {
    name: { zh: '命令行工具', en: 'Command-line tool' }, confidential: false, redirect_uris: [], logout_uris: [], audiences: [], grants: ['urn:ietf:params:oauth:grant-type:device_code'],
    scopes: ['openid', 'profile'], algorithm: 'RS256', own: false, enabled: true,
  })
  await page.context().clearCookies()
  const ask = async (path: string, form: Record<string, string>) =>
    (await (await fetch(`${address()}/api/oidc/${path}`, { method: 'POST', body: new URLSearchParams({ client_id: tool.id, ...form }) })).json()) as Record<string, string>
  const device = await ask('device-authorization', { scope: 'openid profile' })
  await signedIn('viewer')
  await page.goto('/device')
  await page.getByLabel('设备显示的代码').fill('BBBB-BBBB')
  await page.getByRole('button', { name: '下一步' }).click()
  await expect(page.getByText('没有设备在等待此代码')).toBeVisible()
  await page.getByLabel('设备显示的代码').fill(device.user_code!.toLowerCase())
  await page.getByRole('button', { name: '下一步' }).click()
  await expect(page.getByText('“命令行工具”请求在一台设备上以您的身份登录')).toBeVisible()
  await accessible(page)
  await page.getByRole('button', { name: '允许此设备' }).click()
  await expect(page.getByText('设备已连接')).toBeVisible()
  const tokens = await ask('token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device.device_code! })
  expect(tokens.id_token).toBeTruthy()
})
