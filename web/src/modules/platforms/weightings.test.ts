import { expect, test } from 'vitest'
import { usesEntropy, weightingOf } from './weightings'

test('judgements fit what is there, and stay only where experts judge', () => {
  const two = [{ expert: 'a', matrix: [[1, 3], [1 / 3, 1]] }]
  expect(weightingOf({ by: 'ahp', judgements: two }, 3)).toEqual({ by: 'ahp', judgements: [{ expert: 'a', matrix: [[1, 3, 1], [1 / 3, 1, 1], [1, 1, 1]] }] })
  expect(weightingOf({ by: 'ahp' }, 2)).toEqual({ by: 'ahp', judgements: [] })
  expect(weightingOf({ by: 'entropy', judgements: two }, 2)).toEqual({ by: 'entropy' })
  expect(weightingOf(undefined, 2)).toEqual({ by: 'hand' })
})

test('one group by entropy needs months', () => {
  expect(usesEntropy({ dimensions: [{}, { weighting: { by: 'ahp' } }] })).toBe(false)
  expect(usesEntropy({ weighting: { by: 'entropy' }, dimensions: [] })).toBe(true)
  expect(usesEntropy({ weighting: { by: 'hand' }, dimensions: [{}, { weighting: { by: 'entropy' } }] })).toBe(true)
})
