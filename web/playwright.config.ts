import { defineConfig } from '@playwright/test'

/** Browser tests against the real binary with a fresh city; e2e/start.ts starts it. */
export default defineConfig({
  testDir: './e2e',
  globalSetup: './e2e/start.ts',
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  outputDir: './test-results',
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
  projects: [
    { name: 'set-up', testMatch: 'set-up.spec.ts', workers: 1 },
    { name: 'journeys', testIgnore: ['set-up.spec.ts', 'pages.spec.ts'], dependencies: ['set-up'], workers: 1 },
    // Last, so that the pages have something to show.
    { name: 'pages', testMatch: 'pages.spec.ts', dependencies: ['journeys'] },
  ],
})
