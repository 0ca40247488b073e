import type { APIRequestContext } from '@playwright/test'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { binary } from './start'
import { send } from './support'

const run = promisify(execFile)

/** Gives the enterprise of whoever is signed in a sensor, whose machine is enrolled in a folder for as long as work goes on. */
export async function enrolled<T>(request: APIRequestContext, name: string, consent: 'none' | 'figures' | 'detail', work: (dir: string, sensor: { id: string }) => Promise<T>): Promise<T> {
  const machine = await send<{ id: string; token: string; url: string; fingerprint: string }>(request, 'POST', '/api/machine/machines', { name: `${name}探针`, kind: 'probe' })
  const sensor = await send<{ id: string }>(request, 'POST', '/api/security/sensors', { name, machine_id: machine.id, consent })
  const dir = await mkdtemp(join(tmpdir(), 'linghang-probe-'))
  try {
    await run(binary(), ['machine', 'enrol', '--url', machine.url, '--token', machine.token, '--ca-sha256', machine.fingerprint, '--dir', join(dir, 'machine')])
    return await work(dir, sensor)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Runs the probe of a machine that was enrolled in a folder for as long as work goes on; source is what it reads, in YAML. */
export async function probing<T>(dir: string, source: string, work: () => Promise<T>): Promise<T> {
  await writeFile(join(dir, 'probe.yaml'), `machine: ${join(dir, 'machine')}\nspool: ${join(dir, 'spool')}\n${source}\n`)
  const probe = spawn(binary(), ['probe', 'run', '--config', join(dir, 'probe.yaml')], { stdio: 'ignore' })
  try {
    return await work()
  } finally {
    probe.kill()
  }
}
