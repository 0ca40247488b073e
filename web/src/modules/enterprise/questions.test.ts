import { expect, test } from 'vitest'
import { needsEvidence, progress, scenarioOf, ticked, type Question } from './questions'

const text = { zh: '', en: '' }
const question = (more: Partial<Question>): Question => ({
  code: 'q', kind: 'multi', title: text, help: text, evidence: 'optional', outcome: false, starred: false, evidence_from: 0, computed: false, unit: text, max: 0, whole: false, most: '',
  options: [{ code: 'none', title: text, points: 0, exclusive: true }, { code: 'a', title: text, points: 2, exclusive: false }, { code: 'b', title: text, points: 2, exclusive: false }], ...more,
})

test("'none' excludes the others, and the others 'none'", () => {
  const q = question({})
  expect(ticked(q, ['a', 'b'], ['a', 'b', 'none'])).toEqual(['none'])
  expect(ticked(q, ['none'], ['none', 'a'])).toEqual(['a'])
  expect(ticked(q, ['a'], ['a', 'b'])).toEqual(['a', 'b'])
  expect(ticked(q, ['a', 'b'], ['b'])).toEqual(['b'])
  expect(ticked(q, ['none'], [])).toEqual([])
})

test('evidence is needed from a grade on, or once an option gives points', () => {
  const graded = question({ evidence_from: 3, options: [0, 1, 2, 3, 4].map((n) => ({ code: `${n}`, title: text, points: n, exclusive: false })) })
  expect(['2', '3', '4'].map((c) => needsEvidence(graded, { options: [c] }))).toEqual([false, true, true])
  expect([['none'], ['a']].map((options) => needsEvidence(question({ evidence: 'required' }), { options }))).toEqual([false, true])
  expect(needsEvidence(question({}), { options: ['a'] })).toBe(false)
})

test('a question leads to its scenario by the name that other pages filter with', () => {
  expect(['scenario.quality', 'scenario.product_design'].map(scenarioOf)).toEqual(['quality', 'product_design'])
})

test('raw figures are no progress', () => {
  const list = [question({ code: 'x' }), question({ code: 'y', evidence: 'required' }), question({ code: 'z', kind: 'number' })]
  const answer = (code: string) => ({ y: { options: ['a'] }, z: { number: 3 } })[code]
  expect(progress(list, answer, () => 0)).toEqual({ of: 2, answered: 1, evidence: 1 })
  expect(progress(list, answer, () => 1)).toEqual({ of: 2, answered: 1, evidence: 0 })
})
