import { expect, test } from 'vitest'
import { sparkPath } from '../../lib/chart/Sparkline'
import { curveOption, progressOf } from './curve'

test('progress is the share of the way from baseline to goal', () => {
  const x = { goal: 110, baseline: 10 }
  expect(progressOf({ ...x, value: 60 })).toBe(0.5)
  expect(progressOf({ ...x, value: 500 })).toBe(1)
  expect(progressOf({ ...x, value: 0 })).toBe(0)
  expect(progressOf({ ...x, value: null })).toBeUndefined()
  expect(progressOf({ ...x, value: 5, goal: 10 })).toBeUndefined()
})

test('a small line stays in its box, flat or steep', () => {
  expect(sparkPath([[0, 1], [10, 1]], 100, 20)).toBe('M2.0 10.0L98.0 10.0')
  expect(sparkPath([[0, 0], [10, 5]], 100, 20)).toBe('M2.0 18.0L98.0 2.0')
  expect(sparkPath([[5, 0], [5, 5]], 100, 20)).toBe('M50.0 18.0L50.0 2.0')
})

test('the band of a forecast begins at the last value and is as wide as its interval', () => {
  const colours = { text: '', muted: '', line: '', surface: '', accent: '', good: '', warn: '', bad: '', series: ['a', 'b'] }
  const option = curveOption({
    points: [[0, 1], [10, 2]], goal: 9, forecast: { at: 20, value: 3, low: 2.5, high: 4 }, milestones: [], colours,
    names: { actual: 'value', goal: 'goal', forecast: 'forecast', band: 'band' }, write: String, time: String,
  }) as { series: { name: string; data: unknown }[] }
  expect(option.series.find((s) => s.name === 'band')?.data).toEqual([[10, 0], [20, 1.5]])
  expect(option.series.find((s) => s.name === 'forecast')?.data).toEqual([[10, 2], [20, 3]])
})
