import { picture } from './picture'
import { accessible, expect, narrow, organisation, send, test } from './support'
import type { Page } from '@playwright/test'

/** A unified social credit code with its check character (GB 32100-2015), that no other run has. */
function code(n: number): string {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  const body = `91370200${String(n).padStart(9, '0')}`
  let sum = 0
  let weight = 1
  for (const c of body) {
    sum += alphabet.indexOf(c) * weight
    weight = (weight * 3) % 31
  }
  return body + alphabet[(31 - (sum % 31)) % 31]
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).first().click()
  await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(option, { exact: true }).click()
}

test('an enterprise files its entry, mends it, is accepted, and shows others what it chose', async ({ page, another, signIn }) => {
  await organisation(page.request, '海湾机械', [{ login: 'bay', role: 'manager', name: '海湾管理员' }])
  await organisation(page.request, '远山化工', [{ login: 'hill', role: 'manager', name: '远山管理员' }])
  const firm = code(Math.floor(Math.random() * 1e9))

  // It is filed, and what is wrong is told at the field, with what was typed kept.
  const bay = await another('bay')
  await bay.goto('/enterprise/mine')
  await bay.getByLabel('企业名称（中文）').fill('海湾机械有限公司')
  await expect(bay.getByLabel('企业名称（英文）')).toHaveValue('')
  await bay.getByLabel('统一社会信用代码').fill('91370200123456789X')
  await choose(bay, '区市', '崂山区')
  await bay.getByLabel('行业', { exact: true }).fill('C35')
  await bay.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText('C35 专用设备制造业', { exact: true }).click()
  await choose(bay, '企业规模', '中型')
  await bay.getByLabel('地址', { exact: true }).fill('株洲路')
  await bay.getByRole('button', { name: '添加营业收入' }).click()
  await bay.getByLabel('年份').fill('2025')
  await bay.getByLabel('营业收入（万元）').fill('42000')
  await bay.getByRole('button', { name: '添加资质' }).click()
  await bay.getByLabel('类别', { exact: true }).click()
  await bay.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText('高新技术企业', { exact: true }).click()
  await bay.getByLabel('有效期至').fill('2099-12-31')
  await bay.getByRole('button', { name: '添加联系人' }).click()
  await bay.getByLabel('姓名').fill('王小明')
  await bay.getByLabel('电话').fill('13800001234')
  await bay.getByRole('button', { name: '提交审核' }).click()
  await expect(bay.getByText('18 位统一社会信用代码，校验位应相符')).toBeVisible()
  await expect(bay.getByLabel('企业名称（中文）')).toHaveValue('海湾机械有限公司')
  await accessible(bay)
  await picture(bay, 'enterprise-form')
  await narrow(bay)
  await picture(bay, 'enterprise-form-phone')
  await bay.setViewportSize({ width: 1440, height: 900 })
  await bay.getByLabel('统一社会信用代码').fill(firm)
  await bay.getByRole('button', { name: '提交审核' }).click()
  await expect(bay.getByText('已提交，等待主管部门审核')).toBeVisible()
  const address = new URL(bay.url()).pathname

  // The bureau sends it back.
  await signIn('administrator')
  await page.goto('/enterprise/review')
  await page.getByRole('link', { name: '海湾机械有限公司' }).click()
  await expect(page.getByText('王小明')).toBeVisible()
  await page.getByRole('button', { name: '退回修改' }).click()
  await page.getByRole('dialog').getByLabel('说明').fill('请补充门牌号')
  await page.getByRole('dialog').getByRole('button', { name: '退回修改' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await picture(page, 'enterprise-entry-bureau')

  // The enterprise learns it without a reload, mends the entry and submits it again.
  await expect(bay.getByText('请补充门牌号')).toBeVisible()
  await bay.getByRole('button', { name: '修改并重新提交' }).click()
  await bay.getByLabel('地址', { exact: true }).fill('株洲路 1 号')
  await bay.getByRole('button', { name: '重新提交', exact: true }).click()
  await expect(bay.getByText('已提交，等待主管部门审核')).toBeVisible()
  await expect(page.getByText('该登记等待审核')).toBeVisible()
  await page.getByRole('button', { name: '通过', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: '通过', exact: true }).click()
  await expect(bay.getByText('已通过')).toBeVisible()

  // The enterprise sees who was shown what, and chooses what is public.
  await bay.getByRole('tab', { name: '查阅记录' }).click()
  await expect(bay.getByRole('cell', { name: '营业收入、联系人' }).or(bay.getByRole('cell', { name: /营业收入/ })).first()).toBeVisible()
  await accessible(bay)
  await picture(bay, 'enterprise-accesses')
  await bay.getByRole('tab', { name: '公开范围' }).click()
  await bay.locator('.ant-form-item', { hasText: '企业规模' }).getByText('仅主管部门').click()
  await bay.getByRole('button', { name: '保存公开范围' }).click()
  await expect(bay.getByText('已保存')).toBeVisible()
  await picture(bay, 'enterprise-consent')
  await bay.getByRole('tab', { name: '登记历史' }).click()
  await expect(bay.getByRole('cell', { name: /修改公开范围/ })).toBeVisible()

  // Another enterprise finds it, and sees what is public alone.
  const hill = await another('hill')
  await hill.goto('/enterprise')
  await hill.getByRole('searchbox').or(hill.getByPlaceholder('名称或统一社会信用代码')).first().fill(firm)
  await hill.getByRole('link', { name: '海湾机械有限公司' }).click()
  await expect(hill.getByText('株洲路 1 号')).toBeVisible()
  await expect(hill.getByText(/企业未向您公开：企业规模、从业人员、营业收入、联系人、佐证文件/)).toBeVisible()
  await expect(hill.getByText('王小明')).toBeHidden()
  await expect(hill.getByText('42,000')).toBeHidden()
  await expect(hill.getByRole('tab', { name: '查阅记录' })).toBeHidden()
  await accessible(hill)
  await picture(hill, 'enterprise-entry-other')
  await hill.getByRole('tab', { name: '资质' }).click()
  await expect(hill.getByText('至 2099-12-31')).toBeVisible()
  const seen = await hill.request.get(`/api${address}`)
  expect(await seen.text()).not.toContain('王小明')
  const english = await another('hill', 'en')
  await english.goto(address)
  await expect(english.getByText(/does not show you: Size, Staff/)).toBeVisible()
  await picture(english, 'enterprise-entry-en')
  await narrow(english)
  await picture(english, 'enterprise-entry-en-phone')
  await english.goto('/enterprise')
  await expect(english.getByRole('heading', { name: 'Directory of enterprises' })).toBeVisible()
  await narrow(english)
  await picture(english, 'enterprise-list-en-phone')
  await english.setViewportSize({ width: 1440, height: 900 })
  await picture(english, 'enterprise-list-en')
  await hill.goto(`/enterprise?size=medium&q=${firm}`)
  await expect(hill.getByText('海湾机械有限公司')).toBeHidden()
})

test('the bureau imports enterprises from a file: first looked at, then all or nothing', async ({ page, signIn }) => {
  await signIn('administrator')
  const [one, two] = [code(Math.floor(Math.random() * 1e9)), code(Math.floor(Math.random() * 1e9))]
  const file = (rows: string[]) => ({ name: 'enterprises.csv', mimeType: 'text/csv', buffer: Buffer.from(['统一社会信用代码,企业名称,区市,行业', ...rows].join('\n')) })
  await page.goto('/enterprise/import')
  await page.locator('input[type=file]').setInputFiles(file([`${one},导入甲公司,崂山区,C35`, 'X,导入乙公司,火星,C36']))
  await expect(page.getByText('请改正以下各行后重新上传')).toBeVisible()
  await expect(page.getByRole('row', { name: /火星/ })).toBeVisible()
  await accessible(page)
  await picture(page, 'enterprise-import-wrong')
  await page.locator('input[type=file]').setInputFiles(file([`${one},导入甲公司,崂山区,C35`, `${two},导入乙公司,城阳区,汽车制造业`]))
  await page.getByRole('button', { name: '导入 2 家企业' }).click()
  await expect(page.getByText('已导入 2 家企业')).toBeVisible()
  await page.getByRole('link', { name: '企业名录' }).last().click()
  await expect(page.getByRole('link', { name: '导入乙公司' })).toBeVisible()
  await accessible(page)
  await picture(page, 'enterprise-list')
  await narrow(page)
  await picture(page, 'enterprise-list-phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  for (const view of ['map', 'industries']) {
    await page.goto(`/enterprise?view=${view}`)
    await expect(page.getByRole('row', { name: /城阳|汽车制造业/ })).toBeVisible()
    await accessible(page)
    await picture(page, `enterprise-${view}`)
  }
  await page.goto('/enterprise/review?tab=register')
  await expect(page.getByRole('link', { name: '导入甲公司' })).toBeVisible()
  await accessible(page)
  await picture(page, 'enterprise-register')
})

test('two entries of one enterprise are compared, merged, and parted again', async ({ page, signIn }) => {
  await signIn('administrator')
  const [one, two] = [code(Math.floor(Math.random() * 1e9)), code(Math.floor(Math.random() * 1e9))]
  for (const [uscc, zh, address] of [[one, '石老人轮胎有限公司', '海尔路 1 号'], [two, '青岛石老人轮胎有限责任公司', '海尔路 9 号']]) {
    await send(page.request, 'POST', '/api/enterprise/entries', { code: uscc, name: { zh, en: '' }, district: '370212', industry: 'C29', profile: { address } })
  }
  await page.goto('/enterprise/duplicates')
  const pair = page.getByRole('row').filter({ hasText: one }).filter({ hasText: two })
  await expect(pair).toContainText('名称相同')
  await accessible(page)
  await picture(page, 'enterprise-duplicates')
  await pair.getByRole('button', { name: '对照' }).click()
  await page.getByRole('radio', { name: new RegExp(one) }).check()
  await page.getByRole('checkbox', { name: '取用地址与场所' }).check()
  await accessible(page)
  await picture(page, 'enterprise-comparison')
  await page.getByRole('button', { name: /^合\s?并$/ }).click()
  await page.getByRole('dialog', { name: '合并这两条登记？' }).getByRole('button', { name: /^合\s?并$/ }).click()
  await expect(page.getByText('合并这两条登记？')).toBeHidden()
  await expect(pair).toBeHidden()

  await page.getByRole('tab', { name: '合并记录' }).click()
  const merge = page.getByRole('row').filter({ hasText: one })
  await merge.getByRole('link', { name: '石老人轮胎有限公司', exact: true }).click()
  await expect(page.getByText('海尔路 9 号')).toBeVisible()
  await page.goBack()
  await merge.getByRole('button', { name: /^撤\s?销$/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^撤\s?销$/ }).click()
  await expect(merge).toContainText('已撤销')
  await narrow(page)
  await picture(page, 'enterprise-merges-phone')
  await page.goto('/enterprise/duplicates')
  await expect(pair).toBeVisible()
})
