import { writeFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { enter, expect, organisation, people, send, test } from './support'

/** The page as paper, when somebody wants to look at it. */
async function paper(page: Page, name: string): Promise<void> {
  if (process.env.LINGHANG_PICTURES) await writeFile(`${process.env.LINGHANG_PICTURES}/${name}.pdf`, await page.pdf({ format: 'A4' }))
}

test('a printed notice that is for few says on each page who printed it, and another does not', async ({ page, signIn }) => {
  const firm = await organisation(page.request, '打印企业', [])
  await enter(page.request, people.administrator)
  const write = (tlp: string) => send<{ id: string }>(page.request, 'POST', '/api/security/notices', {
    kind: 'notice', colour: '', title: `打印 ${tlp}`, body: '控制器的编程端口暴露。\n'.repeat(80), ask: '断开编程端口。', level: 3, category: 'attack', tlp, audience: { all: false, districts: [], organisations: [firm] },
  })
  const marks = { 'red': 'TLP:RED', 'amber+strict': 'TLP:AMBER+STRICT', 'amber': '', 'green': '' }
  await signIn('administrator')
  for (const [tlp, mark] of Object.entries(marks)) {
    const { id } = await write(tlp)
    await page.goto(`/security/notices/${id}`)
    await expect(page.getByRole('heading', { level: 1, name: `打印 ${tlp}` })).toBeVisible()
    const words = page.locator('.lh-watermark')
    await page.emulateMedia({ media: 'print' })
    if (mark) {
      await expect(words).toBeVisible()
      await expect(words).toContainText(`${mark} · 管理员 · 青岛市工业和信息化局 · 20`)
    } else {
      await expect(words).toHaveCount(0)
    }
    await paper(page, `printed-${tlp}`)
    await page.emulateMedia({ media: 'screen' })
    if (mark) await expect(words).toBeHidden()
  }
})
