import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = fileURLToPath(new URL('..', import.meta.url))
const house = resolve(web, '..')

/** Starts the binary on a free port with an empty directory, and ends it after the tests. */
export default async function start(): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), 'linghang-e2e-'))
  const config = join(data, 'linghang.yaml')
  // A test's own identity provider is on this machine, and so may be another house with the usual ports of identifiers.
  const identifier = { doors: [{ name: 'main', handle: '127.0.0.1:0', http: '127.0.0.1:0' }], recursive: '127.0.0.1:0' }
  writeFileSync(config, `oidc:\n  allow: ["127.0.0.0/8"]\nidentifier: ${JSON.stringify(identifier)}\n`)
  const server = spawn(binary(), ['serve', '--config', config, '--data', data, '--http', '127.0.0.1:0', '--tls-listen', '127.0.0.1:0', '--log-level', 'warn'], { stdio: ['ignore', 'pipe', 'pipe'] })
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
  process.env.LINGHANG_LINK = link
  process.env.LINGHANG_URL = new URL(link).origin
  return async () => {
    const ended = new Promise((done) => server.once('exit', done))
    server.kill('SIGTERM')
    await ended
    rmSync(data, { recursive: true, force: true })
  }
}

/** The binary that the caller names, or the one of this tree, built when it is missing. */
function binary(): string {
  if (process.env.LINGHANG_BINARY) return process.env.LINGHANG_BINARY
  const file = join(house, 'bin', 'linghang')
  if (existsSync(file)) return file
  execFileSync('make', ['build'], { cwd: house, stdio: 'inherit' })
  return file
}
