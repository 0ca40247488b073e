import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { picture } from './picture'
import { accessible, expect, narrow, organisation, people, test } from './support'

const run = promisify(execFile)
const binary = process.env.LINGHANG_BINARY ?? resolve(fileURLToPath(new URL('../..', import.meta.url)), 'bin', 'linghang')

/** A capture that a test writes: pcap of Ethernet with IPv4 and TCP, an hour that ends now. */
class Tape {
  private parts: Buffer[] = []
  private seq = new Map<string, number>()
  private at = Date.now() - 3_600_000

  constructor() {
    const head = Buffer.alloc(24)
    head.writeUInt32LE(0xa1b2c3d4)
    head.writeUInt16LE(2, 4)
    head.writeUInt16LE(4, 6)
    head.writeUInt32LE(65_535, 16)
    head.writeUInt32LE(1, 20)
    this.parts.push(head)
  }

  wait(ms: number) {
    this.at += ms
  }

  /** A segment in the middle of a session between two hosts, each the end of its addresses and a port. */
  tcp(from: [number, number], to: [number, number], payload: Buffer) {
    const key = `${from.join()} ${to.join()}`
    const seq = this.seq.get(key) ?? 1000
    this.seq.set(key, seq + payload.length)
    const frame = Buffer.alloc(54 + payload.length)
    frame.set([2, 0, 0, 0, 0, to[0], 2, 0, 0, 0, 0, from[0], 8, 0, 0x45, 0])
    frame.writeUInt16BE(40 + payload.length, 16)
    frame.set([0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, from[0], 10, 0, 0, to[0]], 18)
    frame.writeUInt16BE(from[1], 34)
    frame.writeUInt16BE(to[1], 36)
    frame.writeUInt32BE(seq, 38)
    frame.set([0x50, 0x18, 0x10, 0], 46)
    frame.set(payload, 54)
    const head = Buffer.alloc(16)
    head.writeUInt32LE(Math.floor(this.at / 1000))
    head.writeUInt32LE((this.at % 1000) * 1000, 4)
    head.writeUInt32LE(frame.length, 8)
    head.writeUInt32LE(frame.length, 12)
    this.parts.push(head, frame)
    this.at += 20
  }

  octets() {
    return Buffer.concat(this.parts)
  }
}

const modbus = (transaction: number, ...pdu: number[]) => Buffer.from([transaction >> 8, transaction & 255, 0, 0, 0, pdu.length + 1, 1, ...pdu])

/** A plant of synthetic traffic: stations poll controllers for an hour, an engineer writes now and then, one fails, a controller says who it is. */
function plant(): Buffer {
  const tape = new Tape()
  const object = (id: number, text: string) => [id, text.length, ...Buffer.from(text)]
  const said = [...object(0, 'Example Drives'), ...object(1, 'PLC-7'), ...object(2, 'v2.1')]
  tape.tcp([1, 40_001], [11, 502], modbus(1, 0x2b, 0x0e, 1, 0))
  tape.tcp([11, 502], [1, 40_001], modbus(1, 0x2b, 0x0e, 1, 1, 0, 0, 3, ...said))
  for (let i = 0; i < 350; i++) {
    for (const [station, controller] of [[1, 11], [1, 12], [2, 13], [2, 14]] as const) {
      tape.tcp([station, 40_000 + controller], [controller, 502], modbus(i + 2, 3, 0, 0, 0, 2))
      tape.tcp([controller, 502], [station, 40_000 + controller], modbus(i + 2, 3, 4, 0, 1, 0, 2))
    }
    if (i % 40 === 3) {
      tape.tcp([3, 40_003], [11, 502], modbus(i, 6, 0, 4, 0, i & 255))
      tape.tcp([11, 502], [3, 40_003], modbus(i, 6, 0, 4, 0, i & 255))
    }
    if (i === 200) {
      tape.tcp([3, 40_004], [14, 502], modbus(i, 5, 0, 9, 0xff, 0))
      tape.tcp([14, 502], [3, 40_004], modbus(i, 0x85, 2))
    }
    tape.wait(10_000)
  }
  return tape.octets()
}

/** A line of EVE as Suricata writes it. */
const alert = (i: number) => JSON.stringify({ timestamp: `2026-03-01T08:00:0${i}.000000+0000`, event_type: 'alert', src_ip: '10.0.0.3', src_port: 40_003, dest_ip: '10.0.0.11', dest_port: 502, proto: 'TCP', app_proto: 'modbus', alert: { action: 'allowed', gid: 1, signature_id: 2_250_009, rev: 1, signature: 'Write to a controller', category: 'Policy', severity: 1 } })

test('a sensor is registered in the page, the real probe sends what it hears, and the enterprise says what the city sees', async ({ page, another }) => {
  test.setTimeout(240_000)
  await organisation(page.request, '监测用户企业', [{ login: 'sensor.manager', role: 'manager', name: '监测管理员' }])
  const place = await mkdtemp(join(tmpdir(), 'linghang-sensor-'))
  try {
    const firm = await another('sensor.manager')
    await firm.goto('/security/sensors')
    await expect(firm.getByText('还没有监测探针')).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-sensors-empty')
    await firm.getByRole('link', { name: '登记探针' }).first().click()
    await firm.getByRole('button', { name: '登记', exact: true }).click()
    await expect(firm.getByText('请填写名称')).toBeVisible()
    await firm.getByLabel('名称', { exact: true }).fill('一号车间镜像口')
    await firm.getByLabel('位置', { exact: true }).fill('一号车间核心交换机')
    await accessible(firm)
    await picture(firm, 'security-sensor-form')
    await firm.getByRole('button', { name: '登记', exact: true }).click()
    await expect(firm.getByText('令牌只显示这一次')).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-sensor-commands')

    // The commands of the page are what is run, with directories of the test.
    const command = (await firm.getByRole('region', { name: '1. 在探针机器上取得证书' }).innerText()).trim().split(' ')
    expect(command.slice(0, 3)).toEqual(['linghang', 'machine', 'enrol'])
    const machine = join(place, 'machine')
    await run(binary, [...command.slice(1, -1), machine])
    const config = (await firm.getByRole('region', { name: '2. 写入配置文件 probe.yaml' }).innerText()).trim()
    await writeFile(join(place, 'plant.pcap'), plant())
    await writeFile(join(place, 'probe.yaml'), config.replace(/machine: .*/, `machine: ${machine}`).replace(/spool: .*/, `spool: ${join(place, 'spool')}`).replace('interface: eth1', 'read: plant.pcap'))
    await run(binary, ['probe', 'check', '--config', join(place, 'probe.yaml')])
    await run(binary, ['probe', 'run', '--config', join(place, 'probe.yaml')], { timeout: 60_000 })

    await expect(firm.getByText('正常', { exact: true })).toBeVisible()
    await firm.getByRole('link', { name: '打开探针页面' }).click()
    await expect(firm.getByRole('heading', { name: '一号车间镜像口' })).toBeVisible()
    await expect(firm.getByText('plant.pcap · 回放文件')).toBeVisible()
    await expect(firm.getByText('无缺失')).toHaveCount(2)
    await accessible(firm)
    await picture(firm, 'security-sensor')
    await narrow(firm)
    await picture(firm, 'security-sensor-phone')
    await firm.setViewportSize({ width: 1440, height: 900 })

    await firm.getByRole('tab', { name: '流量' }).click()
    await firm.getByText('1 小时', { exact: true }).click()
    await firm.getByText('按类别', { exact: true }).click()
    await expect(firm.getByRole('row', { name: /写入 10 10 1/ })).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-sensor-traffic')

    await firm.getByRole('tab', { name: '通信图' }).click()
    await expect(firm.getByText('7 个地址 · 6 条连线')).toBeVisible()
    await firm.getByRole('button', { name: '10.0.0.3', exact: true }).click()
    await expect(firm.getByText('请求', { exact: true })).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-sensor-network')
    await narrow(firm)
    await picture(firm, 'security-sensor-network-phone')
    await firm.setViewportSize({ width: 1440, height: 900 })

    await firm.getByRole('link', { name: '查看会话' }).click()
    await expect(firm.getByRole('row', { name: /10\.0\.0\.3 10\.0\.0\.11:502.*写入/ })).toBeVisible()
    await expect(firm.getByText('10.0.0.13:502')).toHaveCount(0)
    await accessible(firm)
    await picture(firm, 'security-sensor-pairs')
    await firm.getByRole('row', { name: /10\.0\.0\.11:502.*写入/ }).getByRole('link', { name: '记录' }).click()
    await expect(firm.getByText('write_single_register').first()).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-sensor-records')
    await firm.getByRole('row', { name: /write_single_register/ }).first().getByRole('button').click()
    await expect(firm.getByRole('dialog').getByRole('columnheader', { name: '值（十六进制）' })).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-sensor-record')
    await firm.keyboard.press('Escape')
    await firm.getByRole('tab', { name: '设备', exact: true }).click()
    await expect(firm.getByText('Example Drives PLC-7')).toBeVisible()
    await picture(firm, 'security-sensor-devices')
    await firm.getByRole('tab', { name: '设备自述' }).click()
    await expect(firm.getByText('Example Drives').first()).toBeVisible()
    await accessible(firm)

    // What is on the wire and not declared leads back to who speaks with it.
    await firm.goto('/security/assets/inventory?tab=comparison')
    await expect(firm.getByText('Example Drives · PLC-7')).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-assets-comparison')
    await narrow(firm)
    await picture(firm, 'security-assets-comparison-phone')
    await firm.setViewportSize({ width: 1440, height: 900 })
    await firm.getByRole('row', { name: /PLC-7/ }).getByRole('link', { name: /会话/ }).click()
    await expect(firm.getByRole('heading', { name: '一号车间镜像口' })).toBeVisible()

    // Logs of another sensor come by the same machine, beside nothing else to listen to.
    await writeFile(join(place, 'eve.json'), [...Array.from({ length: 3 }, (_, i) => alert(i)), '{"timestamp":"2026-03-01T08:00:00.000000+0000","event_type":"flow"}', 'nonsense', ''].join('\n'))
    await writeFile(join(place, 'logs.yaml'), `machine: ${machine}\nspool: ${join(place, 'spool')}\nlogs:\n  - format: eve\n    file: eve.json\n`)
    const following = spawn(binary, ['probe', 'run', '--config', join(place, 'logs.yaml')], { stdio: 'ignore' })
    try {
      await firm.getByRole('tab', { name: '其他日志' }).click()
      await expect(firm.getByText('Write to a controller').first()).toBeVisible()
    } finally {
      const ended = new Promise((done) => following.once('exit', done))
      following.kill('SIGTERM')
      await ended
    }
    // The same three times within ten seconds is one line that says so.
    await expect(firm.getByText('Write to a controller')).toHaveCount(1)
    await expect(firm.getByText('1:2250009 · Policy · 又 2 次')).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-sensor-logs')
    await firm.getByRole('row', { name: /Write to a controller/ }).first().getByRole('button').click()
    await expect(firm.getByRole('dialog').getByText(/字节起/)).toBeVisible()
    await expect(firm.getByRole('dialog').getByText(/又出现 2 次，最后 /)).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-sensor-log')
    await firm.getByRole('dialog').getByRole('link', { name: '1:2250009' }).click()
    await firm.getByRole('tab', { name: '运行' }).click()
    await expect(firm.getByRole('row', { name: /eve\.json.* 5 3 读不懂 1/ })).toBeVisible()
    await picture(firm, 'security-sensor-feeds')

    // The city sees figures and no detail, until the enterprise says otherwise, and the enterprise reads who looked.
    const city = await another(people.administrator)
    await city.goto('/security/sensors')
    await city.getByRole('link', { name: '一号车间镜像口' }).click()
    await expect(city.getByText('无缺失').first()).toBeVisible()
    await city.getByRole('tab', { name: '记录' }).click()
    await expect(city.getByText('企业只开放数字，未开放明细')).toBeVisible()
    await firm.getByRole('tab', { name: '授权与查阅' }).click()
    await expect(firm.getByText('还没有人查阅')).toBeVisible()
    await firm.getByRole('radio', { name: /可看明细/ }).check()
    await firm.getByRole('button', { name: '更改' }).click()
    await firm.getByRole('dialog').getByRole('button', { name: '更改' }).click()
    await expect(firm.getByText('已更改')).toBeVisible()
    await expect(city.getByText('write_single_register').first()).toBeVisible()
    await firm.reload()
    await expect(firm.getByRole('row', { name: /管理员.*记录/ })).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-sensor-consent')

    await firm.goto('/security/sensors')
    await expect(firm.getByRole('row', { name: /一号车间镜像口/ })).toContainText('可看明细')
    await accessible(firm)
    await picture(firm, 'security-sensors')
    await narrow(firm)
    await picture(firm, 'security-sensors-phone')
    await firm.setViewportSize({ width: 1440, height: 900 })
    await firm.getByRole('link', { name: '一号车间镜像口' }).click()
    await firm.getByRole('button', { name: '停用' }).click()
    await firm.getByRole('dialog').getByRole('button', { name: '停用' }).click()
    await expect(firm.getByText(/不再接收数据/)).toBeVisible()
    const english = await another(people.administrator, 'en')
    await english.goto('/security/sensors?state=retired')
    await english.getByRole('link', { name: '一号车间镜像口' }).click()
    const told = {
      Health: 'Packets seen', Traffic: 'Requests', Conversations: '10.0.0.13:502', Picture: '7 addresses · 6 lines', Records: 'write_single_register', Devices: 'Example Drives PLC-7',
      'What devices said': 'Example Drives', 'Other logs': 'Write to a controller', 'Consent and looks': 'Looks of the city',
    }
    for (const [tab, text] of Object.entries(told)) {
      await english.getByRole('tab', { name: tab, exact: true }).click()
      await expect(english.getByRole('tabpanel').getByText(text).first()).toBeVisible()
      const name = `security-sensor-${tab.toLowerCase().replaceAll(' ', '-')}`
      await picture(english, `${name}-en`)
      await narrow(english)
      await picture(english, `${name}-phone-en`)
      await english.setViewportSize({ width: 1440, height: 900 })
    }
    await firm.goto('/security/sensors?state=retired')
    await expect(firm.getByRole('link', { name: '一号车间镜像口' })).toBeVisible()
  } finally {
    await rm(place, { recursive: true, force: true })
  }
})
