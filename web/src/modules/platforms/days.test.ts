import { expect, test } from 'vitest'
import { dayTone, lastDays, written, type Period } from './days'

const day = (sla: number | null, stopped = 0): Period => ({ period: '2026-11-27', looks: 10, good: 5, stopped, sla, ms_mean: null, ms_min: null, ms_max: null })

test('100% is said of 100% only', () => {
  expect(written(99.9999)).toBe('99.999%')
  expect(written(100)).toBe('100.000%')
})

test('a day has the colour of how available it was', () => {
  expect([day(100), day(99.9), day(99.89), day(98.9), day(null, 10), undefined].map((d) => dayTone(d))).toEqual(['good', 'good', 'warn', 'bad', 'info', 'idle'])
})

test('days are those of China', () => {
  expect(lastDays(2, Date.parse('2026-11-30T15:59:59Z'))).toEqual(['2026-11-29', '2026-11-30'])
  expect(lastDays(2, Date.parse('2026-11-30T16:00:00Z'))).toEqual(['2026-11-30', '2026-12-01'])
})
