import { expect, test } from 'vitest'
import { fitted, judged, lastMonths, nearest, without } from './matrix'

test('judgements that are there stay when items come and go', () => {
  const three = judged(judged(fitted([], 3), 0, 1, 3), 0, 2, 5)
  expect(three).toEqual([[1, 3, 5], [1 / 3, 1, 1], [1 / 5, 1, 1]])
  expect(fitted(three, 4)[0]).toEqual([1, 3, 5, 1])
  expect(without(three, 1)).toEqual([[1, 5], [1 / 5, 1]])
})

test('a judgement is shown as the nearest of the scale', () => {
  expect(nearest(0.3333)).toBe(1 / 3)
  expect(nearest(7.2)).toBe(7)
})

test('months are over, in the time of China', () => {
  expect(lastMonths(3, Date.parse('2026-01-31T16:30:00Z'))).toEqual(['2026-01', '2025-12', '2025-11'])
  expect(lastMonths(2, Date.parse('2026-01-31T15:30:00Z'))).toEqual(['2025-12', '2025-11'])
})
