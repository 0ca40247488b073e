import type { Page } from '@playwright/test'
import { picture } from './picture'
import { accessible, enter, expect, narrow, organisation, password, people, send, test } from './support'

// An enterprise reports; the city judges, confirms 较大 and gives tasks; the report upward is recorded; a second person closes; a review.
test.describe.configure({ timeout: 240_000 })
test.use({ actionTimeout: 20_000 })

/** Chooses an option of the field with the label. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).first().click()
  await page.locator('.ant-select-dropdown:visible').getByTitle(option, { exact: true }).click()
}

/** Says why in the dialog, and confirms it. */
async function because(page: Page, reason: string, button: RegExp): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('理由').fill(reason)
  await dialog.getByRole('button', { name: button }).click()
  await expect(dialog).toHaveCount(0)
}

/** Opens one of the tabs of the incident. */
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click()

test('an incident is reported, confirmed under a legal time limit, worked on, reported upward, closed by a second person and reviewed', async ({ page, another, signIn }) => {
  await organisation(page.request, '事件轮胎公司', [{ login: 'incident-firm', role: 'manager', name: '轮胎安全员' }])
  const { organisation: bureau } = await (await page.request.get('/api/system/session')).json() as { organisation: { id: string } }
  await send(page.request, 'POST', '/api/system/persons', { login: 'incident-second', name: '复核人', password, memberships: [{ organisation_id: bureau.id, role: 'officer' }] })
  await enter(page.request, people.administrator)
  await signIn('administrator')
  const firm = await another('incident-firm')

  await firm.goto('/security/incidents')
  await firm.getByRole('link', { name: '报告事件' }).click()
  await expect(firm.getByRole('heading', { level: 1, name: '报告事件' })).toBeVisible()
  await firm.getByLabel('标题', { exact: true }).fill('三号线工程师站出现勒索信')
  await firm.getByLabel('经过').fill('操作员开机后看到勒索信，三条产线停产。')
  await choose(firm, '类别', '恶意程序事件')
  await accessible(firm)
  await picture(firm, 'incident-form')
  await firm.getByText('补充定级要素与时间').click()
  await choose(firm, '影响对象的重要程度', '重要')
  await choose(firm, '业务损失', '严重')
  await expect(firm.getByText('建议级别: Ⅲ级 较大')).toBeVisible()
  await picture(firm, 'incident-form-more')
  await narrow(firm)
  await picture(firm, 'incident-form-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })
  await firm.getByRole('button', { name: '报告事件' }).click()
  await expect(firm.getByRole('heading', { level: 1, name: '三号线工程师站出现勒索信' })).toBeVisible()
  await expect(firm.getByText(/剩余 3:5\d:\d\d/)).toBeVisible()

  await page.goto('/security/incidents')
  await accessible(page)
  await picture(page, 'incident-list')
  await page.getByRole('link', { name: '三号线工程师站出现勒索信' }).click()
  await page.getByRole('button', { name: '受理研判' }).click()
  await because(page, '与企业核实属实', /^受理研判$/)
  await page.getByRole('button', { name: '确认事件' }).click()
  await because(page, '影响三条产线', /^确认事件$/)
  await expect(page.getByText('已确认', { exact: true }).first()).toBeVisible()
  await expect(page.getByText(/剩余 3:5\d:\d\d/)).toBeVisible()
  await page.getByRole('button', { name: '选用预案' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '选用预案' }).click()
  await expect(page.getByText('1. 隔离受感染主机')).toBeVisible()
  await accessible(page)
  await picture(page, 'incident-tasks')

  await firm.reload()
  await firm.getByRole('row', { name: /隔离受感染主机/ }).getByRole('button', { name: /^完\s?成$/ }).click()
  await firm.getByRole('dialog').getByLabel('办理情况或理由').fill('五台主机已断网')
  await firm.getByRole('dialog').getByRole('button', { name: /^完\s?成$/ }).click()
  await expect(firm.getByText('→ 五台主机已断网')).toBeVisible()

  await tab(firm, '上报')
  await firm.getByLabel(/事发单位及设施/).fill('三号线工程师站五台')
  await firm.getByRole('button', { name: '保存内容' }).click()
  await expect(firm.getByText('已保存').first()).toBeVisible()
  await firm.getByRole('button', { name: '登记上报' }).click()
  const dialog = firm.getByRole('dialog')
  await dialog.getByRole('button', { name: '取用文稿' }).click()
  await expect(dialog.getByLabel('报送内容')).toHaveValue(/网络安全事件报告（初报）[\s\S]*待补报/)
  await dialog.getByLabel('报送对象').fill('省委网信办')
  await dialog.getByLabel('渠道').fill('12387 热线')
  await dialog.getByLabel('报送人').fill('张工')
  await dialog.getByLabel('回执').fill('受理号 7731')
  await picture(firm, 'incident-report')
  await dialog.getByRole('button', { name: '登记上报' }).click()
  await expect(firm.getByText('1. 初报')).toBeVisible()
  await expect(firm.getByText(/^\d{4}.* 已完成$/)).toBeVisible() // the time limit is met
  await accessible(firm)
  await picture(firm, 'incident-reports')

  await tab(firm, '证据')
  await firm.getByRole('button', { name: '登记证据' }).click()
  await firm.getByRole('dialog').locator('input[type=file]').setInputFiles({ name: 'login.txt', mimeType: 'text/plain', buffer: Buffer.from('login from 203.0.113.9\n') })
  await firm.getByRole('dialog').getByLabel('说明与来源').fill('远程维护登录日志')
  await firm.getByRole('dialog').getByRole('button', { name: '登记证据' }).click()
  await expect(firm.getByRole('link', { name: 'login.txt' })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'incident-evidence')

  for (const [button, reason] of [['标记遏制', '主机已隔离'], ['标记根除', '系统已重装'], ['标记恢复', '产线已恢复']] as const) {
    await firm.getByRole('button', { name: button }).click()
    await because(firm, reason, new RegExp(`^${button}$`))
  }
  await tab(firm, '关闭与复盘')
  await firm.getByRole('button', { name: '填写关闭结论' }).click()
  const drawer = firm.getByRole('dialog')
  for (const [label, text] of [['原因', '远程维护弱口令'], ['影响', '停产三小时'], ['措施', '更换口令'], ['受影响资产', '工程师站五台'], ['残余风险', '无']] as const) await drawer.getByLabel(label, { exact: true }).fill(text)
  await drawer.getByRole('button', { name: '填写关闭结论' }).click()
  await expect(firm.getByText('远程维护弱口令')).toBeVisible()

  // Who handles it does not close it.
  await page.reload()
  await page.getByRole('button', { name: /^关闭事件$/ }).click()
  await page.getByRole('dialog').getByLabel('理由').fill('我来关闭')
  await page.getByRole('dialog').getByRole('button', { name: /^关闭事件$/ }).click()
  await expect(page.getByText('须由承办人和结论填写人以外的人员关闭。').first()).toBeVisible()
  const second = await another('incident-second')
  await second.goto(page.url())
  await second.getByRole('button', { name: /^关闭事件$/ }).click()
  await because(second, '材料齐全，复核同意', /^关闭事件$/)
  await expect(second.getByText('已关闭', { exact: true }).first()).toBeVisible()

  await firm.reload()
  await tab(firm, '关闭与复盘')
  await firm.getByRole('button', { name: /^复\s?盘$/ }).click()
  const review = firm.getByRole('dialog')
  for (const [label, text] of [['由什么发现', '操作员'], ['本应由什么发现', '登录告警'], ['经验教训', '清理供应商账号']] as const) await review.getByLabel(label, { exact: true }).fill(text)
  await review.getByLabel('措施', { exact: true }).fill('建立供应商账号台账')
  await review.getByLabel('责任人', { exact: true }).fill('李工')
  await review.getByLabel('期限', { exact: true }).fill('2099-03-31')
  await review.getByLabel('期限', { exact: true }).press('Enter') // takes the day, and sends the form
  await expect(firm.getByText('1. 建立供应商账号台账')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'incident-reviewed')
  await tab(firm, '时间线')
  await expect(firm.getByText('材料齐全，复核同意')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'incident-timeline')
  await tab(firm, '查看记录')
  await expect(firm.getByText('复核人').first()).toBeVisible()
  await accessible(firm)
  await narrow(firm)
  await picture(firm, 'incident-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })
  const english = await another('incident-firm', 'en')
  await english.goto(page.url())
  await expect(english.getByText('Isolate infected hosts')).toBeVisible()
  await accessible(english)
  await picture(english, 'incident-english')
  await page.goto('/security/incidents/figures')
  await expect(page.getByText('按时上报').first()).toBeVisible()
  await accessible(page)
  await picture(page, 'incident-figures')
})
