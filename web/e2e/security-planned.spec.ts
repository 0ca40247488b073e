import { picture } from './picture'
import { accessible, enter, expect, narrow, organisation, send, test } from './support'

const head = '名称,类型,厂商,型号,ip,segment,固件版本,区域,投运日期,退役日期'
const first = [head, '二号线主控,plc,示例传动,Drive 7,10.0.2.1,二号线,2.4,控制区,,', '二号线操作屏,,示例传动,View 5,10.0.2.2,二号线,,监控区,,', '旧主控,plc,示例传动,Drive 6,10.0.2.9,二号线,,控制区,,2026-01-01'].join('\n')
const second = [first, '二号线驱动,plc,示例传动,Drive 8,10.0.2.3,二号线,,控制区,2099-01-01,'].join('\n').replace(',2.4,', ',2.5,')

test('an enterprise plans, releases, compares and declares; a second revision tells what changed', async ({ page, another }) => {
  const request = page.request
  await organisation(request, '计划用户企业', [{ login: 'planner', role: 'manager', name: '工程负责人' }])
  const firm = await another('planner')
  await firm.goto('/security/assets/inventory?tab=plans')
  await expect(firm.getByText('还没有资产计划')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-plans-empty')

  // A plan is begun, and a wrong file says where.
  await firm.getByRole('button', { name: '新建计划' }).click()
  await firm.getByRole('dialog').getByLabel('名称').fill('二号线扩建')
  await firm.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await expect(firm.getByRole('heading', { name: '二号线扩建' })).toBeVisible()
  await firm.getByRole('link', { name: '导入修订版' }).click()
  const choose = (text: string) => firm.locator('input[type=file]').setInputFiles({ name: 'plan.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await choose(first.replace('plc', 'robot'))
  await expect(firm.getByText('不是 18 种资产类型之一')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-plan-wrong')

  // It is kept, released, and compared.
  await choose(first)
  await firm.getByRole('button', { name: '保存为第 1 版' }).click()
  await firm.getByRole('link', { name: '去发布' }).click()
  await firm.getByRole('button', { name: '发布', exact: true }).click()
  await firm.getByRole('dialog').getByRole('button', { name: '发布', exact: true }).click()
  await expect(firm.getByText('有效', { exact: true }).first()).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-plan')
  await narrow(firm)
  await picture(firm, 'security-plan-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })
  await enter(request, 'planner')
  const facts = { vendor: '示例传动', product: '', model: 'Drive 7', order_number: '', firmware: '2.1', serial: '', zone: '控制区', zone_level: 0, criticality: 3, reach: 'internal', responsible: '', site: '', note: '', role: 'plc' }
  await send(request, 'POST', '/api/security/assets', { ...facts, name: '主控 2', addresses: [{ ip: '10.0.2.1', segment: '二号线' }] })
  await send(request, 'POST', '/api/security/assets', { ...facts, name: '旧主控', addresses: [{ ip: '10.0.2.9', segment: '二号线' }] })
  await firm.goto('/security/assets/inventory?tab=comparison')
  await expect(firm.getByRole('button', { name: '应已退役 1' })).toBeVisible()
  await firm.getByRole('row', { name: /主控 2/ }).getByRole('button').first().click()
  await expect(firm.getByRole('cell', { name: '2.4', exact: true })).toBeVisible()
  await picture(firm, 'security-comparison')
  await accessible(firm)
  await narrow(firm)
  await picture(firm, 'security-comparison-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })

  // What is planned and not declared is declared from there; what is missing is asked for.
  await firm.getByRole('checkbox', { name: '二号线操作屏' }).check()
  await firm.getByRole('button', { name: '登记所选（1）' }).click()
  await firm.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await expect(firm.getByText('请选择类型').first()).toBeVisible()
  await picture(firm, 'security-comparison-declare')
  await firm.getByRole('dialog').getByLabel('类型').fill('人机')
  await firm.getByRole('dialog').getByLabel('类型').press('Enter')
  await firm.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await expect(firm.getByRole('dialog')).toHaveCount(0)
  await expect(firm.getByRole('button', { name: '一致 1', exact: true })).toBeVisible()

  // The next revision tells what it changes.
  await firm.goto('/security/assets/inventory?tab=plans')
  await firm.getByRole('link', { name: '二号线扩建' }).click()
  await firm.getByRole('link', { name: '导入修订版' }).click()
  await choose(second)
  await expect(firm.getByText('固件版本: 2.4 → 2.5')).toBeVisible()
  await picture(firm, 'security-plan-preview')
  await firm.getByRole('button', { name: '保存为第 2 版' }).click()
  await firm.getByRole('link', { name: '去发布' }).click()
  await expect(firm.getByText('第 2 版尚未发布')).toBeVisible()
  await firm.getByRole('button', { name: '变化' }).first().click()
  await expect(firm.getByText('固件版本: 2.4 → 2.5')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'security-plan-difference')
})
