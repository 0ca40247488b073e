import { expect, test } from 'vitest'
import { listOf, quarters } from './serviceFigures'

test('quarters end with the one that runs', () => {
  const list = quarters(new Date('2026-05-01T00:00:00+08:00'))
  expect(list.slice(0, 4)).toEqual(['2026', '2026Q2', '2026Q1', '2025'])
  expect(list.at(-1)).toBe('2022Q1')
})

test('a figure leads to what it counts', () => {
  expect(listOf('district', '370212', '2026Q1')).toBe('/enterprise/services?counted=true&quarter=2026Q1&district=370212')
  expect(listOf('quarter', '2025Q3', '')).toBe('/enterprise/services?counted=true&quarter=2025Q3')
})
