import { hear, readCoils, readRegisters, writeRegister } from './capture'
import { picture } from './picture'
import { enrolled } from './probe'
import { accessible, address, enter, expect, narrow, organisation, people, send, test } from './support'

test('who speaks with whom is learned, reviewed by keyboard and enforced; a deviation is agreed to', async ({ page, another }) => {
  test.setTimeout(240_000)
  const request = page.request
  await organisation(request, '基线用户企业', [{ login: 'baseline.manager', role: 'manager', name: '安全负责人' }])
  await page.context().clearCookies()
  await enter(request, 'baseline.manager')
  await send(request, 'POST', '/api/security/assets', { name: '主控 PLC', role: 'plc', vendor: '', product: '', model: '', order_number: '', firmware: '', serial: '', addresses: [{ ip: '10.0.0.1' }], zone: '控制区', zone_level: 1, criticality: 2, reach: 'internal', responsible: '', site: '', note: '' })
  await enrolled(request, '二号线', 'detail', async (dir, sensor) => {
    // A baseline begins to learn.
    const firm = await another('baseline.manager')
    const banner = (text: string) => firm.locator('.ant-alert').getByText(text)
    await firm.goto('/security/baselines')
    await expect(firm.getByText('还没有通信基线')).toBeVisible()
    await firm.getByRole('button', { name: '建立基线' }).click()
    await firm.getByRole('dialog').getByLabel('名称').fill('二号线控制网')
    await accessible(firm)
    await firm.getByRole('button', { name: '开始学习' }).click()
    await expect(firm.getByRole('heading', { level: 1 })).toContainText('二号线控制网')
    const id = firm.url().split('/').pop()!.split('?')[0]!
    await hear(dir, 'learn', [
      { from: 9, to: 1, unit: 1, pdu: readRegisters }, { from: 9, to: 1, unit: 2, pdu: readRegisters }, { from: 9, to: 1, unit: 1, pdu: writeRegister }, { from: 9, to: 2, unit: 1, pdu: readRegisters },
      { from: 8, to: 1, unit: 1, pdu: readCoils }, { from: 8, to: 2, unit: 1, pdu: readCoils },
    ])
    const lines = async () => (await (await request.get(`${address()}/api/security/baselines/${id}`)).json() as { lines: number }).lines
    await expect.poll(lines, { timeout: 60_000 }).toBe(6)
    await firm.reload()
    await expect(banner('已学到 6 行')).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-baseline-learning')
    await firm.getByRole('button', { name: '结束学习' }).click()
    await firm.getByRole('dialog').getByLabel('理由').fill('班组运行一轮')
    await firm.getByRole('dialog').getByRole('button', { name: '结束学习' }).click()

    // The review, by keyboard: the write comes first and is accepted; the rest follows.
    await expect(banner('6 行待评审')).toBeVisible()
    await firm.getByRole('tab', { name: /评审/ }).click()
    await expect(firm.getByRole('cell', { name: /主控 PLC/ }).first()).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-baseline-review')
    await narrow(firm)
    await picture(firm, 'security-baseline-review-phone')
    await firm.setViewportSize({ width: 1440, height: 900 })
    await firm.getByRole('heading', { level: 1 }).click()
    await firm.keyboard.press('a')
    await expect(banner('5 行待评审')).toBeVisible()
    const two = firm.getByRole('checkbox', { name: '10.0.0.9 → 10.0.0.1 read_holding_registers' })
    await two.nth(0).check()
    await two.nth(1).check()
    await firm.keyboard.press('g')
    await expect(firm.getByRole('checkbox', { name: '任意单元' })).toBeChecked()
    await accessible(firm)
    await picture(firm, 'security-baseline-group')
    await firm.getByRole('dialog').getByRole('button', { name: '合并' }).click()
    await expect(banner('3 行待评审')).toBeVisible()
    await firm.getByRole('heading', { level: 1 }).click()
    // Keys that follow each other before the answers come are about one line each.
    for (const key of ['r', 'a', 'a']) await firm.keyboard.press(key)
    await expect(banner('全部行已有结论，可以发布')).toBeVisible()
    await firm.getByRole('tab', { name: '通信图' }).click()
    await expect(firm.getByRole('button', { name: '10.0.0.9' }).first()).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-baseline-network')
    await firm.getByRole('button', { name: '发布第 1 版' }).click()
    await firm.getByRole('dialog').getByLabel('理由').fill('与网络图核对')
    await firm.getByRole('dialog').getByRole('button', { name: '发布第 1 版' }).click()
    await expect(firm.getByText('执行中').first()).toBeVisible()
    await firm.getByRole('tab', { name: '当前版本' }).click()
    await expect(firm.getByRole('tabpanel').getByText('任意单元')).toBeVisible()
    await accessible(firm)

    // A host that never spoke writes: an alert, and then it is wanted.
    await hear(dir, 'deviate', [{ from: 66, to: 1, unit: 1, pdu: writeRegister }, { from: 9, to: 1, unit: 7, pdu: readRegisters }])
    const alerts = async () => (await (await request.get(`${address()}/api/security/alerts?kind=baseline`)).json() as { total: number }).total
    await expect.poll(alerts, { timeout: 60_000 }).toBe(1)
    await firm.goto(`/security/baselines/${id}?tab=deviations`)
    await expect(firm.getByRole('tabpanel').getByText('10.0.0.66')).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-baseline-deviations')
    await firm.getByRole('link', { name: '查看告警' }).click()
    await expect(firm.getByRole('heading', { level: 1 })).toContainText('基线外的主机下发命令')
    await accessible(firm)
    await picture(firm, 'security-baseline-alert')
    await narrow(firm)
    await picture(firm, 'security-baseline-alert-phone')
    await firm.setViewportSize({ width: 1440, height: 900 })
    await firm.getByRole('button', { name: '这是需要的' }).click()
    await firm.getByRole('dialog').getByLabel('理由').fill('新装操作站，工单 8')
    await firm.getByRole('dialog').getByRole('button', { name: '这是需要的' }).click()
    await expect(firm.getByText('需要的', { exact: true }).first()).toBeVisible()

    // Maintenance has a window; the second edition stands beside the first.
    await firm.goto(`/security/baselines/${id}?tab=progress`)
    await expect(firm.getByText('第 2 版').first()).toBeVisible()
    await firm.getByRole('button', { name: '添加检修窗口' }).click()
    await firm.getByRole('dialog').getByLabel('作业主机').fill('10.0.0.50')
    await firm.getByRole('dialog').getByLabel('理由').fill('工单 12')
    await accessible(firm)
    await firm.getByRole('dialog').getByRole('button', { name: '添加检修窗口' }).click()
    await expect(firm.getByText('进行中').first()).toBeVisible()
    await accessible(firm)
    await picture(firm, 'security-baseline')
    await narrow(firm)
    await picture(firm, 'security-baseline-phone')

    // The city reads, in English, and the look is written down.
    const city = await another(people.administrator, 'en')
    await city.goto('/security/baselines')
    await city.getByRole('link', { name: '二号线控制网' }).click()
    await expect(city.getByText('Edition 2').first()).toBeVisible()
    await expect(city.getByRole('button', { name: 'Pause' })).toHaveCount(0)
    await accessible(city)
    await picture(city, 'security-baseline-en')
    await narrow(city)
    await picture(city, 'security-baseline-phone-en')
    expect(await (await request.get(`${address()}/api/security/sensors/${sensor.id}/looks`)).text()).toContain('"what":"baselines"')
  })
})
