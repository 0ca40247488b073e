import { expect, test } from 'vitest'
import { broken, short } from './line'

test('silence becomes a gap', () => {
  expect(broken([[0, 1], [10, 2], [20, 3], [100, 4]])).toEqual([[0, 1], [10, 2], [20, 3], [30, null], [100, 4]])
})

test('even steps stay as they are', () => {
  expect(broken([[0, 1], [10, 2], [20, 3]])).toEqual([[0, 1], [10, 2], [20, 3]])
})

test('few points have no usual distance', () => {
  expect(broken([[0, 1], [1000, 2]])).toEqual([[0, 1], [1000, 2]])
})

test('axis values are short', () => {
  expect([0, 999, 1200, 3_400_000, -5e9, 1e11].map(short)).toEqual(['0', '999', '1.2k', '3.4M', '-5G', '100G'])
})
