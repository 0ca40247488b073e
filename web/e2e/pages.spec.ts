import type { Page, Request } from '@playwright/test'
import { accessible, expect, send, test } from './support'

interface Session {
  nav: { path: string }[]
}

/** Counts the requests of a page that are not answered yet; the stream of notices never is. */
function traffic(page: Page): () => number {
  const open = new Set<Request>()
  page.on('request', (r) => r.url().endsWith('/api/live') || open.add(r))
  page.on('requestfinished', (r) => open.delete(r))
  page.on('requestfailed', (r) => open.delete(r))
  return () => open.size
}

/** Goes to a page as a link does: the document stays. What is left is told by its heading. */
async function follow(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    for (const heading of Array.from(document.querySelectorAll('h1'))) heading.setAttribute('data-left', '')
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)
  await expect(page.locator('h1:not([data-left])')).toBeVisible()
}

/** Says what does not fit: a page wider than the window, and on a telephone a table that scrolls sideways. */
async function fits(page: Page, what: string, narrow: boolean): Promise<void> {
  const [wider, tables] = await page.evaluate(() => [
    document.documentElement.scrollWidth - window.innerWidth,
    Array.from(document.querySelectorAll('.ant-table-content')).filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => `${box.getAttribute('aria-label')}: ${box.scrollWidth} in ${box.clientWidth}`),
  ] as const)
  expect.soft(wider, `${what} is wider than the window`).toBeLessThanOrEqual(0)
  if (narrow) expect.soft(tables, `${what} scrolls sideways`).toEqual([])
}

/** Switches the language by the button, or where a page has none by what it remembers, and returns the other one. */
async function speak(page: Page): Promise<void> {
  const before = await page.locator('html').getAttribute('lang')
  const button = page.getByRole('button', { name: /^(Switch to English|切换到中文)$/ })
  if (await button.isVisible()) await button.click()
  else {
    await page.evaluate((next) => localStorage.setItem('linghang.language', next), before === 'en' ? 'zh' : 'en')
    await page.reload()
  }
  await expect(page.locator('html')).not.toHaveAttribute('lang', before!)
}

/** Pages that no menu names, and parts of pages. */
async function details(page: Page): Promise<string[]> {
  const platforms = (await (await page.request.get('/api/platforms?limit=2')).json()) as { items: { id: string }[] }
  const some = platforms.items[0] ?? (await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '一个平台', en: 'One' }, code: 'one', class: 'industry', district: '370212' }))
  const one = `/platforms/${some.id}`
  const tabs = ['', '?tab=quality', '?tab=availability', '?tab=alerts', '?tab=sources', '?tab=served', '?tab=submissions', '?tab=keys', '?tab=backfill', '?tab=entry'].map((tab) => one + tab)
  const compared = `/platforms/compare?${platforms.items.map((x) => `id=${x.id}`).join('&')}`
  const fostered: string[] = []
  for (const kind of ['calls', 'applications', 'awards']) {
    const list = (await (await page.request.get(`/api/platforms/foster/${kind}?limit=1`)).json()) as { items: { id: string }[] }
    fostered.push(...list.items.map((x) => `/platforms/fostering/${kind}/${x.id}`))
  }
  return ['/profile', '/platforms?view=map', '/identifier/nodes?view=map', '/platforms/rankings?tab=methods', '/platforms/fostering?tab=applications', '/platforms/fostering?tab=awards', compared, ...fostered, ...tabs]
}

// Those of a city do not meet: each has a browser of its own and changes nothing.
test.describe.configure({ mode: 'parallel' })

for (const [mode, width] of [['light', 1440], ['dark', 390]] as const) {
  test(`every page is accessible, quiet and fits, in both languages: ${mode}, ${width} px`, async ({ page, signIn, city }) => {
    test.setTimeout(900_000)
    await signIn('administrator', 'zh')
    await page.emulateMedia({ colorScheme: mode, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 900 })
    const pending = traffic(page)
    const settled = async () => {
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expect.poll(pending, { intervals: [20, 50, 100] }).toBe(0)
      await expect(page.locator('.ant-spin-spinning, [aria-busy=true]')).toHaveCount(0)
    }
    const session = (await (await page.request.get('/api/system/session')).json()) as Session
    const ofSecurity = (path: string) => path.startsWith('/security')
    const menu = session.nav.map((item) => item.path).filter((path) => ofSecurity(path) === (city === 1))
    await page.goto('/')
    for (const path of [...menu, ...(city === 1 ? [] : await details(page)), '/nowhere']) {
      await test.step(path, async () => {
        // Another part of the same page keeps the heading: it is left first.
        if (new URL(page.url()).pathname === path.split('?')[0]) await follow(page, '/nowhere')
        await follow(page, path)
        await settled()
        await accessible(page)
        await fits(page, path, width < 768)
        await speak(page)
        await settled()
        await fits(page, `${path} in the other language`, width < 768)
      })
    }
  })
}
