import { expect, test } from 'vitest'
import { askOf, namesIn, sizeOf, usualDesign } from './design'

test('names stand one in a line, each once', () => {
  expect(namesIn(' 88.1/A \n\n88.1/B\n88.1/A')).toEqual(['88.1/A', '88.1/B'])
})

test('a design is of a size that is sold until a length changes', () => {
  expect(sizeOf(usualDesign())).toBe('a4-21')
  expect(sizeOf({ ...usualDesign(), width: 60 })).toBe('')
})

test('what is empty is left out, and a batch takes no names', () => {
  const ask = askOf({ names: '88.1/A', source: { first: 3 }, design: { ...usualDesign(), title: '' } }, { batch: 'B' })
  expect(ask.source).toEqual({ batch: 'B', first: 3 })
  expect('title' in ask.design).toBe(false)
  expect(askOf({ names: '88.1/A' }, {}).source).toEqual({ handles: ['88.1/A'] })
})
