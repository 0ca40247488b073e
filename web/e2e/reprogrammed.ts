import { expect, type APIRequestContext } from '@playwright/test'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { binary } from './start'
import { address, send } from './support'

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

/** Gives the enterprise of whoever is signed in a probe that hears how a controller is stopped, given a program and started, and waits for its alerts. */
export async function reprogrammed(request: APIRequestContext, name: string): Promise<{ id: string }> {
  const machine = await send<{ id: string; token: string; url: string; fingerprint: string }>(request, 'POST', '/api/machine/machines', { name: `${name}探针`, kind: 'probe' })
  const sensor = await send<{ id: string }>(request, 'POST', '/api/security/sensors', { name, machine_id: machine.id, consent: 'none' })
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
  return sensor
}
