import { expect, test } from 'vitest'
import { monthAt, monthOf, monthsBetween, rebased, weighed } from './months'

test('a month is the same in the city, in Greenwich and back', () => {
  expect(new Date(monthAt('2026-10')).toISOString()).toBe('2026-10-01T04:00:00.000Z')
  expect(monthOf(monthAt('2026-10'))).toBe('2026-10')
})

test('weights add up as they are written, empty fields being nothing', () => {
  expect(weighed([33.3, 33.3, 33.4])).toBe(100)
  expect(weighed([0.1, 0.2, null, undefined])).toBe(0.3)
})

test('months go over the end of a year', () => {
  expect(monthsBetween('2025-11', '2026-02')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02'])
  expect(monthsBetween('2026-02', '2026-01')).toEqual([])
})

test('a series is divided so that the chosen month is 100, and nothing is made up', () => {
  const levels = [100, 125, null, 0]
  const of = (i: number) => levels[i]!
  expect(levels.map((_, i) => rebased<number>(of, 1)(i))).toEqual([80, 100, null, 0])
  expect(levels.map((_, i) => rebased<number>(of, undefined)(i))).toEqual(levels)
  expect(levels.map((_, i) => rebased<number>(of, 2)(i))).toEqual([null, null, null, null])
  expect(rebased<number>(of, 3)(0)).toBeNull()
})
