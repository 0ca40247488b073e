import type { APIRequestContext, Page } from '@playwright/test'
import { answerAll, type Sheet } from './answers'
import { picture } from './picture'
import { accessible, address, creditCode, enter, expect, narrow, organisation, password, people, send, test } from './support'

// Seven enterprises are diagnosed, five of them by the API.
test.describe.configure({ timeout: 300_000 })

/** Files the entry of whoever is signed in, and has it accepted; returns its id. */
async function entry(request: APIRequestContext, login: string, name: string): Promise<string> {
  await enter(request, login)
  const code = creditCode()
  const made = await send<{ id: string; version: number }>(request, 'POST', '/api/enterprise/entries', { code, name: { zh: name, en: '' }, district: '370212', industry: 'C35' })
  await enter(request, people.administrator)
  const answer = await request.post(`${address()}/api/enterprise/entries/${made.id}/decision`, { data: { decision: 'accepted' }, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${made.version}"` } })
  expect(answer.ok(), await answer.text()).toBe(true)
  return made.id
}

const part = (page: Page, name: RegExp) => page.getByRole('navigation', { name: '问卷部分' }).getByRole('button', { name })

test('an enterprise answers, leaves, comes back and submits; an expert changes an answer, and the result follows', async ({ page, another, signIn }) => {
  const bureau = page.request
  await organisation(bureau, '诊断企业', [{ login: 'diagnosed', role: 'manager', name: '诊断管理员' }])
  const own = await entry(bureau, 'diagnosed', '诊断机械有限公司')
  for (let n = 0; n < 5; n++) {
    await organisation(bureau, `对照企业${n}`, [{ login: `peer-${n}`, role: 'manager', name: `对照${n}` }])
    const id = await entry(bureau, `peer-${n}`, `对照机械${n}`)
    await enter(bureau, `peer-${n}`)
    const sheet = await send<Sheet>(bureau, 'POST', '/api/enterprise/diagnosis/sheets', { entry_id: id, template: 'sme-2024' })
    await answerAll(bureau, sheet.id, n % 3)
    await send(bureau, 'POST', `/api/enterprise/diagnosis/sheets/${sheet.id}/submission`, { share: 'result' })
  }

  // Begun, answered by keyboard, left, and found as it was.
  const firm = await another('diagnosed')
  await firm.goto('/enterprise/diagnosis')
  await firm.getByText('依据与核对情况').first().click()
  await expect(firm.getByText('未核对', { exact: true }).first()).toBeVisible()
  await accessible(firm)
  await picture(firm, 'diagnosis-start')
  await firm.getByRole('button', { name: /开始诊断 · 中小企业/ }).click()
  await expect(firm.getByText('已答0/31').first()).toBeVisible()
  await firm.getByRole('checkbox', { name: '建有5G工业网络' }).focus()
  await firm.keyboard.press('Space')
  await expect(firm.getByRole('checkbox', { name: '建有5G工业网络' })).toBeChecked()
  await firm.getByRole('group', { name: '网络建设' }).getByRole('checkbox', { name: '无', exact: true }).check()
  await expect(firm.getByRole('checkbox', { name: '建有5G工业网络' })).not.toBeChecked()
  await firm.getByRole('checkbox', { name: '建有5G工业网络' }).check()
  await firm.getByRole('radio', { name: '全部环节' }).focus()
  await firm.keyboard.press('Space')
  await expect(firm.getByText('全部答案已保存')).toBeVisible()
  await expect(firm.getByText('已答2/31').first()).toBeVisible()
  await accessible(firm)
  await picture(firm, 'diagnosis-form')
  await firm.goto('/enterprise/diagnosis')
  await firm.getByRole('link', { name: '继续填写' }).click()
  await expect(firm.getByRole('radio', { name: '全部环节' })).toBeChecked()
  await expect(firm.getByText(/诊断管理员/).first()).toBeVisible()
  await narrow(firm)
  await picture(firm, 'diagnosis-form-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })

  // What cannot be saved is kept, told, and sent again.
  await firm.route('**/answers/**', (route) => route.abort())
  await firm.getByRole('radio', { name: '80%以上环节' }).check()
  await expect(firm.getByText(/未能保存/)).toBeVisible()
  await expect(firm.getByRole('radio', { name: '80%以上环节' })).toBeChecked()
  await firm.unroute('**/answers/**')
  await firm.getByRole('button', { name: '重试' }).click()
  await expect(firm.getByText('全部答案已保存')).toBeVisible()

  // The rest; a grade of 3 needs evidence, without which nothing is submitted.
  const id = firm.url().split('/').pop()!.split('?')[0]!
  await answerAll(firm.request, id, 2)
  await firm.reload()
  await part(firm, /场景/).click()
  await firm.getByRole('group', { name: /质量管理/ }).getByRole('radio', { name: /数字化检验并报警/ }).check()
  await expect(firm.getByText('此答案须附佐证材料')).toBeVisible()
  await firm.getByRole('button', { name: '提交', exact: true }).click()
  await expect(firm.getByRole('dialog').getByText('还有0个问题未答、1份佐证未附')).toBeVisible()
  await firm.getByRole('dialog').getByRole('button', { name: '去补充' }).click()
  await firm.getByRole('group', { name: /质量管理/ }).locator('input[type=file]').setInputFiles({ name: '检验记录.txt', mimeType: 'text/plain', buffer: Buffer.from('检验报警记录') })
  await expect(firm.getByRole('link', { name: '检验记录.txt' })).toBeVisible()
  await part(firm, /原始数据/).click()
  await firm.getByLabel('生产设备总数').fill('100')
  await firm.getByLabel('其中：数字化生产设备').fill('30')
  await firm.getByLabel('其中：数字化生产设备').blur()
  await expect(firm.getByText('全部答案已保存')).toBeVisible()
  await picture(firm, 'diagnosis-figures')
  await firm.getByRole('button', { name: '提交', exact: true }).click()
  await firm.getByRole('dialog').getByText(/结果、答案与佐证材料/).click()
  await picture(firm, 'diagnosis-submit')
  await firm.getByRole('dialog').getByRole('button', { name: /^提\s?交$/ }).click()

  // 100 − 6 of three networks − 2.5 of systems: 91.5; all scenarios at 2 or 3 is level 2.
  await expect(firm.getByText('91.5', { exact: true }).first()).toBeVisible()
  await expect(firm.getByText('二级').first()).toBeVisible()
  await expect(firm.getByRole('img', { name: /各方面得分率/ })).toBeVisible()
  await expect(firm.getByText(/同行业中位数（6家）/).first()).toBeVisible()
  await expect(firm.getByText('达到3级的场景1个，需要8个')).toBeVisible()
  await expect(firm.getByText(/选择“超过60%”，按原始数据为“20%至40%”/)).toBeVisible()
  await accessible(firm)
  await picture(firm, 'diagnosis-result')
  await narrow(firm)
  await picture(firm, 'diagnosis-result-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })

  await reviewed(bureau, id, page, signIn, another)
  await firm.reload()
  await expect(firm.getByText('84', { exact: true }).first()).toBeVisible() // 91.5 − 7.5 of systems
  await expect(firm.getByText(/91.5/).first()).toBeVisible()
  await firm.getByRole('tab', { name: '答案' }).click()
  await expect(firm.getByText(/没有看到系统清单/)).toBeVisible()
  await picture(firm, 'diagnosis-reviewed')

  // What to do next on the ladder of maturity leads to who and what the city has for it.
  const ladder = await send<Sheet>(firm.request, 'POST', '/api/enterprise/diagnosis/sheets', { entry_id: own, template: 'maturity-2020' })
  await answerAll(firm.request, ladder.id, 'first')
  await send(firm.request, 'POST', `/api/enterprise/diagnosis/sheets/${ladder.id}/submission`, { share: 'result' })
  await firm.goto(`/enterprise/diagnosis/${ladder.id}`)
  const step = firm.getByRole('row', { name: /组织战略/ })
  await expect(step.getByRole('link', { name: '组织战略: 服务商' })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'diagnosis-maturity')
  await narrow(firm)
  await picture(firm, 'diagnosis-maturity-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })
  await step.getByRole('link', { name: '组织战略: 赋能场景' }).click()
  await expect(firm.getByPlaceholder('关键词、英文或拼音')).toHaveValue('组织战略')
})

/** The bureau assigns an expert, who changes an answer with a reason and gives the review. */
async function reviewed(bureau: APIRequestContext, id: string, page: Page, signIn: (who: 'administrator') => Promise<void>, another: (login?: string, language?: 'zh' | 'en') => Promise<Page>): Promise<void> {
  await enter(bureau, people.administrator)
  const session = (await (await bureau.get(`${address()}/api/system/session`)).json()) as { organisation: { id: string } }
  await send(bureau, 'POST', '/api/system/persons', { login: 'diagnosis-expert', name: '诊断专家甲', password, memberships: [{ organisation_id: session.organisation.id, role: 'leader' }] })
  await signIn('administrator')
  await page.goto('/enterprise/diagnosis?tab=overview')
  await expect(page.getByText('已诊断企业')).toBeVisible()
  await accessible(page)
  await picture(page, 'diagnosis-overview')
  await page.goto(`/enterprise/diagnosis/${id}`)
  await page.getByRole('button', { name: '指派专家' }).click()
  await page.getByRole('dialog').getByRole('combobox').fill('诊断专家')
  await page.locator('.ant-select-item-option').filter({ hasText: '诊断专家甲' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '指派专家' }).click()
  await expect(page.getByText('诊断专家甲正在评审')).toBeVisible()

  const expert = await another('diagnosis-expert', 'en')
  await expert.goto('/enterprise/diagnosis?mine=waiting')
  await expert.getByRole('link', { name: '诊断机械有限公司' }).click()
  await expect(expert.getByRole('link', { name: '检验记录.txt' })).toBeVisible()
  await expert.getByRole('button', { name: 'Confirm · Quality', exact: true }).last().click()
  await expect(expert.getByText('Confirmed').first()).toBeVisible()
  await expert.getByRole('button', { name: 'Change · How many business links run on information systems?' }).click()
  await expert.getByRole('dialog').getByRole('radio', { name: 'None', exact: true }).check()
  await expert.getByRole('dialog').getByRole('button', { name: 'Change', exact: true }).click()
  await expect(expert.getByRole('dialog').getByText('Say why')).toBeVisible()
  await expert.getByRole('dialog').getByLabel('Reason').fill('没有看到系统清单')
  await accessible(expert)
  await picture(expert, 'diagnosis-change')
  await expert.getByRole('dialog').getByRole('button', { name: 'Change', exact: true }).click()
  await expect(expert.getByRole('dialog')).toHaveCount(0)
  await accessible(expert)
  await picture(expert, 'diagnosis-review-en')
  await narrow(expert)
  await picture(expert, 'diagnosis-review-phone-en')
  await expert.getByRole('button', { name: 'Give the review' }).click()
  await expect(expert.getByText('Reviewed', { exact: true }).first()).toBeVisible()
  await expert.goto(`/enterprise/diagnosis/${id}?tab=result`)
  await expect(expert.getByText('84', { exact: true }).first()).toBeVisible()
  await picture(expert, 'diagnosis-result-phone-en')
  await expert.setViewportSize({ width: 1440, height: 900 })
  await picture(expert, 'diagnosis-result-en')
}
