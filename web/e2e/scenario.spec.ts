import type { APIRequestContext } from '@playwright/test'
import { picture } from './picture'
import { accessible, address, enter, expect, narrow, organisation, people, send, test } from './support'

const head = 'title_zh,title_en,summary_zh,summary_en,industries,stages,modes,links,technologies,values,maturity,cost_from,cost_to,cost_evidence\n'
const rows = [
  '轮胎外观缺陷机器视觉检测,Machine-vision inspection of tyres,工业相机识别轮胎表面划痕与气泡，替代人工目检,Cameras find scratches and bubbles,C29,inspection,smart_manufacturing,quality,vision;5g,quality,running,80,150,合同',
  '轮胎外观缺陷的机器视觉检测,Tyre inspection,用相机检查轮胎外观,Cameras look at tyres,C29,inspection,smart_manufacturing,quality,vision,quality,trial,,,',
  '空压站节能联控,Joint control of compressors,联控多台空压机，按用气量启停,Compressors start by demand,C34,environment,smart_manufacturing,energy,iot,green,replicated,20,60,合同',
  '产品全生命周期追溯,Traceability of products,一个标识关联供应商、生产与售后数据,One identifier joins the data,C13;C36,service,networked_collaboration,quality,identifier,quality,running,,,',
].join('\n')

/** Changes something that has a version, by the API. */
async function act<T>(request: APIRequestContext, path: string, version: number, data: unknown = {}): Promise<T> {
  const answer = await request.post(`${address()}${path}`, { data, headers: { 'X-Linghang-CSRF': '1', 'If-Match': `"${version}"` } })
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true)
  return (await answer.json()) as T
}

test('scenarios are imported, found by words and by the taxonomy, a duplicate is decided, and a list is released', async ({ page, signIn }) => {
  await signIn('administrator')
  await page.goto('/scenario/import')
  await page.locator('input[type=file]').setInputFiles({ name: 'scenarios.csv', mimeType: 'text/csv', buffer: Buffer.from(head + rows) })
  await expect(page.getByText('轮胎外观缺陷的机器视觉检测').first()).toBeVisible()
  await accessible(page)
  await picture(page, 'scenario-import')
  await page.getByRole('button', { name: '导入 4 个场景' }).click()
  await expect(page.getByText('已导入 4 个场景')).toBeVisible()

  await page.goto('/scenario')
  await page.getByPlaceholder(/关键词/).fill('AI质检')
  await expect(page.getByRole('link', { name: '轮胎外观缺陷机器视觉检测' })).toBeVisible()
  await expect(page.getByRole('link', { name: '空压站节能联控' })).toHaveCount(0)
  await page.getByPlaceholder(/关键词/).fill('compressors')
  await expect(page.getByRole('link', { name: '空压站节能联控' })).toBeVisible()
  await page.getByPlaceholder(/关键词/).fill('')
  await expect(page.getByRole('link', { name: '产品全生命周期追溯' })).toBeVisible()
  await accessible(page)
  await picture(page, 'scenario-list')
  await page.getByText('卡片', { exact: true }).click()
  await expect(page.getByText('产品全生命周期追溯')).toBeVisible()
  await accessible(page)
  await picture(page, 'scenario-cards')
  await narrow(page)
  await picture(page, 'scenario-cards-phone')
  await page.setViewportSize({ width: 1440, height: 900 })

  await page.goto('/scenario/duplicates')
  await page.getByRole('button', { name: '保留较早' }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: '保留较早' }).click()
  await expect(page.getByText('没有发现可能重复的场景')).toBeVisible()
  await page.getByRole('tab', { name: '处理记录' }).click()
  await accessible(page)
  await picture(page, 'scenario-decisions')
  await page.getByRole('button', { name: '撤销' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤销' }).click()
  await expect(page.getByText('已撤销').first()).toBeVisible()

  await page.goto('/scenario/lists')
  await page.getByRole('button', { name: /发布 \d{4} 年清单/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: /发布 \d{4} 年清单/ }).click()
  await expect(page.getByText(/第 1 批/)).toBeVisible()
  await accessible(page)
  await picture(page, 'scenario-lists')
})

test('an enterprise opens a scenario, one of two providers is chosen and carries it out, and the effect stands at the scenario', async ({ page, another }) => {
  const request = page.request
  await organisation(request, '开放企业', [{ login: 'opens', role: 'manager', name: '开放管理员' }])
  await organisation(request, '承接一号', [{ login: 'first-provider', role: 'manager', name: '一号管理员' }])
  await organisation(request, '承接二号', [{ login: 'second-provider', role: 'manager', name: '二号管理员' }])

  // The bureau writes and publishes a scenario.
  await enter(request, people.administrator)
  const classes = { industries: ['C15'], stages: ['environment'], modes: ['smart_manufacturing'], links: ['energy'], technologies: ['iot'], values: ['green'], maturity: 'running', effects: [], providers: [], apps: [], standards: [], pictures: [] }
  const written = await send<{ id: string; version: number }>(request, 'POST', '/api/scenario/scenarios', { title: { zh: '啤酒灌装线余热回收', en: 'Heat recovery of bottling' }, summary: { zh: '回收洗瓶机余热用于预热。', en: 'Waste heat warms the bottles.' }, ...classes })
  const submitted = await act<{ version: number }>(request, `/api/scenario/scenarios/${written.id}/submission`, written.version)
  await act(request, `/api/scenario/scenarios/${written.id}/decision`, submitted.version, { decision: 'published' })

  // It is opened; the site is confidential. The browser shows the page of the draft.
  const firm = await another('opens')
  await firm.goto(`/scenario/${written.id}`)
  await expect(firm.getByRole('heading', { name: '啤酒灌装线余热回收' })).toBeVisible()
  await accessible(firm)
  await picture(firm, 'scenario-page')
  await firm.getByRole('link', { name: '开放此场景' }).click()
  await expect(firm.getByLabel('需求')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'scenario-opening-form')
  await enter(request, 'opens')
  const deadline = new Date(Date.now() + 20_000).toISOString()
  const draft = await send<{ id: string; version: number }>(request, 'POST', '/api/scenario/openings', { scenario_id: written.id, title: '二号线余热回收', what: '回收两台洗瓶机余热', data: '蒸汽流量', site: '二号灌装车间东侧', schedule: '', budget_from: 20, budget_to: 60, confidential: ['site'], deadline })
  await firm.goto(`/scenario/openings/${draft.id}`)
  await firm.getByRole('button', { name: '开放', exact: true }).click()
  await firm.getByRole('dialog').getByRole('button', { name: '开放', exact: true }).click()
  await expect(firm.getByText('征集中')).toBeVisible()

  // Two apply; the second neither sees the site nor the first's application.
  const door = `/api/scenario/openings/${draft.id}`
  await enter(request, 'first-provider')
  await send(request, 'PUT', `${door}/application`, { approach: '板式换热器加储热罐', team: '', price: 42, days: 60 })
  await enter(request, 'second-provider')
  await send(request, 'PUT', `${door}/application`, { approach: '热泵方案', team: '', price: 55, days: 90 })
  const second = await another('second-provider')
  await second.goto(`/scenario/openings/${draft.id}`)
  await expect(second.getByText('热泵方案')).toBeVisible()
  await expect(second.getByText('板式换热器')).toHaveCount(0)
  await expect(second.getByText('二号灌装车间东侧')).toHaveCount(0)
  await accessible(second)
  await picture(second, 'scenario-opening-provider')

  // After the deadline of the server the enterprise chooses.
  await enter(request, 'opens')
  await expect.poll(async () => ((await (await request.get(`${address()}${door}`)).json()) as { accepts: boolean }).accepts, { timeout: 60_000 }).toBe(false)
  await firm.reload()
  await expect(firm.getByText('待选定').first()).toBeVisible()
  await firm.getByRole('row', { name: /板式换热器/ }).getByRole('button', { name: '选定' }).click()
  await firm.getByLabel('理由').fill('储热方案更适合间歇用汽')
  await firm.getByLabel('里程碑', { exact: true }).first().fill('安装调试')
  await firm.getByLabel('期限').fill('2099-06-30')
  await accessible(firm)
  await picture(firm, 'scenario-choice')
  await firm.getByRole('button', { name: '选定', exact: true }).last().click()
  await expect(firm.getByText('实施中')).toBeVisible()

  // The provider reports, the enterprise accepts and completes.
  const first = await another('first-provider')
  await first.goto(`/scenario/openings/${draft.id}`)
  await expect(first.getByText('二号灌装车间东侧')).toBeVisible()
  await first.getByRole('button', { name: '报告完成' }).click()
  await first.getByRole('dialog').getByLabel('完成情况').fill('已安装并试运行两周')
  await first.getByRole('dialog').getByRole('button', { name: '报告完成' }).click()
  await expect(first.getByText('待验收')).toBeVisible()
  await firm.reload()
  await firm.getByRole('button', { name: '验收', exact: true }).click()
  await firm.getByRole('dialog').getByRole('button', { name: '验收', exact: true }).click()
  await firm.getByRole('button', { name: '完成并填报成效' }).click()
  await firm.getByLabel('类别').click()
  await firm.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText('绿色低碳', { exact: true }).click()
  await firm.getByLabel('指标', { exact: true }).fill('吨酒耗汽')
  await firm.getByLabel('实施前').fill('120')
  await firm.getByLabel('数值').fill('96')
  await firm.getByLabel('单位').fill('kg')
  await firm.getByLabel('依据').fill('两周蒸汽表读数')
  await firm.locator('.ant-drawer-body').getByRole('button', { name: '完成并填报成效' }).click()
  await expect(firm.getByText('企业评价服务商')).toBeVisible()
  await firm.getByLabel('评语').fill('按期完成')
  await firm.getByRole('button', { name: '提交评价' }).click()
  await expect(firm.getByText('5 / 5 · 按期完成')).toBeVisible()
  await accessible(firm)
  await picture(firm, 'scenario-opening-completed')
  await narrow(firm)
  await picture(firm, 'scenario-opening-phone')
  await firm.setViewportSize({ width: 1440, height: 900 })

  await firm.goto(`/scenario/${written.id}`)
  await expect(firm.getByText('两周蒸汽表读数')).toBeVisible()
  const english = await another('second-provider', 'en')
  await english.goto(`/scenario/${written.id}`)
  await expect(english.getByText('Effects that openings brought')).toBeVisible()
  await picture(english, 'scenario-page-en')
  await narrow(english)
  await picture(english, 'scenario-page-en-phone')
})
