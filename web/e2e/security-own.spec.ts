import type { Page } from '@playwright/test'
import { picture } from './picture'
import { accessible, address, enter, expect, narrow, password, people, send, test } from './support'

/** Presses a button that asks, and says yes. */
async function confirm(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: label, exact: true }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

test('an advisory of the city is written, passes the tests, is published by another person and read by everybody', async ({ page, another }) => {
  await enter(page.request, people.administrator)
  const { organisation: bureau } = (await (await page.request.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  for (const login of ['own-writer', 'own-publisher']) await send(page.request, 'POST', '/api/system/persons', { login, name: login, password, memberships: [{ organisation_id: bureau.id, role: 'officer' }] })

  const writer = await another('own-writer')
  await writer.goto('/security/own-advisories')
  await expect(writer.getByText('还没有本市通告')).toBeVisible()
  await writer.getByRole('link', { name: '拟写通告' }).click()
  await writer.getByRole('textbox', { name: '标题', exact: true }).fill('示例驱动器可被远程停机')
  await writer.getByLabel('摘要').fill('2.3 以前的版本可被未经认证的主机停机。')
  await writer.getByLabel('厂商').fill('示例驱动')
  await writer.getByLabel('产品名称').fill('Drive 7')
  await writer.getByLabel('版本或范围').fill('<2.3')
  await writer.getByLabel('漏洞名称').fill('远程停机')
  await writer.getByLabel('说明', { exact: true }).fill('缺少认证。')
  await writer.getByLabel('CVSS 3.1 向量').fill('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H')
  await writer.getByRole('button', { name: '添加措施' }).click()
  await writer.getByLabel('做什么').fill('升级到 2.3。')
  await accessible(writer)
  await picture(writer, 'security-own-new')
  await writer.getByRole('button', { name: '保存' }).click()
  await expect(writer.getByText('符合 CSAF 2.0，通过全部强制检查')).toBeVisible()
  await accessible(writer)
  await picture(writer, 'security-own-draft')
  await confirm(writer, '送审')
  await expect(writer.getByText('待发布').first()).toBeVisible()
  await expect(writer.getByRole('button', { name: '发布', exact: true })).toHaveCount(0)

  const publisher = await another('own-publisher', 'en')
  await publisher.goto('/security/own-advisories')
  await publisher.getByRole('link', { name: '示例驱动器可被远程停机' }).click()
  await confirm(publisher, 'Publish')
  const file = publisher.getByRole('link', { name: /\.json$/ })
  await expect(file).toBeVisible()
  await accessible(publisher)
  await picture(publisher, 'security-own-published-en')
  await narrow(publisher)
  await picture(publisher, 'security-own-published-phone')
  await publisher.goto('/security/own-advisories')
  await expect(publisher.getByText('Published').first()).toBeVisible()
  await picture(publisher, 'security-own-list-phone')
  const feed = await page.request.get(`${address()}/.well-known/csaf/white/csaf-feed-tlp-white.json`)
  expect(await feed.text()).toContain('示例驱动器可被远程停机')
})
