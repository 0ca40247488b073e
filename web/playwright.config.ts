import { defineConfig } from '@playwright/test'
import type { Place } from './e2e/support'

// Who somebody is, how they come in, what brings its own, and security: these need nothing of the other rooms, and have a city of their own.
const accounts = ['columns', 'comparison', 'entrance', 'exports', 'machines', 'membership', 'personal', 'plan', 'programs', 'providers', 'remarks', 'services', 'sharing', 'sign-in'].map((name) => `**/${name}.spec.ts`)
const security = '**/security-*.spec.ts'

/** Browser tests against the real binary with fresh cities; e2e/start.ts starts them. */
export default defineConfig<object, Place>({
  testDir: './e2e',
  globalSetup: './e2e/start.ts',
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['./e2e/failures.ts']],
  outputDir: './test-results',
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    // A trace of every step takes as long again as the step; a picture of what failed costs nothing until then.
    trace: process.env.LINGHANG_TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
  projects: [
    { name: 'set-up', testMatch: 'set-up.spec.ts', workers: 1 },
    // One after the other in each city, and both cities side by side.
    { name: 'accounts', testMatch: [...accounts, security], dependencies: ['set-up'], workers: 1, use: { city: 1 } },
    { name: 'journeys', testIgnore: ['set-up.spec.ts', 'pages.spec.ts', ...accounts, security], dependencies: ['set-up'], workers: 1 },
    // Last, so that the pages have something to show: those of security where its journeys were.
    { name: 'pages-of-security', testMatch: 'pages.spec.ts', dependencies: ['accounts'], use: { city: 1 } },
    { name: 'pages', testMatch: 'pages.spec.ts', dependencies: ['journeys', 'accounts'] },
  ],
})
