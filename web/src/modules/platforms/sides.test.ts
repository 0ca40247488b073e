import { expect, test } from 'vitest'
import type { Indicator } from './data'
import { comparisonView, indexed, sideBySide } from './sides'

const figure = (code: string, value: number, dims: Partial<Indicator['dims']> = {}): Indicator => ({
  code, value, dims: { industry: '', district: '', size: '', type: '', ...dims } as Indicator['dims'], at: '2026-11-01T00:00:00Z', group: 'A', kind: 'gauge', method: 'report', receipt: 'r', revision: 1, tier: 'D',
  title: { zh: code, en: code }, unit: { zh: '家', en: 'enterprises' },
})

test('totals stand side by side, and what one does not report is open', () => {
  const lines = sideBySide([[figure('a', 3), figure('b', 5), figure('a', 1, { district: '370202' })], [figure('b', 20), figure('c', 0)]])
  expect(lines.map((l) => [l.code, l.values.map((v) => v?.value), l.most])).toEqual([['a', [3, undefined], 3], ['b', [5, 20], 20], ['c', [undefined, 0], 0]])
})

test('nothing is compared with nothing', () => {
  expect(sideBySide([])).toEqual([])
  expect(sideBySide([[], []])).toEqual([])
})

test('an index begins at the first value that is not zero', () => {
  expect(indexed([[1, 0], [2, 50], [3, 75], [4, 0]])).toEqual([[2, 100], [3, 150], [4, 0]])
  expect(indexed([[1, 0]])).toEqual([])
  expect(indexed([[1, -4], [2, -6]])).toEqual([[1, 100], [2, 150]])
})

test('an address without a choice compares amounts of a month', () => {
  expect(comparisonView(new URLSearchParams('id=a'))).toEqual({ code: '', span: 'month', scale: 'amount' })
  expect(comparisonView(new URLSearchParams('code=x&span=year&scale=index'))).toEqual({ code: 'x', span: 'year', scale: 'index' })
  expect(comparisonView(new URLSearchParams('span=toString&scale=none'))).toEqual({ code: '', span: 'month', scale: 'amount' })
})
