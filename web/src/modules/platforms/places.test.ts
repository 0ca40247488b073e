import { expect, test } from 'vitest'
import { itemKey, placesOf } from './places'
import type { Place } from './rankings'

const place = (id: string, rank: number, factor: number, ...points: number[]): Place => ({
  id, rank, low: rank, high: rank, tied: false, score: 0, sum: 0, factor, parts: points.map((p) => ({ known: true, raw: p, scaled: p, points: p })),
})
const places = [place('a', 1, 1, 10, 40), place('b', 2, 0.5, 30, 10), place('c', 3, 1, 20, 5)]
const ids = (only: string[], item: number) => placesOf(places, only, item).map((p) => p.id).join('')

test('places are those of the platforms that are looked at', () => {
  expect(ids([], -1)).toBe('abc')
  expect(ids(['c', 'a'], -1)).toBe('ac')
  expect(ids(['gone'], -1)).toBe('abc')
})

test('places stand in the order of what an item gives, after the quality factor', () => {
  expect(ids([], 0)).toBe('cba')
  expect(ids([], 1)).toBe('abc')
  expect(ids(['b', 'a'], 0)).toBe('ba')
  expect(places.map((p) => p.id).join('')).toBe('abc')
})

test('an item is named by what it is and what it is divided by', () => {
  expect([itemKey({ code: 'x', per: '' }), itemKey({ code: 'x', per: 'y' })]).toEqual(['x', 'x/y'])
})
