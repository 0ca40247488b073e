import { expect, type APIRequestContext } from '@playwright/test'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pcap, type Segment } from './capture'
import { binary } from './start'
import { address, send } from './support'

const run = promisify(execFile)

/** Jobs of S7 from one host to a controller (RFC 1006), one every twenty seconds. */
function s7(jobs: string[]): Segment[] {
  return jobs.map((job, i) => {
    const param = Buffer.from(job, 'hex')
    const payload = Buffer.concat([Buffer.from([3, 0, 0, 17 + param.length, 2, 0xf0, 0x80, 0x32, 1, 0, 0, 0, i + 1, 0, param.length, 0, 0]), param])
    return { from: 9, to: 1, port: 102, payload, after: 20 * i }
  })
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
    await writeFile(join(dir, 'line.pcap'), pcap(s7([stop, download, start]), new Date()))
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
