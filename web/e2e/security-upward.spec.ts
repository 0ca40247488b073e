import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { APIRequestContext, Page } from '@playwright/test'
import { picture } from './picture'
import { accessible, address, enter, expect, narrow, organisation, password, people, send, test, type Another } from './support'

const collection = '91a7b528-80eb-42ed-a74d-c6fbd5a26116'

const below = '11a7b528-80eb-42ed-a74d-c6fbd5a26116'

/** A report of STIX as a province publishes it. */
const report = (id: string, name: string) => ({ type: 'report', spec_version: '2.1', id: `report--${id}-0000-4000-8000-000000000000`, created: '2026-03-01T00:00:00.000Z', modified: '2026-03-01T00:00:00.000Z', name, description: '请各市核查并反馈。', report_types: ['threat-report'], published: '2026-03-01T00:00:00.000Z', object_refs: ['identity--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a01'], labels: ['level-2', 'gbt-20986-attack'], external_references: [{ source_name: '省', external_id: `鲁工信安〔2026〕${id.slice(-1)}号` }] })

interface Sent { objects: { id: string; type: string; modified?: string; revoked?: boolean }[] }

/** A province's server of TAXII as far as a report needs it, on an address that the city's configuration allows. */
class Province {
  readonly got: Sent[] = []
  busy = false
  private constructor(private readonly server: Server) {}

  static async open(): Promise<Province> {
    const server = createServer()
    const out = new Province(server)
    server.on('request', (request, answer) => {
      const say = (status: number, body: unknown, header: Record<string, string> = {}) => answer.writeHead(status, { 'Content-Type': 'application/taxii+json;version=2.1', ...header }).end(JSON.stringify(body))
      if (request.headers.authorization !== `Basic ${Buffer.from('qingdao:of the province').toString('base64')}`) return say(401, { title: 'Unauthorized' }, { 'WWW-Authenticate': 'Basic' })
      if (request.method === 'GET' && request.url?.includes(`/collections/${below}/objects/`)) {
        const list = request.url.includes('added_after') ? [] : [report('00000001', '省级集合中的通报')]
        return say(200, { objects: list }, list.length > 0 ? { 'X-TAXII-Date-Added-First': '2026-03-01T01:00:00.000000Z', 'X-TAXII-Date-Added-Last': '2026-03-01T01:00:00.000000Z' } : {})
      }
      if (request.method === 'GET') return say(200, { collections: [{ id: collection, title: '各市通报', can_read: false, can_write: true }, { id: below, title: '下发', can_read: true, can_write: false }] })
      if (out.busy) return say(503, { title: 'Busy' }, { 'Retry-After': '1' })
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const sent = JSON.parse(Buffer.concat(parts).toString()) as Sent
        out.got.push(sent)
        say(202, { id: '2d086da7-4bdc-4f91-900e-d77486753710', status: 'complete', total_count: sent.objects.length, success_count: sent.objects.length, failure_count: 0, pending_count: 0 })
      })
      return undefined
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.2', ready))
    return out
  }

  get root() { return `http://127.0.0.2:${(this.server.address() as AddressInfo).port}/api1/` }
  end() { this.server.close() }
}

/** A notice that was written, signed by somebody else and issued, by the API. */
async function issued(request: APIRequestContext, organisationID: string, title: string): Promise<string> {
  await enter(request, 'upward-writer')
  const n = await send<{ id: string }>(request, 'POST', '/api/security/notices', { kind: 'notice', colour: '', title, body: '某型控制器的编程端口未经认证即可写入程序。', ask: '断开编程端口与办公网的连接。', level: 3, category: 'hazard', tlp: 'amber', audience: { all: false, districts: [], organisations: [organisationID] } })
  for (const [who, act, version] of [['upward-writer', 'submission', 1], ['upward-signer', 'signature', 2], ['upward-writer', 'issue', 3]] as const) {
    await enter(request, who)
    const answer = await request.post(`${address()}/api/security/notices/${n.id}/${act}`, { data: {}, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${version}"` } })
    expect(answer.ok(), await answer.text()).toBe(true)
  }
  return n.id
}

/** The word of a second officer to what one has set up; who set it up is not let. */
async function confirmed(page: Page, another: Another, path: string, name: string): Promise<void> {
  await page.goto(path)
  await expect(page.getByText('待另一人确认后才起作用')).toBeVisible()
  await expect(page.getByRole('button', { name: '确认', exact: true })).toHaveCount(0)
  const second = await another('upward-signer')
  await second.goto(path)
  await expect(second.getByText('待另一人确认后才起作用')).toBeVisible()
  await pictures(second, `${name}-second`)
  await second.getByRole('button', { name: '确认', exact: true }).click()
  await second.getByRole('dialog').getByRole('button', { name: '确认', exact: true }).click()
  await expect(second.getByText('待另一人确认后才起作用')).toHaveCount(0)
  await second.context().close()
}

async function pictures(page: Page, name: string): Promise<void> {
  await accessible(page)
  await picture(page, name)
  await narrow(page)
  await picture(page, `${name}-phone`)
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** Looks at pages in English. */
async function inEnglish(another: Another, pages: [path: string, picture: string][]): Promise<void> {
  const english = await another('upward-signer', 'en')
  for (const [path, picture] of pages) {
    await english.goto(path)
    await expect(english.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(english.locator('.ant-spin-spinning')).toHaveCount(0)
    await pictures(english, picture)
  }
}

test('an upper level is set up; a notice is released to it, waits while it is busy, arrives, and its withdrawal follows', async ({ page, another }) => {
  test.setTimeout(240_000)
  const province = await Province.open()
  try {
    await enter(page.request, people.administrator)
    const { organisation: bureau } = (await (await page.request.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
    for (const login of ['upward-writer', 'upward-signer']) await send(page.request, 'POST', '/api/system/persons', { login, name: login, password, memberships: [{ organisation_id: bureau.id, role: 'officer' }] })
    const firm = await organisation(page.request, '上报通报企业', [{ login: 'upward.firm', role: 'manager', name: '负责人' }])
    const notice = await issued(page.request, firm, '待上报的通报')
    await page.context().clearCookies()

    // The upper level: what may be written is found by asking, and what is for few does not go.
    const officer = await another('upward-writer')
    await officer.goto('/security/upward')
    await expect(officer.getByText('还没有上报')).toBeVisible()
    await officer.getByRole('link', { name: '上级单位' }).click()
    await officer.getByRole('button', { name: '添加上级单位' }).click()
    const form = officer.getByRole('dialog')
    await form.getByLabel('名称').fill('省级工业信息安全平台')
    await form.getByLabel('API 根').fill(province.root)
    await form.getByLabel('用户名').fill('qingdao')
    await form.getByLabel('密码或令牌').fill('of the province')
    await form.getByRole('button', { name: '列出集合' }).click()
    await form.getByRole('combobox', { name: '可写的集合' }).click()
    await expect(officer.getByTitle(/下发/)).toHaveCount(0)
    await officer.getByTitle(/各市通报/).click()
    await expect(form.getByLabel('集合', { exact: true })).toHaveValue(collection)
    await pictures(officer, 'upward-form')
    await form.getByRole('button', { name: '保存' }).click()
    await officer.getByRole('link', { name: '省级工业信息安全平台' }).click()
    await expect(officer.getByText('待另一人确认后才起作用')).toBeVisible()
    await confirmed(officer, another, new URL(officer.url()).pathname, 'upward')

    // The province is busy: the report waits, and says so.
    province.busy = true
    await officer.goto(`/security/notices/${notice}`)
    await officer.getByRole('tab', { name: '上报' }).click()
    await expect(officer.getByText('可以上报')).toBeVisible()
    await officer.getByRole('button', { name: '上报', exact: true }).click()
    await picture(officer, 'upward-release')
    await officer.getByRole('dialog').getByRole('button', { name: '上报', exact: true }).click()
    await expect(officer.getByText('对方要求稍后再来')).toBeVisible({ timeout: 60_000 })
    await pictures(officer, 'upward-notice-waiting')
    await officer.goto('/security/upward/levels')
    await officer.getByRole('link', { name: '省级工业信息安全平台' }).click()
    await expect(officer.getByText('对方要求稍后再来').first()).toBeVisible()
    await pictures(officer, 'upward-level')

    // It is not busy any more.
    province.busy = false
    await officer.getByRole('button', { name: '立即重试' }).click()
    await expect(officer.getByText('已送达')).toBeVisible({ timeout: 60_000 })
    expect(province.got).toHaveLength(1)
    expect(province.got[0]?.objects.map((o) => o.type)).toEqual(['identity', 'marking-definition', 'report'])
    await officer.goto(`/security/notices/${notice}?part=upward`)
    await expect(officer.getByText('通报 · 已送达')).toBeVisible()

    // The withdrawal follows by itself.
    await officer.getByRole('button', { name: '撤回', exact: true }).click()
    await officer.getByRole('dialog').getByRole('textbox').fill('误发')
    await officer.getByRole('dialog').getByRole('button', { name: '撤回', exact: true }).click()
    await expect.poll(() => province.got.length, { timeout: 60_000 }).toBe(2)
    expect(province.got[1]?.objects[2]).toMatchObject({ id: province.got[0]?.objects[2]?.id, revoked: true })
    await expect(officer.getByText('随前次批准')).toBeVisible()
    await pictures(officer, 'upward-notice')
    await officer.goto('/security/upward')
    await expect(officer.getByText('已送达')).toHaveCount(2)
    await pictures(officer, 'upward')

    await inEnglish(another, [['/security/upward', 'upward-en'], ['/security/upward/levels', 'upward-levels-en'], [`/security/notices/${notice}?part=upward`, 'upward-notice-en']])
  } finally {
    province.end()
  }
})

test('a notice goes as a signed file through a gateway: made, carried, refused when it is repeated, and what is missing is named', async ({ page, another }) => {
  test.setTimeout(240_000)
  await enter(page.request, people.administrator)
  const firm = await organisation(page.request, '摆渡通报企业', [{ login: 'ferry.firm', role: 'manager', name: '负责人' }])
  const notices = [await issued(page.request, firm, '摆渡的通报一'), await issued(page.request, firm, '摆渡的通报二')]
  await page.context().clearCookies()
  const officer = await another('upward-writer')

  // The sender: an upper level that files go to.
  await officer.goto('/security/upward/levels')
  await officer.getByRole('button', { name: '添加上级单位' }).click()
  const form = officer.getByRole('dialog')
  await form.getByLabel('名称').fill('省级内网')
  await form.getByText('签名文件（单向网闸、光盘摆渡）').click()
  await expect(form.getByLabel('API 根')).toHaveCount(0)
  await form.getByRole('button', { name: '保存' }).click()
  await officer.getByRole('link', { name: '省级内网' }).click()
  await expect(officer.getByText('待另一人确认后才起作用')).toBeVisible()
  await confirmed(officer, another, new URL(officer.url()).pathname, 'upward-file')
  const files: { name: string; mimeType: string; buffer: Buffer }[] = []
  const upper = new URL(officer.url()).pathname
  for (const notice of notices) {
    await officer.goto(`/security/notices/${notice}?part=upward`)
    await officer.getByRole('row', { name: /省级内网/ }).getByRole('button', { name: '上报', exact: true }).click()
    await officer.getByRole('dialog').getByRole('button', { name: '上报', exact: true }).click()
    await expect(officer.getByText('等待报送').first()).toBeVisible()
    await officer.goto(upper)
    await officer.getByRole('button', { name: '导出文件' }).click()
    await officer.getByRole('dialog').getByRole('button', { name: '导出文件' }).click()
    await expect(officer.getByText('已导出').first()).toBeVisible()
    await expect(async () => { // the newest is first once the list was read again
      const [download] = await Promise.all([officer.waitForEvent('download'), officer.getByRole('link', { name: '下载' }).first().click()])
      const buffer = await readFile(await download.path())
      expect(files.some((f) => f.buffer.equals(buffer))).toBe(false)
      files.push({ name: download.suggestedFilename(), mimeType: 'application/zip', buffer })
    }).toPass()
  }
  await pictures(officer, 'upward-files')
  const channel = upper.split('/').at(-1) ?? ''
  const { public: key } = (await (await officer.request.get(`${address()}/api/security/upper-file-key`)).json()) as { public: string }

  // The receiver: it trusts the channel with its key.
  await officer.goto('/security/files')
  await officer.getByRole('button', { name: '登记来源' }).click()
  const trust = officer.getByRole('dialog')
  await trust.getByLabel('名称').fill('青岛市摆渡')
  await trust.getByLabel('通道', { exact: true }).fill(channel)
  await trust.getByLabel('受信公钥').fill(key)
  await pictures(officer, 'ferry-form')
  await trust.getByRole('button', { name: '保存' }).click()
  await officer.getByRole('link', { name: '青岛市摆渡' }).click()
  await expect(officer.getByText('待另一人确认后才起作用')).toBeVisible()
  await confirmed(officer, another, new URL(officer.url()).pathname, 'ferry')
  await officer.goto('/security/files')
  const drop = officer.locator('input[type=file]')
  await drop.setInputFiles(files[1]!)
  await expect(officer.getByText('第 2 号文件来得太早：请先导入第 1 号。')).toBeVisible()
  await expect(officer.getByText('缺少第 1 号文件，请重新送来')).toBeVisible()
  await pictures(officer, 'ferry-missing')
  await drop.setInputFiles(files[0]!)
  await expect(officer.getByText('已导入第 1 号文件：收入 3 个对象，不合格 0 个')).toBeVisible()
  await drop.setInputFiles(files[1]!)
  await expect(officer.getByText('已导入第 2 号文件')).toBeVisible()
  await drop.setInputFiles(files[0]!)
  await expect(officer.getByText('第 1 号文件已导入过；下一个应为第 3 号。')).toBeVisible()
  await officer.getByRole('link', { name: '青岛市摆渡' }).click()
  await expect(officer.getByText('下一个应为第 3 号')).toBeVisible()
  await pictures(officer, 'ferry-source')
  await inEnglish(another, [['/security/files', 'ferry-en'], [upper, 'upward-files-en']])
})

test('an upper level sends a notice down by a signed file: received, acknowledged, passed on and answered; and the city sends its own down', async ({ page, another }) => {
  test.setTimeout(240_000)
  await enter(page.request, people.administrator)
  const firm = await organisation(page.request, '网闸后企业', [{ login: 'gateway.firm', role: 'manager', name: '负责人' }])
  const notice = await issued(page.request, firm, '省级下发的通报')
  await page.context().clearCookies()
  const officer = await another('upward-writer')

  // A channel downward, with whom its files are for.
  await officer.goto('/security/downward')
  await expect(officer.getByText('还没有下发')).toBeVisible()
  await officer.getByRole('link', { name: '下发通道' }).click()
  await officer.getByRole('button', { name: '添加下发通道' }).click()
  const form = officer.getByRole('dialog')
  await form.getByLabel('名称').fill('企业内网')
  await form.getByText('签名文件（单向网闸、光盘摆渡）').click()
  await form.getByLabel('接收单位').fill('网闸后企业')
  await officer.getByTitle('网闸后企业').click()
  await pictures(officer, 'down-form')
  await form.getByRole('button', { name: '保存' }).click()
  await officer.getByRole('link', { name: '企业内网' }).click()
  await expect(officer.getByText('待另一人确认后才起作用')).toBeVisible()
  const down = new URL(officer.url()).pathname
  await confirmed(officer, another, down, 'down')
  await officer.goto(`/security/notices/${notice}?part=upward`)
  await officer.getByRole('row', { name: /企业内网/ }).getByRole('button', { name: '下发', exact: true }).click()
  await officer.getByRole('dialog').getByRole('button', { name: '下发', exact: true }).click()
  await expect(officer.getByText('等待报送').first()).toBeVisible()
  await pictures(officer, 'down-notice')
  await officer.goto(down)
  await officer.getByRole('button', { name: '导出文件' }).click()
  await officer.getByRole('dialog').getByRole('button', { name: '导出文件' }).click()
  const [download] = await Promise.all([officer.waitForEvent('download'), officer.getByRole('link', { name: '下载' }).first().click()])
  const file = { name: download.suggestedFilename(), mimeType: 'application/zip', buffer: await readFile(await download.path()) }
  await expect(officer.getByText(/已下载/)).toBeVisible()
  await pictures(officer, 'down-channel')
  const { public: key } = (await (await officer.request.get(`${address()}/api/security/upper-file-key`)).json()) as { public: string }

  // The other end is this city too: its source is one of an upper level, which is answered.
  await officer.goto('/security/upward/levels')
  await officer.getByRole('button', { name: '添加上级单位' }).click()
  await form.getByLabel('名称').fill('省级回执')
  await form.getByText('签名文件（单向网闸、光盘摆渡）').click()
  await form.getByRole('button', { name: '保存' }).click()
  await expect(officer.getByRole('link', { name: '省级回执' })).toBeVisible()
  await officer.goto('/security/files')
  await officer.getByRole('button', { name: '登记来源' }).click()
  const trust = officer.getByRole('dialog')
  await trust.getByLabel('名称').fill('省级下发')
  await trust.getByLabel('通道', { exact: true }).fill(down.split('/').at(-1) ?? '')
  await trust.getByLabel('受信公钥').fill(key)
  await trust.getByRole('switch', { name: '上级单位的文件' }).click()
  await trust.getByRole('combobox', { name: '回执通道' }).click()
  await officer.getByTitle('省级回执').click()
  await pictures(officer, 'ferry-upper-form')
  await trust.getByRole('button', { name: '保存' }).click()
  await officer.getByRole('link', { name: '省级下发' }).click()
  await expect(officer.getByText('待另一人确认后才起作用')).toBeVisible()
  await confirmed(officer, another, new URL(officer.url()).pathname, 'ferry-upper')
  await officer.goto('/security/files')
  await officer.locator('input[type=file]').setInputFiles(file)
  await expect(officer.getByText('收入 3 个对象，不合格 0 个，上级通报 1 件')).toBeVisible()

  // It is a notice: acknowledged, and passed on by a draft that begins with it.
  await officer.goto('/security/received')
  await expect(officer.getByText('待签收')).toBeVisible()
  await pictures(officer, 'received')
  await officer.getByRole('link', { name: '省级下发的通报' }).click()
  await expect(officer.getByText('TLP:AMBER').first()).toBeVisible()
  await officer.getByRole('button', { name: '签收' }).click()
  await officer.getByRole('dialog').getByRole('button', { name: '签收' }).click()
  await expect(officer.getByText('待转发').first()).toBeVisible()
  await expect(officer.getByText('等待报送')).toBeVisible()
  const received = new URL(officer.url()).pathname
  await pictures(officer, 'received-notice')
  await officer.getByRole('link', { name: '拟稿转发' }).click()
  await expect(officer.getByText(/转发省级下发/)).toBeVisible()
  await expect(officer.getByLabel('标题')).toHaveValue('省级下发的通报')
  await officer.getByLabel('处置要求').fill('请核查并反馈。')
  await officer.getByLabel('逐一选择').fill('网闸后企业')
  await officer.getByTitle('网闸后企业').click()
  await pictures(officer, 'received-draft')
  await officer.getByRole('button', { name: '保存' }).click()
  await expect(officer.getByText('转发自')).toBeVisible()
  await pictures(officer, 'received-own')

  await inEnglish(another, [['/security/received', 'received-en'], [received, 'received-notice-en'], ['/security/downward', 'downward-en'], ['/security/downward/channels', 'down-channels-en'], [down, 'down-channel-en']])
})

test('by TAXII an upper level is read and hands in, and a notice goes down', async ({ page, another }) => {
  test.setTimeout(240_000)
  const province = await Province.open()
  try {
    await enter(page.request, people.administrator)
    const firm = await organisation(page.request, '省厅接入机构', [{ login: 'taxii.firm', role: 'manager', name: '负责人' }])
    const { secret: token } = await send<{ secret: string }>(page.request, 'POST', '/api/system/tokens', { name: '省级报送', organisation_id: firm, permissions: ['security.exchange.read', 'security.exchange.write'] })
    const notice = await issued(page.request, firm, '经 TAXII 下发的通报')
    await page.context().clearCookies()
    const officer = await another('upward-writer')

    // A collection that is read, once a second officer confirms it.
    await officer.goto('/security/files')
    await officer.getByRole('button', { name: '登记来源' }).click()
    const form = officer.getByRole('dialog')
    await form.getByLabel('名称').fill('省级通报集合')
    await form.getByText('读取 TAXII 集合').click()
    await expect(form.getByLabel('受信公钥')).toHaveCount(0)
    await form.getByLabel('API 根').fill(province.root)
    await form.getByLabel('用户名').fill('qingdao')
    await form.getByLabel('密码或令牌').fill('of the province')
    await form.getByRole('button', { name: '列出集合' }).click()
    await form.getByRole('combobox', { name: '可读的集合' }).click()
    await officer.getByTitle(/下发/).click()
    await expect(form.getByLabel('集合', { exact: true })).toHaveValue(below)
    await form.getByRole('switch', { name: '上级单位' }).click()
    await pictures(officer, 'source-taxii-form')
    await form.getByRole('button', { name: '保存' }).click()
    await officer.getByRole('link', { name: '省级通报集合' }).click()
    await expect(officer.getByText('待另一人确认后才起作用')).toBeVisible()
    const pulled = new URL(officer.url()).pathname
    await confirmed(officer, another, pulled, 'source-taxii')
    await expect(officer.getByText('上级通报 1 件')).toBeVisible({ timeout: 60_000 })
    await pictures(officer, 'source-taxii')

    // An organisation that hands in.
    await officer.goto('/security/files')
    await officer.getByRole('button', { name: '登记来源' }).click()
    await form.getByLabel('名称').fill('省厅报送')
    await form.getByText('对方经 TAXII 报送').click()
    await form.getByLabel('报送机构').fill('省厅接入')
    await officer.getByTitle('省厅接入机构').click()
    await form.getByRole('switch', { name: '上级单位' }).click()
    await pictures(officer, 'source-inbox-form')
    await form.getByRole('button', { name: '保存' }).click()
    await officer.getByRole('link', { name: '省厅报送' }).click()
    await expect(officer.getByText('待另一人确认后才起作用')).toBeVisible()
    const handed = new URL(officer.url()).pathname
    await confirmed(officer, another, handed, 'source-inbox')
    const answer = await fetch(`${address()}/taxii2/city/collections/inbox/objects/`, { method: 'POST', headers: { Authorization: `Bearer ${token}`, Accept: 'application/taxii+json;version=2.1', 'Content-Type': 'application/taxii+json;version=2.1' }, body: JSON.stringify({ objects: [report('00000002', '省厅报送的通报'), report('00000003', '长'.repeat(401))] }) })
    expect(answer.status).toBe(202)
    await expect(officer.getByText('上级通报 1 件')).toBeVisible()
    await expect(officer.getByText('不合格 1 个')).toBeVisible()
    await pictures(officer, 'source-inbox')
    await officer.goto('/security/received')
    await expect(officer.getByRole('link', { name: '省级集合中的通报' })).toBeVisible()
    await officer.getByRole('link', { name: '省厅报送的通报' }).click()
    await expect(officer.getByText('TAXII 2.1')).toBeVisible()
    await pictures(officer, 'received-taxii')

    // A channel downward by TAXII.
    await officer.goto('/security/downward/channels')
    await officer.getByRole('button', { name: '添加下发通道' }).click()
    await form.getByLabel('名称').fill('区级平台')
    await form.getByLabel('接收单位').fill('省厅接入机构')
    await officer.getByTitle('省厅接入机构').click()
    await form.getByLabel('API 根').fill(province.root)
    await form.getByLabel('用户名').fill('qingdao')
    await form.getByLabel('密码或令牌').fill('of the province')
    await form.getByLabel('集合', { exact: true }).fill(collection)
    await pictures(officer, 'down-taxii-form')
    await form.getByRole('button', { name: '保存' }).click()
    await officer.getByRole('link', { name: '区级平台' }).click()
    await expect(officer.getByText('待另一人确认后才起作用')).toBeVisible()
    const down = new URL(officer.url()).pathname
    await confirmed(officer, another, down, 'down-taxii')
    await officer.goto(`/security/notices/${notice}?part=upward`)
    await officer.getByRole('row', { name: /区级平台/ }).getByRole('button', { name: '下发', exact: true }).click()
    await officer.getByRole('dialog').getByRole('button', { name: '下发', exact: true }).click()
    await expect(officer.getByText('通报 · 已送达')).toBeVisible({ timeout: 60_000 })
    expect(province.got.map((s) => s.objects.map((o) => o.type))).toEqual([['identity', 'marking-definition', 'report']])
    await officer.goto(down)
    await expect(officer.getByText('已送达')).toBeVisible()
    await pictures(officer, 'down-taxii')

    await inEnglish(another, [['/security/files', 'sources-en'], [pulled, 'source-taxii-en'], [handed, 'source-inbox-en'], [down, 'down-taxii-en']])
  } finally {
    province.end()
  }
})
