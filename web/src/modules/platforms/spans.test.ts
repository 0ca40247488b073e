import { expect, test } from 'vitest'
import { coloursOf, later, placeIn, weekOf } from './spans'

test('a week begins on Monday', () => {
  for (const day of [23, 26, 29]) expect(weekOf(new Date(2026, 10, day, 15)).getDate()).toBe(23)
  expect(later(new Date(2026, 10, 23), 14).getDate()).toBe(7)
})

test('a time has its place, and no place outside', () => {
  const [from, to] = ['2026-11-23T00:00:00Z', '2026-11-27T00:00:00Z']
  expect(placeIn('2026-11-24T00:00:00Z', from, to)).toBe(25)
  expect(placeIn('2026-11-20T00:00:00Z', from, to)).toBe(0)
  expect(placeIn('2026-12-24T00:00:00Z', from, to)).toBe(100)
})

test('a person has one colour, and a gap has none', () => {
  const colours = coloursOf(['a', '', 'b', 'a', 'c'], ['x', 'y'])
  expect([...colours]).toEqual([['a', 'x'], ['b', 'y'], ['c', 'x']])
})
