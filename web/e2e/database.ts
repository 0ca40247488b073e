import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from './support'

/** A MariaDB of a platform, on a free port, with a database `figures`. */
export interface Database { port: number; run: (statements: string) => void; end: () => Promise<void> }

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

export async function mariaDB(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'linghang-mariadb-'))
  const data = join(directory, 'data')
  const socket = join(directory, 'socket')
  const as = process.getuid?.() === 0 ? ['--user=mysql'] : []
  if (as.length > 0) execFileSync('chown', ['mysql', directory])
  execFileSync('mariadb-install-db', ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db', `--datadir=${data}`, ...as], { stdio: 'ignore' })
  const port = await freePort()
  const server = spawn('/usr/sbin/mariadbd', ['--no-defaults', `--datadir=${data}`, '--bind-address=127.0.0.1', `--port=${port}`, `--socket=${socket}`, `--pid-file=${join(directory, 'running.pid')}`, '--skip-log-bin', '--innodb-buffer-pool-size=32M', ...as], { stdio: 'ignore' })
  const ended = new Promise((done) => server.once('exit', done))
  const run = (statements: string) => void execFileSync('mariadb', ['--no-defaults', '--default-character-set=utf8mb4', '-u', 'root', '-S', socket, '-e', statements], { stdio: 'pipe' })
  await expect.poll(() => { try { run('SELECT 1'); return true } catch { return false } }, { timeout: 60_000 }).toBe(true)
  run('CREATE DATABASE figures CHARACTER SET utf8mb4')
  const end = async () => {
    server.kill('SIGTERM')
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
  return { port, run, end }
}
