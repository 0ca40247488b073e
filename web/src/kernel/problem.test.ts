import { expect, test } from 'vitest'
import { fieldPath, placeFaults, problemOf } from './problem'

test('a location becomes the path of a field', () => {
  expect(fieldPath('body.memberships[0].role')).toEqual(['memberships', 0, 'role'])
  expect(fieldPath('body.name')).toEqual(['name'])
  expect(fieldPath('body')).toEqual([])
})

const fields = [['name', 'zh'], ['name', 'en'], ['code'], ['memberships', 0, 'role']]
const place = (location: string) => {
  const { placed, rest } = placeFaults([{ location, message: 'wrong' }], fields)
  return rest.length > 0 ? 'rest' : [...placed.keys()][0]
}

test('a fault goes to its field', () => expect(place('body.code')).toBe(2))
test('a fault of a group goes to its first field', () => expect(place('body.name')).toBe(0))
test('a fault of a list entry goes to the field in it', () => expect(place('body.memberships[0]')).toBe(3))
test('a fault inside a field goes to the field', () => expect(place('body.code.length')).toBe(2))
test('what has no field is kept', () => {
  expect(place('body.other')).toBe('rest')
  expect(place('header.If-Match')).toBe('rest')
})

test('a problem is read from its answer', async () => {
  const body = { key: 'platforms.platform.code_taken', detail: 'taken', errors: [{ location: 'body.code', message: 'choose another' }], params: { code: 'x' }, request_id: 'R1' }
  const problem = await problemOf(new Response(JSON.stringify(body), { status: 409 }))
  expect(problem).toMatchObject({ status: 409, key: 'platforms.platform.code_taken', message: 'taken', requestID: 'R1', params: { code: 'x' } })
  expect(problem.faults).toHaveLength(1)
})

test('the page of a proxy is a problem too', async () => {
  expect(await problemOf(new Response('<html>Bad gateway</html>', { status: 502 }))).toMatchObject({ status: 502, key: 'kernel.answer' })
})
