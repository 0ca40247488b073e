import AxeBuilder from '@axe-core/playwright'
import { expect, test as base, type APIRequestContext, type Browser, type BrowserContext, type Page } from '@playwright/test'
import { createHash, createHmac } from 'node:crypto'
import { password, people } from './start'

export { password, people }
type Who = keyof typeof people

/** Opens a browser of its own until the test ends, in which nobody is signed in, or somebody. */
export type Another = (login?: string, language?: 'zh' | 'en') => Promise<Page>

interface Fixtures {
  /** Signs this browser in, as somebody, in a language. */
  signIn: (who: Who, language?: 'zh' | 'en') => Promise<void>
  another: Another
  /** Fails the test when the browser logs an error. */
  quiet: undefined
}

/** What a project says of all its tests. */
export interface Place {
  /** Which of the cities that were started they are in. */
  city: number
}

/** The address of the city that this process tests; a process never runs tests of two projects. */
export function address(): string {
  return process.env.LINGHANG_URL!
}

export const test = base.extend<Fixtures, Place & { placed: undefined }>({
  city: [0, { option: true, scope: 'worker' }],
  placed: [
    async ({ city }, give) => {
      process.env.LINGHANG_URL = process.env[`LINGHANG_URL_${city}`]
      await give(undefined)
    },
    { auto: true, scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern
  baseURL: async ({}, give) => give(address()),
  signIn: async ({ page }, give) => {
    await give(async (who, language = 'zh') => {
      await enter(page.request, people[who])
      await page.addInitScript(speak, language)
    })
  },
  another: async ({ browser }, give) => {
    const opened: BrowserContext[] = []
    await give(async (login, language) => {
      const context = await separate(browser, login, language)
      opened.push(context)
      return context.newPage()
    })
    // One that stays open works on beside the tests that follow.
    await Promise.all(opened.map((context) => context.close()))
  },
  quiet: [
    async ({ page }, give) => {
      const errors: string[] = []
      page.on('console', (m) => m.type() === 'error' && errors.push(m.text()))
      page.on('pageerror', (e) => errors.push(e.message))
      await give(undefined)
      // A refusal that a test provokes is logged by the browser itself.
      const own = errors.filter((e) => !/status of (401|403|404|409|412|422)|ERR_FAILED/.test(e))
      expect(own, 'errors in the console').toEqual([])
    },
    { auto: true },
  ],
})

export { expect }

/** Holds requests back until what is returned is called. */
export async function hold(page: Page, address: string): Promise<() => void> {
  let open: (() => void) | undefined
  const gate = new Promise<void>((done) => { open = done })
  await page.route(address, async (route) => {
    await gate
    await route.continue()
  })
  return () => open?.()
}

/** Signs in by the API. */
export async function enter(request: APIRequestContext, login: string): Promise<void> {
  const answer = await request.post(`${address()}/api/system/sign-in`, { data: { login, password }, headers: { 'X-Linghang-CSRF': '1' } })
  expect(answer.status(), await answer.text()).toBe(200)
}

/** Sends a change by the API as whoever is signed in. */
export async function send<T>(request: APIRequestContext, method: 'POST' | 'PUT' | 'DELETE', path: string, data?: unknown): Promise<T> {
  const answer = await request.fetch(`${address()}${path}`, { method, data, headers: { 'X-Linghang-CSRF': '1' } })
  expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true)
  return (answer.status() === 204 ? undefined : await answer.json()) as T
}

/** Makes an organisation with persons whom no other test knows, as the administrator, and returns its id. */
export async function organisation(request: APIRequestContext, name: string, persons: { login: string; role: string; name: string }[]): Promise<string> {
  await enter(request, people.administrator)
  const { id } = await send<{ id: string }>(request, 'POST', '/api/system/organisations', { kind: 'operator', name: { zh: name, en: '' } })
  for (const { role, ...person } of persons) await send(request, 'POST', '/api/system/persons', { ...person, password, memberships: [{ organisation_id: id, role }] })
  return id
}

/** Speaks a language until somebody chooses another; runs in the browser. */
function speak(language: string): void {
  if (!localStorage.getItem('linghang.language')) localStorage.setItem('linghang.language', language)
}

/** A browser of its own, in which nobody is signed in, or somebody, for several tests: whoever asks closes it. `another` is for one. */
export async function separate(browser: Browser, login = '', language: 'zh' | 'en' = 'zh'): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: address(), locale: 'zh-CN', viewport: { width: 1440, height: 900 } })
  await context.addInitScript(speak, language)
  if (login) await enter(context.request, login)
  return context
}

/** Marks the document, and returns what asks whether it is still the same: a page that moved by itself was not loaded again. */
export async function mark(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => Object.assign(window, { sameDocument: true }))
  return async () => expect(await page.evaluate(() => 'sameDocument' in window), 'the page moved without a reload').toBe(true)
}

/** On a telephone nothing is beside the screen, once the page has followed its width. */
export async function narrow(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 })
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), { message: 'the page is wider than a telephone' }).toBeLessThanOrEqual(0)
}

/**
 * Expects that axe finds no serious or critical fault on the page. No page has frames, so one run within it is enough; to list
 * what passed, too, takes three times as long.
 */
export async function accessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] }).analyze()
  const grave = found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  const told = grave.map((v) => `${v.id}: ${v.help}\n${v.nodes.slice(0, 3).map((n) => `  ${n.html}\n  ${n.failureSummary}`).join('\n')}`)
  // Soft: one run tells the faults of every page that a test visits.
  expect.soft(told, `accessibility of ${page.url()}`).toEqual([])
}

/** Closes dialogs that lie on one another by the keyboard. A drawer that just went takes the key for a moment longer, so it is pressed again, as people do. */
export async function escapes(page: Page, dialogs: number) {
  const open = page.getByRole('dialog')
  for (let left = dialogs - 1; left >= 0; left--) {
    await expect(async () => {
      if ((await open.count()) > left) await page.keyboard.press('Escape')
      await expect(open).toHaveCount(left, { timeout: 3000 })
    }).toPass()
  }
}

/** Sends a signed report, as a platform does. */
export async function report(key: string, secret: string, seq: number, items: { code: string; value: number }[]): Promise<number> {
  const path = '/api/platforms/ingest/v1/reports'
  const now = new Date()
  const body = JSON.stringify({ schema: 1, seq, period: now.toISOString(), sent_at: now.toISOString(), items })
  const ts = Math.floor(now.getTime() / 1000)
  const hash = createHash('sha256').update(body).digest('hex')
  const sig = createHmac('sha256', secret).update(`POST\n${path}\n${ts}\n${seq}\n${hash}`).digest('hex')
  const answer = await fetch(address() + path, {
    method: 'POST', body, headers: { 'Content-Type': 'application/json', Authorization: `LH-HMAC-SHA256 key=${key}, ts=${ts}, seq=${seq}, sig=${sig}` },
  })
  return answer.status
}

/** A unified social credit code with its check character (GB 32100-2015), that no other run has. */
export function creditCode(): string {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  const body = `91370200${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`
  let sum = 0
  let weight = 1
  for (const c of body) {
    sum += alphabet.indexOf(c) * weight
    weight = (weight * 3) % 31
  }
  return body + alphabet[(31 - (sum % 31)) % 31]
}
