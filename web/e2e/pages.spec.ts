import { accessible, expect, send, test } from './support'

interface Session {
  nav: { path: string }[]
}

// Axe takes long and knows no language: once in each mode is enough.
for (const [language, mode, width, axe] of [['zh', 'light', 1440, true], ['en', 'dark', 390, true], ['en', 'light', 1440, false]] as const) {
  test(`every page is accessible, quiet and fits: ${language}, ${mode}, ${width} px`, async ({ page, signIn }) => {
    test.setTimeout(900_000)
    await signIn('administrator', language)
    await page.emulateMedia({ colorScheme: mode, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 900 })
    const session = (await (await page.request.get('/api/system/session')).json()) as Session
    const platforms = (await (await page.request.get('/api/platforms?limit=1')).json()) as { items: { id: string }[] }
    const some = platforms.items[0] ?? (await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '一个平台', en: 'One' }, code: 'one', class: 'industry', district: '370212' }))
    const one = `/platforms/${some.id}`
    const tabs = ['', '?tab=submissions', '?tab=keys', '?tab=backfill', '?tab=entry'].map((tab) => one + tab)
    const paths = [...session.nav.map((item) => item.path), '/profile', '/nowhere', '/platforms?view=map', ...tabs]
    for (const path of paths) {
      await test.step(path, async () => {
        await page.goto(path)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.locator('.ant-spin-spinning, [aria-busy=true]')).toHaveCount(0)
        if (axe) await accessible(page)
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        expect.soft(wider, `${path} is wider than the window`).toBeLessThanOrEqual(0)
      })
    }
  })
}
