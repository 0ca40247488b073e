import { expect, test } from 'vitest'
import { monthAt, monthOf, weighed } from './months'

test('a month is the same in the city, in Greenwich and back', () => {
  expect(new Date(monthAt('2026-10')).toISOString()).toBe('2026-10-01T04:00:00.000Z')
  expect(monthOf(monthAt('2026-10'))).toBe('2026-10')
})

test('weights add up as they are written, empty fields being nothing', () => {
  expect(weighed([33.3, 33.3, 33.4])).toBe(100)
  expect(weighed([0.1, 0.2, null, undefined])).toBe(0.3)
})
