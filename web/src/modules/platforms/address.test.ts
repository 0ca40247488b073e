import { expect, test } from 'vitest'
import { changed } from './address'

test('other platforms leave the indicator and the span as they are', () => {
  expect(changed('?id=a&span=year&id=b', { id: ['c', 'a'] }).toString()).toBe('span=year&id=c&id=a')
})

test('what is empty goes, and what is changed stands once', () => {
  expect(changed('?code=a&tab=x', { code: '', by: 'score' }).toString()).toBe('tab=x&by=score')
  expect(changed('?code=a', { code: 'b' }).toString()).toBe('code=b')
  expect(changed('?id=a', { id: [] }).toString()).toBe('')
})
