import { expect, test } from 'vitest'
import { chosenColumns, exportURL, listQuery, readList, writeList } from './list'

const address = new URLSearchParams('q=iron&status=trial&sort=-name&cursor=abc&limit=50&other=1')

test('the address says what the list shows', () => {
  expect(readList(address, ['status', 'class'])).toEqual({ q: 'iron', sort: '-name', cursor: 'abc', limit: 50, columns: [], filters: { status: 'trial', class: '' } })
})

test('a page size that is not offered is not taken', () => {
  expect(readList(new URLSearchParams('limit=100000'), []).limit).toBe(20)
})

test('a new filter goes back to the first page and keeps the rest', () => {
  expect(writeList(address, { status: '' }).toString()).toBe('q=iron&sort=-name&limit=50&other=1')
})

test('turning the page keeps the filters', () => {
  expect(writeList(address, { cursor: 'next' }).get('status')).toBe('trial')
})

test('two lists on a page do not meet', () => {
  const both = writeList(address, { q: 'mine' }, 's.')
  expect([both.get('q'), both.get('s.q'), readList(both, [], 's.').q]).toEqual(['iron', 'mine', 'mine'])
})

test('what is fixed wins over the address', () => {
  expect(listQuery(readList(address, ['status']), { status: 'retired' })).toBe('status=retired&q=iron&sort=-name&cursor=abc&limit=50')
})

test('a download holds the whole list, in the language of the page', () => {
  expect(exportURL('/api/x', readList(address, ['status']), 'csv', 'en')).toBe('/api/x?status=trial&q=iron&sort=-name&export=csv&lang=en')
})

test('chosen columns show in their order; those that are no more are left out', () => {
  const all = [{ key: 'a' }, { key: 'b', from: 'lg' as const }, { key: 'c' }]
  const keys = (chosen: string[]) => chosenColumns(all, chosen).map((c) => c.key)
  expect(keys([])).toEqual(['a', 'b', 'c'])
  expect(keys(['c', 'a', 'c'])).toEqual(['c', 'a'])
  expect(keys(['gone'])).toEqual(['a', 'b', 'c'])
  expect(chosenColumns(all, ['b'])[0]).toEqual({ key: 'b' })
  expect(readList(new URLSearchParams('p.columns=b,a'), [], 'p.').columns).toEqual(['b', 'a'])
})
