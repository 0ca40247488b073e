import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { picture } from './picture'
import { binary } from './start'
import { accessible, address, enter, expect, narrow, organisation, people, send, test } from './support'

const run = promisify(execFile)

/** A capture of jobs of S7 from one host to a controller: libpcap, Ethernet, IPv4, TCP, RFC 1006. */
function capture(jobs: string[], at: Date): Buffer {
  const head = Buffer.alloc(24)
  head.writeUInt32LE(0xa1b2c3d4, 0)
  head.writeUInt16LE(2, 4)
  head.writeUInt16LE(4, 6)
  head.writeUInt32LE(65535, 16)
  head.writeUInt32LE(1, 20)
  const out = [head]
  let sequence = 1000
  jobs.forEach((job, i) => {
    const param = Buffer.from(job, 'hex')
    const s7 = Buffer.concat([Buffer.from([3, 0, 0, 17 + param.length, 2, 0xf0, 0x80, 0x32, 1, 0, 0, 0, i + 1, 0, param.length, 0, 0]), param])
    const tcp = Buffer.alloc(20)
    tcp.writeUInt16BE(40001, 0)
    tcp.writeUInt16BE(102, 2)
    tcp.writeUInt32BE(sequence, 4)
    tcp[12] = 0x50
    tcp[13] = 0x18
    sequence += s7.length
    const ip = Buffer.alloc(20)
    ip[0] = 0x45
    ip.writeUInt16BE(40 + s7.length, 2)
    ip[8] = 64
    ip[9] = 6
    ip.set([10, 0, 0, 9], 12)
    ip.set([10, 0, 0, 1], 16)
    const frame = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0]), ip, tcp, s7])
    const packet = Buffer.alloc(16)
    packet.writeUInt32LE(Math.floor(at.getTime() / 1000) + 20 * i, 0)
    packet.writeUInt32LE(frame.length, 8)
    packet.writeUInt32LE(frame.length, 12)
    out.push(packet, frame)
  })
  return Buffer.concat(out)
}

const stop = '29000000000009505f50524f4752414d'
const download = '1a00010000000000095f3038303030303150'
const start = '28000000000000fd000009505f50524f4752414d'

test('a probe hears a controller being stopped and given a program; the enterprise judges the alerts and makes an incident', async ({ page, signIn, another }) => {
  test.setTimeout(180_000)
  const request = page.request
  await organisation(request, '告警用户企业', [{ login: 'alerts.manager', role: 'manager', name: '安全负责人' }])
  await page.context().clearCookies()
  await enter(request, 'alerts.manager')
  const machine = await send<{ id: string; token: string; url: string; fingerprint: string }>(request, 'POST', '/api/machine/machines', { name: '一号线探针', kind: 'probe' })
  const sensor = await send<{ id: string }>(request, 'POST', '/api/security/sensors', { name: '一号线', machine_id: machine.id, consent: 'none' })
  const dir = await mkdtemp(join(tmpdir(), 'linghang-probe-'))
  try {
    await run(binary(), ['machine', 'enrol', '--url', machine.url, '--token', machine.token, '--ca-sha256', machine.fingerprint, '--dir', join(dir, 'machine')])
    await writeFile(join(dir, 'line.pcap'), capture([stop, download, start], new Date()))
    await writeFile(join(dir, 'probe.yaml'), `machine: ${join(dir, 'machine')}\nspool: ${join(dir, 'spool')}\nread: ${join(dir, 'line.pcap')}\n`)
    const probe = spawn(binary(), ['probe', 'run', '--config', join(dir, 'probe.yaml')], { stdio: 'ignore' })
    try {
      await expect.poll(async () => (await (await request.get(`${address()}/api/security/alerts`)).json() as { total: number }).total, { timeout: 60_000 }).toBeGreaterThanOrEqual(4)
    } finally {
      probe.kill()
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }

  // The list: the gravest first, in words.
  const firm = await another('alerts.manager')
  await firm.goto('/security/alerts?sort=level')
  await expect(firm.getByText('10.0.0.9 停止了控制器 10.0.0.1 的 CPU')).toBeVisible()
  await expect(firm.getByRole('link', { name: 'S7 控制器先停机、再下载、再启动' })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-alerts')
  await narrow(firm)
  await picture(firm, 'security-alerts-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })

  // One alert: why, what to do, by which records.
  await firm.getByRole('link', { name: 'S7 控制器先停机、再下载、再启动' }).click()
  await expect(firm.getByText('与工程师核对变更单')).toBeVisible()
  await expect(firm.getByText('s7comm request_download')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-alert')
  await narrow(firm)
  await picture(firm, 'security-alert-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })
  await firm.getByRole('button', { name: '开始核查' }).click()
  await expect(firm.getByText('核查中').first()).toBeVisible()

  // It becomes an incident, with one of those that are suggested.
  await firm.getByRole('button', { name: '转为安全事件' }).click()
  const form = firm.getByRole('dialog')
  await form.getByRole('checkbox', { name: /S7 控制器被停机/ }).check()
  await form.getByLabel('类别').click()
  await firm.locator('.ant-select-item-option').first().click()
  await accessible(firm)
  await picture(firm, 'security-alert-escalation')
  await form.getByRole('button', { name: '转为安全事件' }).click()
  await expect(firm).toHaveURL(/\/security\/incidents\/\w+/)
  await firm.goto('/security/alerts?state=real')
  await expect(firm.getByRole('link', { name: 'S7 控制器被停机' })).toBeVisible()

  // A false alarm needs a reason; a rule is switched off with one.
  await firm.goto('/security/alerts?level=medium')
  await firm.getByRole('link', { name: 'S7 控制器被启动' }).click()
  await firm.getByRole('button', { name: '处理', exact: true }).click()
  await firm.getByRole('dialog').getByLabel('状态').click()
  await firm.getByTitle('误报').click()
  await firm.getByRole('button', { name: '确定' }).click()
  await expect(firm.getByText('请填写理由')).toBeVisible()
  await firm.getByLabel('理由').fill('检修后启动，有工作票')
  await firm.getByRole('button', { name: '确定' }).click()
  await expect(firm.getByText('检修后启动，有工作票').first()).toBeVisible()
  await firm.goto('/security/detection-rules')
  await expect(firm.getByText('S7 控制器被停机')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-rules')
  await narrow(firm)
  await picture(firm, 'security-rules-phone')

  // The city sees nothing of it without consent, and with it the look stands in the record.
  await signIn('administrator')
  await page.goto('/security/alerts')
  await expect(page.getByText('没有告警')).toBeVisible()
  await enter(request, 'alerts.manager')
  const consent = await request.put(`${address()}/api/security/sensors/${sensor.id}/consent`, { headers: { 'X-Linghang-CSRF': '1', 'If-Match': '"1"' }, data: { consent: 'detail' } })
  expect(consent.ok(), await consent.text()).toBe(true)
  const city = await another(people.administrator, 'en')
  await city.goto('/security/alerts')
  await expect(city.getByRole('link', { name: 'S7 controller stopped, given a program, started' })).toBeVisible()
  await picture(city, 'security-alerts-en')
  await city.getByRole('link', { name: 'S7 controller stopped, given a program, started' }).click()
  await expect(city.getByRole('heading', { level: 1 })).toContainText('S7 controller stopped')
  await accessible(city)
  await picture(city, 'security-alert-en')
  await narrow(city)
  await picture(city, 'security-alert-phone-en')
  await city.goto('/security/detection-rules')
  await expect(city.getByRole('heading', { name: 'Detection rules' })).toBeVisible()
  await narrow(city)
  await picture(city, 'security-rules-phone-en')
  await city.setViewportSize({ width: 1440, height: 900 })
  await picture(city, 'security-rules-en')
  await enter(request, 'alerts.manager')
  expect(await (await request.get(`${address()}/api/security/sensors/${sensor.id}/looks`)).text()).toContain('"what":"alerts"')
})
