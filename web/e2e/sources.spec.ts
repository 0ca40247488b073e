import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mariaDB, type Database } from './database'
import { picture } from './picture'
import { accessible, expect, organisation, people, enter, send, test } from './support'

/** A platform's own program: figures by day, and metrics. */
async function program(body: () => string): Promise<{ url: string; server: Server; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, answer) => {
    asked.push(request.url ?? '')
    if (request.headers['x-api-key'] !== 'open-sesame') {
      answer.writeHead(401).end()
      return
    }
    answer.writeHead(200, { 'Content-Type': 'application/json' }).end(body())
  })
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked }
}

test('a manager maps the JSON of a platform, tests it, and it is read under the name of its source', async ({ page, another }) => {
  test.setTimeout(180_000)
  let body = '{"data":[{"district":"市南区","value":120},{"district":"370203","count":80}]}'
  const { url, server, asked } = await program(() => body)
  const operator = await organisation(page.request, '采集企业', [{ login: 'source-manager', role: 'manager', name: '采集管理员' }])
  const platform = await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '被采集的平台', en: 'Read platform' }, code: 'e2e-read', class: 'industry', district: '370202', operator_id: operator, operator_name: { zh: '采集企业', en: '' } })
  const manager = await another('source-manager')
  await manager.goto(`/platforms/${platform.id}?tab=sources`)
  await manager.getByRole('button', { name: '添加采集源' }).click()
  await manager.getByLabel('名称', { exact: true }).fill('统计接口')
  await manager.getByLabel('网址', { exact: true }).fill('ftp://nowhere')
  await manager.getByRole('button', { name: '保存' }).click()
  await expect(manager.getByText('以 http:// 或 https:// 开头的网址')).toBeVisible()
  await expect(manager.getByLabel('名称', { exact: true })).toHaveValue('统计接口')
  await manager.getByLabel('网址', { exact: true }).fill(`${url}/figures?day={day}`)

  await manager.getByRole('button', { name: '下一步' }).click()
  await manager.getByLabel('登录方式').click()
  await manager.getByTitle('自定义请求头').click()
  await manager.getByLabel('请求头名称').fill('X-Api-Key')
  await manager.getByLabel('令牌或密钥').fill('wrong')
  await manager.getByRole('button', { name: '下一步' }).click()
  await manager.getByLabel('区市', { exact: true }).fill('@.district')
  await manager.getByLabel('指标', { exact: true }).fill('ent_served')
  await manager.getByRole('button', { name: '读取一次' }).click()
  await expect(manager.getByRole('status').filter({ hasText: 'HTTP 401' })).toContainText('状态码不是 200')
  await manager.getByRole('button', { name: '上一步' }).click()
  await manager.getByLabel('令牌或密钥').fill('open-sesame')
  await manager.getByRole('button', { name: '下一步' }).click()
  await manager.getByRole('button', { name: '读取一次' }).click()
  await expect(manager.getByText('映射有 1 处问题，什么都不会入账')).toBeVisible()
  await expect(manager.getByRole('row').filter({ hasText: '$.data[*] #2' })).toContainText('{"count":80,"district":"370203"}')
  await manager.getByLabel('样例').fill('{"data":[{"district":"市南区","value":120},{"district":"月球","value":80}]}')
  await manager.getByRole('button', { name: '用样例测试' }).click()
  await expect(manager.getByText('2 行中将入账 1 行')).toBeVisible()
  await expect(manager.getByRole('row').filter({ hasText: '月球' })).toContainText('不在词表中')
  await accessible(manager)
  body = '{"data":[{"district":"市南区","value":120},{"district":"370203","value":80}]}'
  await manager.getByRole('button', { name: '下一步' }).click()
  await manager.getByRole('button', { name: '保存' }).click()

  const row = manager.getByRole('region', { name: '采集', exact: true }).getByRole('listitem').filter({ hasText: '统计接口' })
  await expect(row).toContainText('待采集')
  await row.getByRole('button', { name: '立即采集' }).click()
  await expect(row).toContainText('已入账', { timeout: 60_000 })
  expect(asked.at(-1)).toMatch(/^\/figures\?day=\d{4}-\d\d-\d\d$/)
  await row.getByRole('button', { name: '采集记录' }).click()
  await expect(manager.getByRole('region', { name: '采集记录' }).getByRole('row').filter({ hasText: '已入账' })).toHaveCount(1)
  await accessible(manager)
  await manager.keyboard.press('Escape')
  await row.getByRole('button', { name: '暂停' }).click()
  await expect(row).toContainText('已暂停')
  await manager.getByRole('tab', { name: '报送记录' }).click()
  await expect(manager.getByRole('row').filter({ hasText: '统计接口' })).toContainText('采集')
  await expect(manager.locator('body')).not.toContainText('open-sesame')

  // The bureau sees it and changes nothing.
  await enter(page.request, people.administrator)
  await page.goto(`/platforms/${platform.id}?tab=sources`)
  await expect(page.getByText('统计接口')).toBeVisible()
  await expect(page.getByRole('button', { name: '暂停' })).toHaveCount(0)
  server.close()
})

let database: Database | undefined

// However the journey ends, the server does too.
test.afterEach(async () => {
  await database?.end()
  database = undefined
})

test('a manager has the database of a platform read, tests the queries, and sees what they become', async ({ page, another }) => {
  test.setTimeout(240_000)
  database = await mariaDB()
  database.run("CREATE TABLE figures.enterprise (name VARCHAR(20), district VARCHAR(20)); INSERT INTO figures.enterprise VALUES ('a', '市南区'), ('b', '市南区'), ('c', '月球'); CREATE USER reader@'%' IDENTIFIED BY 'open-sesame'; GRANT ALL PRIVILEGES ON figures.* TO reader@'%'")
  const operator = await organisation(page.request, '数据库企业', [{ login: 'database-manager', role: 'manager', name: '数据库管理员' }])
  const platform = await send<{ id: string }>(page.request, 'POST', '/api/platforms', { name: { zh: '有数据库的平台', en: 'Platform with a database' }, code: 'e2e-sql', class: 'industry', district: '370202', operator_id: operator, operator_name: { zh: '数据库企业', en: '' } })
  const manager = await another('database-manager')
  await manager.goto(`/platforms/${platform.id}?tab=sources`)
  await manager.getByRole('button', { name: '添加采集源' }).click()
  await manager.getByLabel('名称', { exact: true }).fill('业务库')
  await manager.getByRole('combobox', { name: '类型', exact: true }).click()
  await manager.getByTitle('数据库（SQL）').click()
  await manager.getByLabel('数据库地址', { exact: true }).fill(`http://127.0.0.1:${database.port}/figures`)
  await manager.getByRole('button', { name: '保存' }).click()
  await expect(manager.getByText('请写成 postgres://主机:5432/库名 或 mysql://主机:3306/库名')).toBeVisible()
  await manager.getByLabel('数据库地址', { exact: true }).fill(`mysql://127.0.0.1:${database.port}/figures`)
  await manager.getByLabel('TLS').click()
  await manager.getByTitle('不加密').click()
  await picture(manager, 'source-sql-where')

  await manager.getByRole('button', { name: '下一步' }).click()
  await manager.getByLabel('用户名').fill('reader')
  await manager.getByLabel('密码').fill('wrong')
  await manager.getByRole('button', { name: '下一步' }).click()
  const query = manager.getByLabel('查询 1')
  const wanted = "SELECT 'ent_served' AS code, COUNT(*) AS value, district FROM enterprise WHERE '{day}' > '2020' GROUP BY district"
  await query.fill(wanted)
  await manager.getByRole('button', { name: '读取一次' }).click()
  await expect(manager.getByRole('status').filter({ hasText: '登录失败' })).toContainText('Access denied')
  await manager.getByRole('button', { name: '上一步' }).click()
  await manager.getByLabel('密码').fill('open-sesame')
  await manager.getByRole('button', { name: '下一步' }).click()
  await query.fill("SELECT 'ent_served' AS code, 1 AS value; DROP TABLE enterprise")
  await manager.getByRole('button', { name: '读取一次' }).click()
  await expect(manager.getByRole('status').filter({ hasText: '查询未被接受' })).toContainText('query 1')
  await query.fill("SELECT 'ent_served' AS code, name AS value FROM enterprise")
  await manager.getByRole('button', { name: '读取一次' }).click()
  await expect(manager.getByRole('row').filter({ hasText: 'query 1 #2' })).toContainText('不是数值')
  await query.fill(wanted)
  await manager.getByRole('button', { name: '读取一次' }).click()
  await expect(manager.getByText('2 行中将入账 1 行')).toBeVisible()
  await expect(manager.getByRole('row').filter({ hasText: '月球' })).toContainText('不在词表中')
  await accessible(manager)
  await picture(manager, 'source-sql-test')
  database.run("UPDATE figures.enterprise SET district = '370203' WHERE name = 'c'")
  await manager.getByRole('button', { name: '保存' }).click()

  const row = manager.getByRole('region', { name: '采集', exact: true }).getByRole('listitem').filter({ hasText: '业务库' })
  await expect(row).toContainText(`SQL mysql://127.0.0.1:${database.port}/figures`)
  await row.getByRole('button', { name: '立即采集' }).click()
  await expect(row).toContainText('已入账', { timeout: 60_000 })
  await expect(manager.locator('body')).not.toContainText('open-sesame')
})
