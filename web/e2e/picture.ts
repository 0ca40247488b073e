import type { Page } from '@playwright/test'

/** A picture of the page, when somebody wants to look at it. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.LINGHANG_PICTURES) await page.screenshot({ path: `${process.env.LINGHANG_PICTURES}/${name}.png`, fullPage: true })
}
