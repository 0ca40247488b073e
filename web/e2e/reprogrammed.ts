import { expect, type APIRequestContext } from '@playwright/test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pcap, type Segment } from './capture'
import { enrolled, probing } from './probe'
import { address } from './support'

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
  return enrolled(request, name, 'none', async (dir, sensor) => {
    const file = join(dir, 'line.pcap')
    await writeFile(file, pcap(s7([stop, download, start]), new Date()))
    await probing(dir, `read: ${file}`, async () => {
      await expect.poll(async () => (await (await request.get(`${address()}/api/security/alerts`)).json() as { total: number }).total, { timeout: 60_000 }).toBeGreaterThanOrEqual(4)
    })
    return sensor
  })
}
