import { expect, test } from 'vitest'
import { place } from './layout'

const at = (list: ReturnType<typeof place>) => Object.fromEntries(list.stages.map((p) => [p.id, `${p.column}.${p.row}`]))

test('a stage stands after everything that goes into it', () => {
  const placed = place([{ id: 'd' }, { id: 'a' }, { id: 'b' }, { id: 'c' }], [{ from: 'a', to: 'b' }, { from: 'b', to: 'd' }, { from: 'a', to: 'd' }, { from: 'c', to: 'd' }])
  expect(at(placed)).toEqual({ a: '0.0', c: '0.1', b: '1.0', d: '2.0' })
})

test('within a column stages are as high as what goes into them', () => {
  const placed = place([{ id: 'a' }, { id: 'b' }, { id: 'x' }, { id: 'y' }], [{ from: 'a', to: 'y' }, { from: 'b', to: 'x' }])
  expect(at(placed)).toEqual({ a: '0.0', b: '0.1', y: '1.0', x: '1.1' })
})

test('links to nowhere and circles do no harm', () => {
  expect(place([{ id: 'a' }, { id: 'b' }], [{ from: 'a', to: 'b' }, { from: 'b', to: 'a' }, { from: 'a', to: 'gone' }, { from: 'gone', to: 'b' }]).stages).toHaveLength(2)
})

test('a link past a column keeps a place free there', () => {
  const placed = place([{ id: 'a' }, { id: 'b' }, { id: 'c' }], [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }, { from: 'a', to: 'c' }])
  expect(placed.bends).toEqual([{ from: 'a', to: 'c', column: 1, row: 1 }])
  expect(at(placed)).toEqual({ a: '0.0', b: '1.0', c: '2.0' })
})
