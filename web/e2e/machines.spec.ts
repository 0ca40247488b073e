import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { accessible, enter, expect, mark, organisation, test } from './support'
import { picture } from './picture'

const run = promisify(execFile)

/** A machine of somebody else's: it speaks EST (RFC 7030) with openssl and curl, and knows what somebody typed into it. */
class Machine {
  private constructor(private place: string, private url: string) {}

  static async at(url: string): Promise<Machine> {
    return new Machine(await mkdtemp(join(tmpdir(), 'linghang-machine-')), url)
  }

  remove(): Promise<void> {
    return rm(this.place, { recursive: true, force: true })
  }

  private async openssl(...args: string[]): Promise<void> {
    await run('openssl', args, { cwd: this.place })
  }

  /** Asks, and returns the status and the body. */
  private async curl(path: string, ...args: string[]): Promise<[number, string]> {
    const { stdout } = await run('curl', ['--silent', '--show-error', '--max-time', '20', '--write-out', '\n%{http_code}', ...args, this.url + path], { cwd: this.place })
    const end = stdout.lastIndexOf('\n')
    return [Number(stdout.slice(end + 1)), stdout.slice(0, end)]
  }

  /** Puts the certificates of an answer into a file. */
  private async keep(answer: string, file: string): Promise<void> {
    await writeFile(join(this.place, `${file}.p7`), Buffer.from(answer, 'base64'))
    await this.openssl('pkcs7', '-inform', 'DER', '-in', `${file}.p7`, '-print_certs', '-out', file)
  }

  /** Trusts the city's authority, when it is the one of the fingerprint. */
  async trust(fingerprint: string): Promise<void> {
    const [status, answer] = await this.curl('/.well-known/est/cacerts', '--insecure')
    expect(status).toBe(200)
    await this.keep(answer, 'ca.pem')
    const authority = new X509Certificate(await readFile(join(this.place, 'ca.pem')))
    expect(authority.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(fingerprint)
  }

  /** Makes a key and asks for its certificate; returns the status of the answer. */
  async enrol(token: string): Promise<number> {
    await this.openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'next.pem', '-subj', '/', '-outform', 'DER', '-out', 'request.der')
    await writeFile(join(this.place, 'request.txt'), (await readFile(join(this.place, 'request.der'))).toString('base64'))
    const [status, answer] = await this.curl('/.well-known/est/simpleenroll', '--cacert', 'ca.pem', '--user', `:${token}`, '--header', 'Content-Type: application/pkcs10', '--data-binary', '@request.txt')
    if (status === 200) {
      await this.keep(answer, 'cert.pem')
      await rename(join(this.place, 'next.pem'), join(this.place, 'key.pem'))
    }
    return status
  }

  /** Asks the city how it is, showing its certificate. */
  self(): Promise<[number, string]> {
    return this.curl('/api/machine/self', '--cacert', 'ca.pem', '--cert', 'cert.pem', '--key', 'key.pem')
  }
}

test('a machine is added, enrols by its token, is seen on the page, and is revoked', async ({ page }) => {
  test.setTimeout(180_000)
  await organisation(page.request, '机器测试公司', [{ login: 'machine.manager', role: 'manager', name: '张经理' }])
  await page.context().clearCookies()
  await enter(page.request, 'machine.manager')
  await page.goto('/machines')
  await expect(page.getByText('还没有登记机器')).toBeVisible()
  await page.getByRole('button', { name: '登记机器' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('button', { name: '登记并签发令牌' }).click()
  await expect(form.getByText('请填写名称')).toBeVisible()
  await form.getByLabel('名称', { exact: true }).fill('一号车间网关')
  await form.getByLabel('备注').fill('配电房东侧')
  await accessible(page)
  await picture(page, 'machine-form')
  await form.getByRole('button', { name: '登记并签发令牌' }).click()
  await expect(form.getByText('令牌只显示这一次')).toBeVisible()
  await accessible(page)
  await picture(page, 'machine-token')
  const shown = async (name: string) => (await form.getByRole('region', { name, exact: true }).innerText()).trim()
  const [token, fingerprint, command] = [await shown('登记令牌'), await shown('城市证书机构的 SHA-256 指纹'), await shown('在机器上运行')]
  const address = /--url (https:\S+)/.exec(command)![1]!
  await form.getByRole('button', { name: '关闭' }).last().click()

  const same = await mark(page)
  const row = page.getByRole('row', { name: /一号车间网关 边缘网关/ })
  await expect(row).toContainText('等待接入')
  await row.getByRole('button', { name: '一号车间网关' }).click()
  const detail = page.getByRole('dialog')
  await expect(detail.getByText('配电房东侧')).toBeVisible()
  await expect(page.getByText(token)).toHaveCount(0)
  const id = new URL(page.url()).searchParams.get('open')!
  expect(await (await page.request.get(`/api/machine/machines/${id}`)).text()).not.toContain(token)

  const machine = await Machine.at(address)
  try {
    await machine.trust(fingerprint)
    expect(await machine.enrol(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`), 'with a token that nobody made').toBe(401)
    expect(await machine.enrol(token)).toBe(200)
    await expect(row).toContainText('有效')
    await expect(detail.getByText('未使用')).toBeVisible()
    const [status, self] = await machine.self()
    expect(status, self).toBe(200)
    expect((JSON.parse(self) as { name: string }).name).toBe('一号车间网关')
    expect(await machine.enrol(token), 'with a token that was used').toBe(401)
    await accessible(page)
    await picture(page, 'machine')

    await detail.getByRole('button', { name: '吊销' }).click()
    const question = page.getByRole('dialog', { name: '吊销“一号车间网关”？' })
    await accessible(page)
    await question.getByRole('combobox', { name: '原因' }).click()
    await page.locator('.ant-select-dropdown:visible').getByText('停用', { exact: true }).click()
    await question.getByRole('button', { name: '吊销' }).click()
    await expect(row).toContainText('已吊销')
    await expect(detail.getByText(/已吊销 · 停用/)).toBeVisible()
    await expect(detail.getByRole('button', { name: '吊销' })).toHaveCount(0)
    await same()
    expect((await machine.self())[0]).toBe(401)
  } finally {
    await machine.remove()
  }
})
