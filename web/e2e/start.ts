import { request as api, type APIRequestContext } from '@playwright/test'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = fileURLToPath(new URL('..', import.meta.url))
const house = resolve(web, '..')

/** The password of everybody in the tests. */
export const password = 'correct horse battery staple'

/** Who exists after set-up. */
export const people = { administrator: 'administrator', viewer: 'viewer', manager: 'manager' } as const

interface House {
  link: string
  end: () => Promise<void>
}

/** Starts a city for each half of the journeys. A browser sets up the first, and the second is set up here. */
export default async function start(): Promise<() => Promise<void>> {
  const file = binary()
  const houses = await Promise.all([open(file), open(file)])
  process.env.LINGHANG_LINK = houses[0].link
  houses.forEach((house, i) => (process.env[`LINGHANG_URL_${i}`] = new URL(house.link).origin))
  await setUp(houses[1].link)
  return async () => {
    await Promise.all(houses.map((house) => house.end()))
  }
}

/** Starts the binary on a free port with an empty directory. */
async function open(binary: string): Promise<House> {
  const data = mkdtempSync(join(tmpdir(), 'linghang-e2e-'))
  const config = join(data, 'linghang.yaml')
  // A test's own identity provider is on this machine, as is what is probed and read and an upper level of notices, and so may be another house with the usual ports of identifiers.
  const identifier = { doors: [{ name: 'main', handle: '127.0.0.1:0', http: '127.0.0.1:0' }], recursive: '127.0.0.1:0', oids: [{ oid: '1.2.156.9999.1', services: { UINF: 'https://oid.example/', RINF: 'https://oid.example/registration.xml' } }] }
  writeFileSync(config, `export-alone: 30\noidc:\n  allow: ["127.0.0.0/8"]\nplatforms:\n  probe_networks: ["127.0.0.0/8"]\n  pull_networks: ["127.0.0.0/8"]\nsecurity:\n  feed_networks: ["127.0.0.2/32"]\nidentifier: ${JSON.stringify(identifier)}\n`)
  const server = spawn(binary, ['serve', '--config', config, '--data', data, '--http', '127.0.0.1:0', '--tls-listen', '127.0.0.1:0', '--log-level', 'warn'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const link = await new Promise<string>((found, failed) => {
    const look = (chunk: Buffer) => {
      output += chunk.toString()
      const match = /http:\/\/\S+\/set-up\?token=\S+/.exec(output)
      if (match) found(match[0])
    }
    server.stdout.on('data', look)
    server.stderr.on('data', look)
    server.once('exit', (code) => failed(new Error(`the server ended with ${code} before it printed the set-up link:\n${output}`)))
  })
  const end = async () => {
    const ended = new Promise((done) => server.once('exit', done))
    server.kill('SIGTERM')
    await ended
    rmSync(data, { recursive: true, force: true })
  }
  return { link, end }
}

/** Sets a city up as the page of its link does, with a plan's period that has not ended. */
async function setUp(link: string): Promise<void> {
  const { origin, searchParams } = new URL(link)
  const request = await api.newContext({ baseURL: origin, extraHTTPHeaders: { 'X-Linghang-CSRF': '1' } })
  const city = { zh: '青岛', en: 'Qingdao' }
  const bureau = { zh: '青岛市工业和信息化局', en: '' }
  const administrator = { name: '管理员', login: people.administrator, password }
  const answer = await request.post('/api/system/set-up', { data: { link_token: searchParams.get('token'), city, organisation: bureau, administrator } })
  if (!answer.ok()) throw new Error(`set up: ${answer.status()} ${await answer.text()}`)
  await enlist(request)
  await request.dispose()
}

/** Makes those who exist after set-up, as the administrator. */
export async function enlist(request: APIRequestContext): Promise<void> {
  const headers = { 'X-Linghang-CSRF': '1' }
  const made = async (path: string, data: unknown) => {
    const answer = await request.post(path, { data, headers })
    if (!answer.ok()) throw new Error(`POST ${path}: ${answer.status()} ${await answer.text()}`)
    return (await answer.json()) as { id: string }
  }
  const operator = await made('/api/system/organisations', { kind: 'operator', name: { zh: '平台公司', en: 'Operator' } })
  for (const role of ['viewer', 'manager']) {
    await made('/api/system/persons', { login: role, name: role, password, memberships: [{ organisation_id: operator.id, role }] })
  }
}

/** The binary that the caller names, or the one of this tree, built when it is missing. */
export function binary(): string {
  if (process.env.LINGHANG_BINARY) return process.env.LINGHANG_BINARY
  const file = join(house, 'bin', 'linghang')
  if (existsSync(file)) return file
  execFileSync('make', ['build'], { cwd: house, stdio: 'inherit' })
  return file
}
