import { expect, test } from 'vitest'
import { amountOf, perCents, stepsOf } from './limitTime'

test('a time is asked for in the unit in which it is said', () => {
  expect(amountOf({ minutes: 15 })).toEqual({ unit: 'minutes', amount: 15 })
  expect(amountOf({ minutes: 90 })).toEqual({ unit: 'minutes', amount: 90 })
  expect(amountOf({ minutes: 4320 })).toEqual({ unit: 'hours', amount: 72 })
  expect(amountOf({ minutes: 10080 })).toEqual({ unit: 'days', amount: 7 })
  expect(amountOf({ working_days: 3 })).toEqual({ unit: 'working_days', amount: 3 })
})

test('per cents are read as shares that rise', () => {
  expect(stepsOf('50 100 200')).toEqual([0.5, 1, 2])
  expect(stepsOf(' 75%，100、150 ')).toEqual([0.75, 1, 1.5])
  expect(stepsOf('')).toEqual([])
  for (const wrong of ['100 50', '50 50', '0', 'half', '-5 100']) expect(stepsOf(wrong)).toBeNull()
  expect(perCents([0.5, 0.75, 1, 1.2])).toBe('50 75 100 120')
})
