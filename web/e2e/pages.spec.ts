import { accessible, expect, test } from './support'

interface Session {
  nav: { path: string }[]
}

for (const [language, mode, width] of [['zh', 'light', 1440], ['en', 'dark', 1440], ['en', 'light', 390]] as const) {
  test(`every page of the menu is accessible and quiet: ${language}, ${mode}, ${width} px`, async ({ page, signIn }) => {
    test.setTimeout(240_000)
    await signIn('administrator', language)
    await page.emulateMedia({ colorScheme: mode, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 900 })
    const session = (await (await page.request.get('/api/system/session')).json()) as Session
    const paths = [...session.nav.map((item) => item.path), '/profile', '/nowhere', '/platforms?view=map']
    for (const path of paths) {
      await test.step(path, async () => {
        await page.goto(path)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.locator('.ant-spin-spinning, [aria-busy=true]')).toHaveCount(0)
        await accessible(page)
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        expect(wider, 'the page is wider than the window').toBeLessThanOrEqual(0)
      })
    }
  })
}
