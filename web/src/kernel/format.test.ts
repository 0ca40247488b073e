import { expect, test, vi } from 'vitest'
import { formatIn, none, span } from './format'

test('spans are told in the roughest unit', () => {
  expect([0, 59, 60, 3599, 3600, 86_399, 86_400, 900_000].map(span)).toEqual([
    [0, 'second'], [59, 'second'], [1, 'minute'], [59, 'minute'], [1, 'hour'], [23, 'hour'], [1, 'day'], [10, 'day'],
  ])
})

test('a clock that is ahead does not tell the future', () => expect(span(-5)).toEqual([0, 'second']))

test('times that never were have no date', () => {
  const f = formatIn('zh')
  expect(['0001-01-01T00:00:00Z', '', undefined, null, 'no time'].map((v) => f.time(v))).toEqual([none, none, none, none, none])
})

test('words follow the language', () => {
  expect([formatIn('zh').list(['甲', '乙']), formatIn('en').list(['a', 'b'])]).toEqual(['甲、乙', 'a, b'])
  expect(formatIn('en').ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T02:00:00Z'))).toBe('2 hours ago')
})

test('numbers are grouped and cut', () => expect(formatIn('en').number(1234567.891)).toBe('1,234,567.89'))

test('dates are read alike everywhere', () => {
  const noon = '2026-04-05T12:30:09+08:00'
  expect([formatIn('en').time(noon).slice(0, 19), formatIn('en').date(noon), formatIn('zh').date(noon)]).toEqual(['2026-04-05 12:30:09', '2026-04-05', '2026/04/05'])
})

test('a day of the city is the same day to readers everywhere', () => {
  expect([formatIn('zh').date('2026-11-25T00:00:00+08:00'), formatIn('en').date('2026-11-25T23:59:59+08:00')]).toEqual(['2026/11/25', '2026-11-25'])
})

test('a time is the same time to readers everywhere, and named to those elsewhere', () => {
  const offset = vi.spyOn(Date.prototype, 'getTimezoneOffset')
  const write = (minutes: number) => {
    offset.mockReturnValue(minutes)
    return formatIn('en').time('2026-11-25T17:00:00Z')
  }
  expect([write(-480), write(0)]).toEqual(['2026-11-26 01:00:00', '2026-11-26 01:00:00 UTC+8'])
  offset.mockRestore()
})
