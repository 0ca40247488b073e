import { picture } from './picture'
import { accessible, creditCode, expect, narrow, send, test } from './support'
import type { Page } from '@playwright/test'

const chain = `id,环节,英文名称,产品,下游环节,终端产品
rubber,合成橡胶,Synthetic rubber,,tyre,
mould,模具,Moulds,,press,
press,硫化设备,Curing presses,硫化机,tyre,
tyre,轮胎,Tyres,,,yes
`

const outside = `企业名称,英文名称,所在地区,产品,技术,产业链环节,来源,可见范围
外地硫化机械,Away Presses,外省外市,硫化机,机器视觉,,行业展会名录,bureau
`

const made = `企业名称,英文名称,所在地区,产品,来源,可见范围,合成数据
演示外地企业,Demo company away,外省,演示产品,合成数据,public,yes
`

async function drop(page: Page, name: string, content: string): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) })
}

async function enterprise(page: Page, name: string, stage: string, technologies: string[]): Promise<void> {
  await send(page.request, 'POST', '/api/enterprise/entries', { code: creditCode(), name: { zh: name, en: '' }, district: '370212', industry: 'C29', profile: { chains: [{ chain: '橡胶轮胎', stage }], technologies } })
}

test('a chain with a missing stage leads to a list of whom to attract, and on to a lead that is followed', async ({ page, another, signIn }) => {
  await signIn('administrator')
  await enterprise(page, '崂山合成橡胶', '合成橡胶', ['低温混炼'])
  await enterprise(page, '崂山轮胎一厂', '轮胎', ['机器视觉'])
  await enterprise(page, '崂山轮胎二厂', '轮胎', ['机器视觉', '低温混炼'])

  // The bureau brings in the chain as a table, and sees which stages nobody is at.
  await page.goto('/atlas')
  await page.getByRole('button', { name: '导入产业链' }).click()
  await drop(page, 'chain.csv', chain)
  await expect(page.getByText('读到 4 个环节、3 条上下游关系')).toBeVisible()
  await page.getByRole('dialog').getByLabel('产业链名称').fill('橡胶轮胎')
  await page.getByRole('dialog').getByLabel('英文名称', { exact: true }).fill('Rubber tyres')
  await page.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: '橡胶轮胎' })).toBeVisible()
  // The enterprises come by events: the map is read again when they are there.
  await expect(async () => {
    await page.reload()
    await expect(page.getByRole('button', { name: '轮胎: 完整, 本地企业 2 家' })).toBeVisible({ timeout: 3000 })
  }).toPass()
  await expect(page.getByRole('button', { name: '硫化设备: 缺失, 本地企业 0 家' })).toBeVisible()
  await expect(page.getByRole('button', { name: '合成橡胶: 薄弱, 本地企业 1 家' })).toBeVisible()
  const map = new URL(page.url()).pathname

  // A lead from outside that only the bureau sees.
  await page.goto('/atlas/import')
  await drop(page, 'outside.csv', outside)
  await expect(page.getByText('文件带来 3 个节点、2 条关系')).toBeVisible()
  await page.getByRole('button', { name: /^导\s?入$/ }).click()
  await expect(page.getByText('已导入 3 个节点、2 条关系')).toBeVisible()

  // What was brought in is listed, and what was made up for a demonstration can go again.
  await drop(page, 'made.csv', made)
  await expect(page.getByText('文件带来 2 个节点、1 条关系')).toBeVisible()
  await page.getByRole('button', { name: /^导\s?入$/ }).click()
  const demo = page.getByRole('row', { name: /演示外地企业/ })
  await expect(demo).toContainText('合成')
  await expect(page.getByRole('row', { name: /外地硫化机械/ }).getByRole('button', { name: /^删\s?除$/ })).toHaveCount(0)
  await accessible(page)
  await picture(page, 'atlas-import')
  await demo.getByRole('button', { name: /^删\s?除$/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^删\s?除$/ }).click()
  await expect(demo).toHaveCount(0)

  // The city's search leads to the chain and, for the bureau, to who is outside.
  await page.goto('/search?q=外地硫化')
  await page.getByRole('link', { name: /外地硫化机械/ }).first().click()
  await expect(page).toHaveURL(/explorer\?node=outside/)

  // The missing stage is chosen with the keyboard; whom to attract, and why, is kept as a list.
  await page.goto(map)
  await page.getByRole('button', { name: /^硫化设备: 缺失/ }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: '所选环节' })).toContainText('本地没有企业')
  await accessible(page)
  await picture(page, 'atlas-chain')
  await page.getByRole('button', { name: '查找招商候选企业 (1)' }).click()
  const row = page.getByRole('row', { name: /外地硫化机械/ })
  await expect(row).toContainText('生产该环节产品')
  await expect(row).toContainText('与相邻环节企业技术相同')
  await expect(row).toContainText('行业展会名录')
  await page.getByRole('button', { name: '保存为名单' }).click()
  await page.getByLabel('名单名称').fill('硫化设备招商')
  await page.getByRole('dialog').getByRole('button', { name: /^保\s?存$/ }).click()
  await page.getByRole('button', { name: '打开名单' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '硫化设备招商' })).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: '下载 CSV' }).click()
  expect((await download).suggestedFilename()).toMatch(/\.csv$/)

  // From the list a company is followed: what the chain knows of it is filled in.
  await page.getByRole('link', { name: '登记为招商线索 · 外地硫化机械' }).click()
  await expect(page.getByLabel('产业链', { exact: true })).toHaveValue('橡胶轮胎')
  await expect(page.getByLabel('补链环节')).toHaveValue('硫化设备')
  await page.getByLabel('来源地').fill('外省外市')
  await page.getByLabel('行业').fill('专用设备')
  await page.getByTitle('专用设备制造业').click()
  await accessible(page)
  await picture(page, 'atlas-lead')
  await page.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: '外地硫化机械' })).toBeVisible()
  await expect(page.getByText('产业链缺口分析')).toBeVisible()
  await page.goto('/enterprise/attraction')
  await expect(page.getByRole('link', { name: '外地硫化机械' })).toBeVisible()

  // Others see the gap, and nothing of the lead.
  const viewer = await another('viewer', 'en')
  await viewer.goto(`${map}?stage=press&ask=candidates`)
  await expect(viewer.getByRole('button', { name: /^Curing presses: Missing/ })).toBeVisible()
  await expect(viewer.getByText('Nothing fits')).toBeVisible()
  await expect(viewer.getByText('Away Presses')).toHaveCount(0)
  await narrow(viewer)
  await picture(viewer, 'atlas-chain-phone-en')

  // The graph answers, and is drawn.
  await page.goto('/atlas/questions?kind=who&what=机器视觉&go=1')
  await expect(page.getByRole('link', { name: '崂山轮胎一厂' }).first()).toBeVisible()
  await expect(page.getByText('企业名录公开信息').first()).toBeVisible()
  await accessible(page)
  await picture(page, 'atlas-questions')
  await page.goto('/atlas/explorer')
  await expect(page.getByRole('img', { name: /图谱画面/ })).toBeVisible()
  await page.getByRole('button', { name: '崂山轮胎二厂', exact: true }).first().click()
  await expect(page.getByText('以此为中心')).toBeVisible()
  await page.getByRole('button', { name: '以此为中心' }).click()
  await expect(page.getByRole('button', { name: '返回全图' })).toBeVisible()
  await accessible(page)
  await picture(page, 'atlas-explorer')
  await viewer.goto('/atlas/explorer')
  await expect(viewer.getByRole('img', { name: /Picture of the graph/ })).toBeVisible()
  await narrow(viewer)
  await picture(viewer, 'atlas-explorer-phone-en')
})
