import { accessible, expect, hold, password, send, test } from './support'

test.setTimeout(120_000) // two persons sign in

test('two persons talk about a platform: a mention, an answer with a file, an edit, a removal', async ({ page, signIn, another }) => {
  await signIn('administrator')
  const organisations = (await (await page.request.get('/api/system/organisations?limit=500')).json()) as { items: { id: string; name: { zh: string; en: string } }[] }
  const operator = organisations.items.find((o) => o.name.zh === '平台公司')!
  const login = `talker${Date.now()}`
  await send(page.request, 'POST', '/api/system/persons', { login, name: '李对接', password, memberships: [{ organisation_id: operator.id, role: 'manager' }] })
  const platform = await send<{ id: string }>(page.request, 'POST', '/api/platforms', {
    name: { zh: '评论平台', en: 'Discussed platform' }, code: `talk${Date.now()}`, class: 'industry', district: '370212', operator_id: operator.id, operator_name: operator.name,
  })

  await page.goto(`/platforms/${platform.id}?tab=comments`)
  await expect(page.getByText('还没有评论')).toBeVisible()
  await page.getByRole('button', { name: '发表', exact: true }).click()
  await expect(page.getByText('请填写内容或添加附件')).toBeVisible()
  const box = page.getByLabel('发表评论')
  await box.fill('请核对接口，见 https://example.org/spec。')
  await box.press('End')
  await box.pressSequentially(' @李')
  await page.getByText('李对接').first().click()
  await expect(box).toHaveValue(/@李对接/)
  await box.press('Control+Enter')
  await expect(page.locator('.lh-mention')).toHaveText('@李对接')
  await expect(page.getByRole('link', { name: 'https://example.org/spec' })).toHaveAttribute('rel', /noopener/)
  await accessible(page)

  // The other one is told, comes by the notice, and answers with a file.
  const other = await another(login)
  await other.goto('/notices')
  await other.getByRole('link', { name: /在“评论平台”的评论中提到您/ }).click()
  await expect(other).toHaveURL(/#comment-/)
  await expect(other.locator('.lh-comment-wanted')).toContainText('请核对接口')
  await other.getByRole('button', { name: '回复', exact: true }).click()
  await expect(other.getByLabel(/^回复 /)).toBeFocused()
  await other.getByLabel(/^回复 /).fill('已核对，见附件。')
  // It is sent while the file is on its way, and waits for it.
  const come = await hold(other, '**/files?name=*')
  await other.locator('.lh-answers input[type=file]').setInputFiles({ name: '核对.txt', mimeType: 'text/plain', buffer: Buffer.from('接口一致') })
  await other.locator('.lh-answers').getByRole('button', { name: '回复', exact: true }).click()
  await expect(other.locator('.lh-answers .ant-btn-primary.ant-btn-loading')).toBeVisible()
  come()
  await expect(other.getByRole('link', { name: '下载 核对.txt' })).toBeVisible()

  // The first sees it without a reload, and has the file.
  const link = page.getByRole('link', { name: '下载 核对.txt' })
  await expect(link).toBeVisible()
  const waiting = page.waitForEvent('download')
  await link.click()
  expect((await waiting).suggestedFilename()).toBe('核对.txt')

  const answer = other.locator('.lh-answers article').first()
  await answer.getByRole('button', { name: '编辑' }).click()
  await other.getByLabel('编辑').fill('已核对，全部一致。')
  await other.getByRole('button', { name: '保存' }).click()
  await other.getByRole('button', { name: /修改过/ }).click()
  await expect(other.getByText('已核对，见附件。')).toBeVisible()
  await other.keyboard.press('Escape')
  await answer.getByRole('button', { name: '删除' }).click()
  await other.getByRole('dialog').getByRole('button', { name: '删除' }).click()
  await expect(page.getByText(/作者已于 .* 删除此评论/)).toBeVisible()
  await expect(link).toBeHidden()
})
