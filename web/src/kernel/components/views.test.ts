import { expect, test } from 'vitest'
import { viewQuery, withView } from './views'

const names = ['id', 'span', 'code']

test('a view is what belongs to it, whatever the order of the address', () => {
  expect(viewQuery(new URLSearchParams('tab=x&span=year&id=b&id=a&code='), names)).toBe('id=b&id=a&span=year')
  expect(viewQuery(new URLSearchParams('id=b&id=a&span=year'), names)).toBe(viewQuery(new URLSearchParams('span=year&id=b&id=a'), names))
})

test('opening a view takes the place of another, and leaves the rest of the page', () => {
  expect(withView(new URLSearchParams('tab=x&id=c&code=a'), names, 'id=b&id=a&span=year').toString()).toBe('tab=x&id=b&id=a&span=year')
  expect(withView(new URLSearchParams('tab=x&id=c'), names, '').toString()).toBe('tab=x')
})

test('a view sets nothing that is not of it', () => {
  expect(withView(new URLSearchParams(), names, 'tab=x&code=a').toString()).toBe('code=a')
})
