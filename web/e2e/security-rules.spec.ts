import type { APIRequestContext } from '@playwright/test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { picture } from './picture'
import { enrolled, probing } from './probe'
import { accessible, address, enter, expect, narrow, organisation, people, test } from './support'

/** A sound rule, and one with a modifier that does not exist, on its line 9. */
const rules = `title: 工程师站运行编码的 PowerShell
id: 11111111-1111-4111-8111-111111111111
status: test
author: 某安全研究者
license: DRL-1.1
level: high
tags: [attack.execution, attack.t1059.001]
logsource: {product: windows, category: process_creation}
detection:
  selection:
    Image|endswith: '\\powershell.exe'
    CommandLine|contains: ' -enc'
  condition: selection
---
title: 云上的规则
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: x}
  condition: selection
---
title: 写错的规则
logsource: {product: windows, category: process_creation}
detection:
  selection:
    Image|frobnicate: x
  condition: selection
`

function event(at: Date): string {
  return JSON.stringify({
    '@timestamp': at.toISOString(), message: 'Process Create:', log: { level: 'information' },
    winlog: { event_id: '1', channel: 'Microsoft-Windows-Sysmon/Operational', provider_name: 'Microsoft-Windows-Sysmon', computer_name: 'ews-1', event_data: { Image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', CommandLine: 'powershell -enc AAAA', User: 'PLANT\\li' } },
  })
}

/** Gives the enterprise a probe that reads a log of Windows, and passes on lines as they are written. */
async function probe(request: APIRequestContext, name: string, say: (write: (line: string) => Promise<void>) => Promise<void>): Promise<void> {
  await enrolled(request, name, 'none', async (dir) => {
    const file = join(dir, 'windows.json')
    await writeFile(file, '')
    await probing(dir, `logs:\n  - {format: windows, file: ${file}}`, () => say((line) => writeFile(file, `${line}\n`, { flag: 'a' })))
  })
}

async function total(request: APIRequestContext, path: string): Promise<number> {
  return ((await (await request.get(`${address()}${path}`)).json()) as { total: number }).total
}

test('an enterprise brings rules, sees what is refused, tries them, puts them in use, and an event raises an alert', async ({ page, another }) => {
  test.setTimeout(240_000)
  const request = page.request
  await organisation(request, '自带规则企业', [{ login: 'rules.manager', role: 'manager', name: '安全负责人' }])
  await page.context().clearCookies()
  await enter(request, 'rules.manager')
  const firm = await another('rules.manager')
  await probe(request, '工程师站', async (write) => {
    await write(event(new Date()))
    const sensors = (await (await request.get(`${address()}/api/security/sensors`)).json()) as { items: { id: string }[] }
    await expect.poll(() => total(request, `/api/security/sensors/${sensors.items[0]!.id}/logs`), { timeout: 60_000 }).toBe(1)

    // Nothing is there yet, and the page says what to do.
    await firm.goto('/security/detection-rules')
    await expect(firm.getByText('还没有自带规则')).toBeVisible()
    await picture(firm, 'security-own-rules-empty')
    await firm.getByRole('link', { name: '导入规则' }).click()
    await firm.getByLabel('名称').fill('工程师站规则')
    await firm.locator('input[type=file]').setInputFiles({ name: 'station.yml', mimeType: 'application/yaml', buffer: Buffer.from(rules) })
    await expect(firm.getByText('station.yml:25')).toBeVisible()
    await expect(firm.getByText('不会命中').first()).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-own-rules-findings')
    await narrow(firm)
    await picture(firm, 'security-own-rules-findings-phone')
    await firm.setViewportSize({ width: 1440, height: 900 })
    await firm.getByRole('button', { name: '只导入可用的 2 条' }).click()
    await firm.getByRole('link', { name: '打开规则集' }).click()

    // The trial finds the event that is kept; no alert is raised.
    await firm.getByRole('button', { name: '试运行' }).click()
    await expect(firm.getByText('已检查 1 个事件')).toBeVisible({ timeout: 30_000 })
    await expect(firm.getByText('ews-1 的事件符合规则').first()).toBeVisible()
    expect(await total(request, '/api/security/alerts')).toBe(0)
    await accessible(firm)
    await picture(firm, 'security-own-rules-set')
    await narrow(firm)
    await picture(firm, 'security-own-rules-set-phone')
    await firm.setViewportSize({ width: 1440, height: 900 })

    // In use, the next event is an alert that names the rule and its author.
    await firm.getByRole('button', { name: '全部启用' }).click()
    await firm.getByRole('dialog').getByRole('button', { name: '全部启用' }).click()
    await expect(firm.getByText('启用中').first()).toBeVisible()
    await write(event(new Date()))
    await expect.poll(() => total(request, '/api/security/alerts'), { timeout: 60_000 }).toBe(1)
  })
  await firm.goto('/security/alerts')
  await firm.getByRole('link', { name: '工程师站运行编码的 PowerShell' }).click()
  await expect(firm.getByText('某安全研究者')).toBeVisible()
  await expect(firm.getByText('ews-1 的事件符合规则').first()).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-own-rules-alert')
  await narrow(firm)
  await picture(firm, 'security-own-rules-alert-phone')

  // In English; and nobody else sees the set.
  const english = await another('rules.manager', 'en')
  await english.goto('/security/detection-rules')
  await expect(english.getByRole('link', { name: '工程师站规则' })).toBeVisible()
  await picture(english, 'security-own-rules-en')
  await english.getByRole('link', { name: '工程师站规则' }).click()
  await expect(english.getByText('Events that were looked at: 1')).toBeVisible()
  await picture(english, 'security-own-rules-set-en')
  await narrow(english)
  await picture(english, 'security-own-rules-set-phone-en')
  const city = await another(people.administrator)
  await city.goto('/security/detection-rules')
  await expect(city.getByText('还没有自带规则')).toBeVisible()
})
