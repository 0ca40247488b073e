import { request as api, type APIRequestContext, type Page } from '@playwright/test'
import { picture } from './picture'
import { reprogrammed } from './reprogrammed'
import { accessible, address, enter, expect, narrow, organisation, password, people, send, test } from './support'

// What the room is for, from end to end: an alert becomes an incident, because of which thirty enterprises are told; most answer, two do not.
test.describe.configure({ mode: 'serial', timeout: 300_000 })
test.use({ actionTimeout: 15_000 })

interface Versioned { id: string; version: number }
interface Firm { name: string; id: string; request: APIRequestContext }

const firms: Firm[] = []
const named = (n: number) => `联动企业${String(n).padStart(2, '0')}`
const csrf = { 'X-Linghang-CSRF': '1' }

/** Changes something that has a version, by the API. */
async function act<T = Versioned>(request: APIRequestContext, path: string, version: number, data: unknown = {}): Promise<T> {
  const answer = await request.post(`${address()}/api/security${path}`, { data, headers: { ...csrf, 'If-Match': `"${version}"` } })
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true)
  return (await answer.json()) as T
}

/** The assignment of a notice that an enterprise has, once it is delivered. */
async function own(firm: Firm, notice: string): Promise<Versioned> {
  let found: Versioned | undefined
  await expect.poll(async () => {
    const list = (await (await firm.request.get(`${address()}/api/security/assignments?notice=${notice}`)).json()) as { items: Versioned[] }
    found = list.items[0]
    return list.items.length
  }, { timeout: 60_000 }).toBe(1)
  return found!
}

/** Presses a button that asks, gives the reason if it wants one, and says yes. */
async function confirm(page: Page, label: string, reason = ''): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  if (reason) await dialog.getByRole('textbox', { name: '理由' }).fill(reason)
  await dialog.getByRole('button', { name: label, exact: true }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

/** Only these enterprises are in the list of addressees. */
async function listed(page: Page, filter: string, names: string[]): Promise<void> {
  await page.goto(`${page.url().split('?')[0]}?part=addressees&${filter}`)
  for (const name of names) await expect(page.getByRole('link', { name, exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: /^联动企业\d\d$/ })).toHaveCount(names.length)
}

const late = [29, 30].map(named)

test.beforeAll(async () => {
  const city = await api.newContext({ extraHTTPHeaders: csrf })
  await enter(city, people.administrator)
  const { organisation: bureau } = (await (await city.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  for (const login of ['chain-writer', 'chain-signer']) await send(city, 'POST', '/api/system/persons', { login, name: login, password, memberships: [{ organisation_id: bureau.id, role: 'officer' }] })
  for (let n = 1; n <= 30; n++) {
    const id = await organisation(city, named(n), [{ login: `chain-${n}`, role: 'manager', name: `负责人${n}` }])
    const request = await api.newContext()
    await enter(request, `chain-${n}`)
    firms.push({ name: named(n), id, request })
  }
  await city.dispose()
})

test.afterAll(async () => {
  for (const firm of firms) await firm.request.dispose()
})

test('an alert becomes an incident, the city tells thirty enterprises because of it, presses for two, closes and learns', async ({ another }) => {
  const [hit] = firms as [Firm]
  await reprogrammed(hit.request, '一号线')
  const firm = await another('chain-1')
  await firm.goto('/security/alerts?sort=level')
  await firm.getByRole('link', { name: 'S7 控制器先停机、再下载、再启动' }).click()
  await firm.getByRole('button', { name: '转为安全事件' }).click()
  const form = firm.getByRole('dialog')
  await form.getByLabel('类别').click()
  await firm.locator('.ant-select-dropdown:visible').getByTitle('网络攻击事件', { exact: true }).click()
  await form.getByRole('button', { name: '转为安全事件' }).click()
  await expect(firm).toHaveURL(/\/security\/incidents\/\w+/)
  const incident = new URL(firm.url()).pathname

  const officer = await another('chain-writer')
  await officer.goto(incident)
  for (const [button, why] of [['受理研判', '与企业核实属实'], ['确认事件', '控制器程序被改写']] as const) {
    await officer.getByRole('button', { name: button }).click()
    await officer.getByRole('dialog').getByLabel('理由').fill(why)
    await officer.getByRole('dialog').getByRole('button', { name: button }).click()
    await expect(officer.getByRole('dialog')).toHaveCount(0)
  }
  await expect(officer.getByText('因本事件发布的通报')).toBeVisible()
  await accessible(officer)
  await picture(officer, 'chain-incident')
  await officer.getByRole('link', { name: '拟写通报' }).click()
  await expect(officer.getByText(/因事件 .* 拟写/)).toBeVisible()
  await officer.getByRole('textbox', { name: '标题', exact: true }).fill('防范控制器程序被改写')
  await officer.getByLabel('情况说明').fill('有企业的控制器被停机并写入程序。')
  await officer.getByLabel('处置要求').fill('核对控制程序，限制编程端口的访问。')
  const choice = officer.getByRole('combobox', { name: '逐一选择' })
  for (const { name } of firms) {
    await choice.fill(name)
    await officer.locator('.ant-select-dropdown:visible').getByTitle(name, { exact: true }).click()
  }
  await officer.keyboard.press('Escape')
  await picture(officer, 'chain-form')
  await officer.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(officer.getByText('30 家单位')).toBeVisible()
  await confirm(officer, '提交签发')
  const notice = officer.url().split('/').at(-1)!
  const signer = await another('chain-signer')
  await signer.goto(officer.url())
  await confirm(signer, '签发')
  await confirm(signer, '发布')
  await expect(signer.getByText(/^20\d\d-\d{3}$/)).toBeVisible()

  // Twenty-eight answer to the end, and nobody reads whose incident it was.
  for (const answering of firms.slice(0, 28)) {
    let at = await own(answering, notice)
    at = await act(answering.request, `/assignments/${at.id}/acknowledgement`, at.version)
    at = await act(answering.request, `/assignments/${at.id}/assessment`, at.version, { assessment: 'not_affected', reason: '没有该型设备' })
    const detail = await (await answering.request.get(`${address()}/api/security/assignments/${at.id}`)).text()
    if (answering !== hit) expect(detail).not.toContain(hit.name)
    await act(signer.request, `/assignments/${at.id}/verification`, at.version, { accepted: true, reason: '' })
  }
  await officer.reload()
  await listed(officer, 'state=delivered', late)
  await officer.getByRole('link', { name: late[0]!, exact: true }).click()
  await confirm(officer, '督办', '请立即签收并反馈')
  await officer.getByRole('link', { name: '查看通报' }).click()
  await officer.getByRole('tab', { name: '统计' }).click()
  await expect(officer.getByText('送达至签收')).toBeVisible()
  await accessible(officer)
  await picture(officer, 'chain-figures')
  await confirm(officer, '关闭通报', '两家已停产，转现场检查')
  await officer.getByRole('button', { name: '填写复盘' }).click()
  await officer.getByLabel('复盘结论').fill('停产企业应另行联系')
  await officer.getByRole('dialog').getByRole('button', { name: '填写复盘' }).click()
  await expect(officer.getByText('已复盘', { exact: true }).first()).toBeVisible()
  await officer.goto(incident)
  await expect(officer.getByRole('link', { name: /防范控制器程序被改写/ })).toBeVisible()
  await expect(officer.getByText('已复盘', { exact: true })).toBeVisible()
  await narrow(officer)
  await picture(officer, 'chain-incident-phone')
  const english = await another('chain-signer', 'en')
  await english.goto(incident)
  await expect(english.getByText('Notices because of this incident')).toBeVisible()
  await picture(english, 'chain-incident-english')
  await english.goto(`/security/notices/${notice}`)
  await expect(english.getByText('Because of', { exact: true })).toBeVisible()
  // The enterprise's own page of its incident does not say whom the city told.
  await firm.reload()
  await expect(firm.getByText('因本事件发布的通报')).toHaveCount(0)
})

test('in a drill two of thirty are late: time runs out, they are escalated, answer late, and it is closed and learned from', async ({ another }) => {
  const officer = await another('chain-writer')
  const drill = await send<Versioned>(officer.request, 'POST', '/api/security/drills', { title: '三十家签收演练', plan: '检验签收时限', pace: 120, organisations: firms.map((f) => f.id) })
  const made = await send<Versioned>(officer.request, 'POST', '/api/security/notices', { kind: 'warning', colour: 'yellow', title: '演练：控制器被攻击', body: '假定控制器被攻击。', ask: '请按预案处置。', level: 3, category: 'attack', tlp: 'green', audience: { all: false, districts: [], organisations: firms.map((f) => f.id) }, drill: drill.id })
  const sent = await act(officer.request, `/notices/${made.id}/submission`, made.version)
  const signer = await another('chain-signer')
  const signed = await act(signer.request, `/notices/${made.id}/signature`, sent.version)
  await act(signer.request, `/notices/${made.id}/issue`, signed.version)
  const assigned = await Promise.all(firms.map((firm) => own(firm, made.id)))
  await Promise.all(firms.slice(0, 28).map((firm, i) => act(firm.request, `/assignments/${assigned[i]!.id}/acknowledgement`, assigned[i]!.version)))
  await officer.goto(`/security/notices/${made.id}`)
  await listed(officer, 'state=delivered', late)
  // Two hours are a minute here; the city is told at one and a half times of it.
  await expect(async () => listed(officer, 'only=escalated', late)).toPass({ timeout: 150_000 })
  await accessible(officer)
  await picture(officer, 'chain-escalated')
  await narrow(officer)
  await picture(officer, 'chain-escalated-phone')
  await officer.setViewportSize({ width: 1440, height: 900 })
  const last = await another('chain-30')
  await last.goto('/security/assignments')
  await last.getByRole('link', { name: '演练：控制器被攻击' }).click()
  await confirm(last, '签收')
  await expect(last.getByText('逾期', { exact: true }).first()).toBeVisible()
  await picture(last, 'chain-late')
  const other = firms[28]!
  const before = (await (await other.request.get(`${address()}/api/security/assignments/${assigned[28]!.id}`)).json()) as Versioned
  await act(other.request, `/assignments/${before.id}/acknowledgement`, before.version)
  await officer.goto(`/security/notices/${made.id}`)
  await listed(officer, 'only=late', late)
  await confirm(officer, '关闭通报', '演练到此为止')
  await officer.getByRole('button', { name: '填写复盘' }).click()
  await officer.getByLabel('复盘结论').fill('两家须更换联系人')
  await officer.getByRole('dialog').getByRole('button', { name: '填写复盘' }).click()
  await expect(officer.getByText('已复盘', { exact: true }).first()).toBeVisible()
  await officer.goto(`/security/drills/${drill.id}`)
  await expect(officer.getByText('逾期签收')).toBeVisible()
  await accessible(officer)
  await picture(officer, 'chain-drill')
  // Nothing of it is in the figures of real notices.
  await officer.goto('/security/notices')
  await expect(officer.getByRole('link', { name: '演练：控制器被攻击' })).toHaveCount(0)
})
