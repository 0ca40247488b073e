import { expect, test } from 'vitest'
import { linesOf, readFigure, readMonth, writeFigure, writeMonth } from './figures'

test('a figure stands in an address as it was', () => {
  for (const of of [
    { platform: '01A', code: 'dev_online', dims: { industry: 'C26', type: 'a b&c=d' } },
    { platform: '01A', code: 'ent_served', dims: {}, at: '2026-11-01T00:00:00+08:00' },
    { platform: '01A', code: 'ent_served', dims: {}, month: '2026-10' },
  ]) expect(readFigure(new URLSearchParams({ figure: writeFigure(of) }).get('figure'))).toEqual(of)
})

test('a value of a month stands in an address as it was', () => {
  const of = { code: 'txn_amount', month: '2026-10', class: 'technology' }
  expect(readMonth(writeMonth(of))).toEqual(of)
})

test('what names no figure is none', () => {
  for (const text of [null, '', 'platform=01A', 'code=x', '%%%']) expect(readFigure(text)).toBeNull()
  for (const text of [null, '', 'code=x', 'month=2026-10']) expect(readMonth(text)).toBeNull()
})

test('the first revision of a period stands, the others were corrected', () => {
  const r = (revision: number, value: number) => ({ revision, value, received_at: '2026-11-02T00:00:00Z', channel: 'csv' as const })
  const lines = linesOf([{ at: 'b', moment: false, revisions: [r(2, 90), r(1, 120)] }, { at: 'a', moment: false, revisions: [r(1, 100)] }])
  expect(lines.map((l) => [l.at, l.value, l.stands])).toEqual([['b', 90, true], ['b', 120, false], ['a', 100, true]])
})
