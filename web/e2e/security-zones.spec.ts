import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hear, readRegisters, writeRegister } from './capture'
import { picture } from './picture'
import { binary } from './start'
import { accessible, address, enter, expect, narrow, organisation, people, send, test } from './support'

const run = promisify(execFile)

test('zones stand beside what was seen; conduits are taken over and enforced, and a command between zones is an alert', async ({ page, another }) => {
  test.setTimeout(240_000)
  const request = page.request
  const firmID = await organisation(request, '分区用户企业', [{ login: 'zone.manager', role: 'manager', name: '安全负责人' }])
  await page.context().clearCookies()
  await enter(request, 'zone.manager')
  const firm = await another('zone.manager')
  await firm.goto('/security/zones')
  await expect(firm.getByText('资产还没有区域')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-zones-empty')
  const machine = await send<{ id: string; token: string; url: string; fingerprint: string }>(request, 'POST', '/api/machine/machines', { name: '分区探针', kind: 'probe' })
  await send(request, 'POST', '/api/security/sensors', { name: '分区探针', machine_id: machine.id, consent: 'detail' })
  const facts = { role: 'plc', vendor: '', product: '', model: '', order_number: '', firmware: '', serial: '', criticality: 2, reach: 'internal', responsible: '', site: '', note: '' }
  for (const [name, host, zone, level] of [['主控 PLC', 1, '控制区', 2], ['备用 PLC', 2, '控制区', 2], ['报表主机', 9, '办公区', 1], ['工程师站', 8, '运维区', 2]] as const) {
    await send(request, 'POST', '/api/security/assets', { ...facts, name, addresses: [{ ip: `10.0.0.${host}` }], zone, zone_level: level })
  }
  const dir = await mkdtemp(join(tmpdir(), 'linghang-probe-'))
  try {
    await run(binary(), ['machine', 'enrol', '--url', machine.url, '--token', machine.token, '--ca-sha256', machine.fingerprint, '--dir', join(dir, 'machine')])
    await hear(dir, 'before', [{ from: 9, to: 1, unit: 1, pdu: readRegisters }, { from: 8, to: 1, unit: 1, pdu: writeRegister }, { from: 1, to: 2, unit: 1, pdu: readRegisters }, { from: 77, to: 1, unit: 1, pdu: readRegisters }])
    const flows = async () => (await (await request.get(`${address()}/api/security/zones`)).json() as { flows: unknown[] }).flows.length
    await expect.poll(flows, { timeout: 60_000 }).toBe(4)

    // A conduit is declared; what passes beside it is taken over.
    await firm.reload()
    await firm.getByRole('button', { name: '声明导管' }).click()
    const drawer = firm.getByRole('dialog')
    await drawer.getByLabel('请求方区域').click()
    await firm.getByTitle('办公区', { exact: true }).click()
    await drawer.getByLabel('响应方区域').click()
    await firm.locator('.ant-select-dropdown:visible').getByTitle('控制区', { exact: true }).click()
    await accessible(firm)
    await drawer.getByRole('button', { name: '保存' }).click()
    await expect(firm.getByRole('button', { name: '办公区 → 控制区：已声明' })).toBeVisible()
    await expect(firm.getByRole('button', { name: '无区域 → 控制区：无法判断' })).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-zones')
    await firm.getByRole('button', { name: '运维区 → 控制区：未声明' }).click()
    await expect(firm.getByRole('dialog').getByText('工程师站')).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-zones-cell')
    await firm.getByRole('button', { name: '纳入为导管' }).click()
    const ask = firm.getByRole('dialog', { name: '把探针所见纳入为导管？' })
    await ask.getByRole('checkbox').check()
    await accessible(firm)
    await ask.getByRole('button', { name: '纳入为导管' }).click()
    await expect(firm.getByRole('dialog').getByText('探针看到了通信，导管允许它')).toBeVisible()
    await firm.keyboard.press('Escape')
    await firm.getByRole('tab', { name: '导管 (2)' }).click()
    await expect(firm.getByRole('cell', { name: '读取和命令' })).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-zones-conduits')

    // Once enforced, a command through the conduit for reading is an alert.
    await firm.getByRole('button', { name: '开始执行' }).click()
    await firm.getByRole('dialog').getByLabel('理由').fill('与网络图核对')
    await firm.getByRole('dialog').getByRole('button', { name: '开始执行' }).click()
    await expect(firm.getByText('执行中', { exact: true })).toBeVisible()
    await hear(dir, 'after', [{ from: 9, to: 1, unit: 1, pdu: writeRegister }, { from: 8, to: 2, unit: 1, pdu: writeRegister }])
    const alerts = async () => (await (await request.get(`${address()}/api/security/alerts?client_zone=${encodeURIComponent('办公区')}&q=${encodeURIComponent('导管')}`)).json() as { total: number }).total
    await expect.poll(alerts, { timeout: 60_000 }).toBe(1)
    await firm.goto('/security/zones')
    await firm.getByRole('button', { name: '办公区 → 控制区：超出只读' }).click()
    await firm.getByRole('link', { name: '查看相关告警' }).click()
    await firm.getByRole('link', { name: '命令经过只读导管' }).click()
    await expect(firm.getByText('办公区', { exact: true })).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-zones-alert')
    await firm.goto('/security/zones')
    await narrow(firm)
    await expect(firm.getByRole('button', { name: '办公区 → 控制区：超出只读' })).toBeVisible()
    await picture(firm, 'security-zones-phone')
    await firm.getByRole('button', { name: '办公区 → 控制区：超出只读' }).click()
    await expect(firm.getByRole('dialog').getByText('报表主机')).toBeVisible()
    await picture(firm, 'security-zones-cell-phone')
    await firm.goto('/security/zones?tab=conduits')
    await expect(firm.getByRole('cell', { name: '办公区' })).toBeVisible()
    await narrow(firm)
    await accessible(firm)
    await picture(firm, 'security-zones-conduits-phone')
    await firm.setViewportSize({ width: 1440, height: 900 })

    // The city sees it, in English, once the assets are open to it.
    await send(request, 'POST', '/api/security/inventory/consent', { purpose: '应急处置' })
    const city = await another(people.administrator, 'en')
    await city.goto('/security/zones')
    await expect(city.getByRole('link', { name: '分区用户企业' })).toBeVisible()
    await accessible(city)
    await picture(city, 'security-zones-city-en')
    await city.getByRole('link', { name: '分区用户企业' }).click()
    await expect(city.getByRole('button', { name: '办公区 → 控制区: More than reading' })).toBeVisible()
    await expect(city.getByRole('button', { name: 'Stop enforcing' })).toHaveCount(0)
    await accessible(city)
    await picture(city, 'security-zones-en')
    await narrow(city)
    await picture(city, 'security-zones-phone-en')
    expect(city.url()).toContain(firmID)
    expect(await (await request.get(`${address()}/api/security/inventory/accesses`)).text()).toContain('"way":"zones"')
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
