import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { accessible, address, enter, expect, password, people, send, test } from './support'
import { picture } from './picture'

test.describe.configure({ timeout: 240_000 })

/** Adds a viewer of the bureau whom no other test knows; the page is the administrator's. */
async function newcomer(page: Page, login: string, name: string): Promise<void> {
  await enter(page.request, people.administrator)
  const session = (await (await page.request.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  await send(page.request, 'POST', '/api/system/persons', { login, name, password, memberships: [{ organisation_id: session.organisation.id, role: 'viewer' }] })
}

/** Decides on what somebody asked, and says why. */
async function decide(page: Page, name: string, word: '同意' | '不同意', reason: string): Promise<void> {
  await page.goto('/system/personal-requests')
  await page.getByRole('row', { name: new RegExp(name) }).getByRole('button', { name: '办理' }).click()
  const say = async () => {
    await page.getByRole('button', { name: word, exact: true }).first().click()
    await page.getByRole('dialog', { name: `${word}此请求？` }).getByRole('button', { name: word, exact: true }).click()
  }
  await say()
  const question = page.getByRole('dialog', { name: `${word}此请求？` })
  await expect(question.getByText('请说明理由。')).toBeVisible()
  await accessible(page)
  await question.getByRole('button', { name: '取消' }).click()
  await page.getByLabel('理由（告知本人）').fill(reason)
  await say()
  await expect(page.getByText('已办理')).toBeVisible()
}

test('a person asks for a copy of their data, and downloads what was granted', async ({ page, another }) => {
  await newcomer(page, 'copied.person', '要副本的人')
  const own = await another('copied.person')
  await own.goto('/profile')
  await own.getByRole('button', { name: '要求副本' }).click()
  const question = own.getByRole('dialog', { name: '要求副本' })
  await accessible(own)
  await question.getByRole('button', { name: '要求副本' }).click()
  await expect(own.getByText('待办理')).toBeVisible()
  await own.getByRole('button', { name: '要求副本' }).click()
  await question.getByRole('button', { name: '要求副本' }).click()
  await expect(question.getByText('您已提出过同样的请求')).toBeVisible()
  await question.getByRole('button', { name: '取消' }).click()

  await decide(page, '要副本的人', '同意', '本人申请')
  await own.reload()
  await expect(own.getByText('本人申请')).toBeVisible()
  await accessible(own)
  await picture(own, 'own-copy')
  for (const format of ['HTML', 'JSON']) {
    const waiting = own.waitForEvent('download')
    await own.getByRole('button', { name: format, exact: true }).click()
    const text = await readFile(await (await waiting).path(), 'utf8')
    expect(text).toContain('要副本的人')
    expect(text).toContain('copied.person')
  }
  await own.context().close()
})

test('a person asks for a correction, is told why it is refused, and takes another back', async ({ page, another }) => {
  await newcomer(page, 'corrected.person', '要更正的人')
  const own = await another('corrected.person')
  await own.goto('/profile')
  await own.getByRole('button', { name: '要求更正' }).click()
  const question = own.getByRole('dialog', { name: '要求更正' })
  await question.getByRole('button', { name: '要求更正' }).click()
  await expect(question.getByText('请写明要更正的内容。')).toBeVisible()
  await question.getByLabel('说明').fill('姓名应为“郑更正”')
  await accessible(own)
  await question.getByRole('button', { name: '要求更正' }).click()
  await expect(own.getByText('待办理')).toBeVisible()

  await decide(page, '要更正的人', '不同意', '请先提供身份证明')
  await own.reload()
  await expect(own.getByText('未同意')).toBeVisible()
  await expect(own.getByText('请先提供身份证明')).toBeVisible()
  await own.getByRole('button', { name: '要求更正' }).click()
  await question.getByLabel('说明').fill('已补充身份证明')
  await question.getByRole('button', { name: '要求更正' }).click()
  await own.getByRole('button', { name: '撤销', exact: true }).click()
  await own.getByRole('dialog', { name: '撤销此请求？' }).getByRole('button', { name: '撤销', exact: true }).click()
  await expect(own.getByText('已撤销')).toBeVisible()
  await own.context().close()
})

test('a person asks to be erased; it is decided by somebody else, and done', async ({ page }) => {
  await newcomer(page, 'erased.person', '将被删除的人')
  await page.context().clearCookies()
  await enter(page.request, 'erased.person')
  await page.goto('/profile')
  await page.getByRole('button', { name: '要求删除' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('说明').fill('已离职')
  await dialog.getByRole('button', { name: '要求删除' }).click()
  await expect(page.getByText('待办理')).toBeVisible()
  await accessible(page)
  await picture(page, 'own-data')

  await page.context().clearCookies()
  await enter(page.request, people.administrator)
  await page.goto('/system/personal-requests')
  await page.getByRole('row', { name: /将被删除的人/ }).getByRole('button', { name: '办理' }).click()
  await accessible(page)
  await picture(page, 'personal-request')
  await page.getByLabel('理由（告知本人）').fill('本人申请，已核实')
  await page.getByRole('button', { name: '同意', exact: true }).click()
  await page.getByRole('dialog', { name: '同意此请求？' }).getByRole('button', { name: '同意', exact: true }).click()
  await expect(page.getByRole('dialog', { name: '同意此请求？' })).toHaveCount(0)
  await expect(async () => {
    await page.reload()
    await expect(page.getByRole('row', { name: /已擦除/ }).getByText('已完成')).toBeVisible({ timeout: 15_000 })
  }).toPass({ timeout: 90_000 })
  await page.setViewportSize({ width: 390, height: 844 })
  await picture(page, 'personal-requests-390')
})
