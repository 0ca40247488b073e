import type { Page } from '@playwright/test'
import { createHmac } from 'node:crypto'
import { accessible, address, enter, expect, password, people, send, test } from './support'

/** What an authenticator application shows (RFC 6238). */
function code(secret: string, step = 0): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + step))
  const sum = createHmac('sha1', key).update(counter).digest()
  const at = sum[19]! & 0xf
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Adds a viewer of the bureau whom no other test knows. */
async function newcomer(page: Page, login: string): Promise<void> {
  await enter(page.request, people.administrator)
  const session = (await (await page.request.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  await send(page.request, 'POST', '/api/system/persons', { login, name: login, password, memberships: [{ organisation_id: session.organisation.id, role: 'viewer' }] })
  await page.context().clearCookies()
}

async function signIn(page: Page, login: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('登录名').fill(login)
  await page.getByLabel('密码').fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
}

async function leave(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^账户/ }).click()
  await page.getByRole('menuitem', { name: '退出登录' }).click()
  await expect(page.getByRole('heading', { name: '登录' })).toBeVisible()
}

// Journeys of several sign-ins, each of which hashes a password.
test.describe.configure({ timeout: 240_000 })

test('an authenticator application is set up, and asked for when signing in; a recovery code stands in', async ({ page }) => {
  await newcomer(page, 'totp.person')
  await signIn(page, 'totp.person')
  await expect(page.getByRole('button', { name: /^账户/ })).toBeVisible()
  await page.goto('/profile')
  await page.getByRole('button', { name: '添加第二因素' }).click()
  await page.getByRole('button', { name: '设置验证器应用' }).click()
  await expect(page.getByRole('img', { name: '验证器应用的二维码' })).toBeVisible()
  const secret = (await page.locator('.lh-copy pre').innerText()).trim()
  await page.getByLabel('验证码', { exact: true }).fill('000000')
  await page.getByRole('button', { name: '确认' }).click()
  await expect(page.getByText('验证码错误或已过期。')).toBeVisible()
  await accessible(page)
  await page.getByLabel('验证码', { exact: true }).fill(code(secret, -1))
  await page.getByRole('button', { name: '确认' }).click()
  await expect(page.getByText('恢复码仅显示这一次')).toBeVisible()
  const codes = (await page.locator('.ant-modal .lh-copy pre').innerText()).trim().split('\n')
  expect(codes).toHaveLength(10)
  await page.getByRole('button', { name: '已保存' }).click()
  await expect(page.getByText('剩余恢复码 10 个')).toBeVisible()
  await leave(page)

  await signIn(page, 'totp.person')
  await expect(page.getByRole('heading', { name: '验证第二因素' })).toBeVisible()
  await accessible(page)
  await page.goto('/platforms')
  await expect(page.getByRole('heading', { name: '验证第二因素' })).toBeVisible()
  await page.getByLabel('验证码', { exact: true }).fill(code(secret))
  await page.getByRole('button', { name: '验证', exact: true }).click()
  await expect(page.getByRole('heading', { name: '平台一览' })).toBeVisible()
  await leave(page)

  await signIn(page, 'totp.person')
  await page.getByRole('button', { name: '改用恢复码' }).click()
  await page.getByLabel('恢复码', { exact: true }).fill(codes[0]!)
  await page.getByRole('button', { name: '验证', exact: true }).click()
  await expect(page.getByRole('button', { name: /^账户/ })).toBeVisible()
})

test('a passkey signs in without a password, under the name that it is bound to', async ({ page, context }) => {
  await newcomer(page, 'passkey.person')
  const place = address().replace('127.0.0.1', 'localhost')
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
  await signIn(page, 'passkey.person')
  await expect(page.getByRole('button', { name: /^账户/ })).toBeVisible()
  await page.goto('/profile')
  await page.getByRole('button', { name: '添加第二因素' }).click()
  await expect(page.getByText(`请改用 ${place} 打开本系统后再添加`)).toBeVisible()

  await page.goto(`${place}/sign-in`)
  await page.getByLabel('登录名').fill('passkey.person')
  await page.getByLabel('密码').fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('button', { name: /^账户/ })).toBeVisible()
  await page.goto(`${place}/profile`)
  await page.getByRole('button', { name: '添加第二因素' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: '名称' }).fill('办公室电脑')
  await page.getByRole('button', { name: '添加通行密钥' }).click()
  await expect(page.getByText('恢复码仅显示这一次')).toBeVisible()
  await page.getByRole('button', { name: '已保存' }).click()
  await expect(page.getByRole('cell', { name: '办公室电脑' })).toBeVisible()
  await accessible(page)
  await leave(page)
  await page.getByRole('button', { name: '用通行密钥登录' }).click()
  await expect(page.getByRole('button', { name: /^账户/ })).toBeVisible()
})

test('a grave act asks for a fresh factor and then goes on', async ({ page, signIn: as }) => {
  await as('administrator')
  let asked = 0
  await page.route('**/api/system/tokens', async (route) => {
    if (route.request().method() !== 'POST' || asked++ > 0) return route.fallback()
    await route.fulfill({
      status: 403, contentType: 'application/problem+json',
      body: JSON.stringify({ type: 'about:blank', title: 'Forbidden', status: 403, key: 'kernel.step_up', params: { methods: ['password'], minutes: 10 } }),
    })
  })
  await page.goto('/system/tokens')
  await expect(page.getByText('您的角色须在')).toBeVisible()
  await page.getByRole('button', { name: '签发令牌' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: '名称' }).fill('报表程序')
  await form.getByRole('combobox', { name: '权限' }).click()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '签发', exact: true }).click()
  await expect(page.getByText('请再次验证身份')).toBeVisible()
  await accessible(page)
  await page.getByLabel('当前密码').fill('wrong')
  await page.getByRole('button', { name: '验证', exact: true }).click()
  await expect(page.getByText('当前密码不正确。')).toBeVisible()
  await page.getByLabel('当前密码').fill(password)
  await page.getByRole('button', { name: '验证', exact: true }).click()
  await expect(page.getByText(/lh_/).first()).toBeVisible()
})
