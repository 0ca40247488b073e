import { expect, test } from 'vitest'
import { apart, shortened } from './labels'

const label = (i: number, x: number, y: number, text = '橡胶轮胎') => ({ i, x, y, text })

test('of labels that would cover each other the first stays', () => {
  expect(apart([label(0, 0, 0), label(1, 40, 10), label(2, 60, 10), label(3, 0, 20)]).map((l) => l.i)).toEqual([0, 2, 3])
})

test('a long name to the left covers what is right of it', () => {
  expect(apart([label(0, 50, 0, '甲'), label(1, 0, 0), label(2, 0, 4, 'ab')]).map((l) => l.i)).toEqual([0, 2])
})

test('a picture has no more labels than can be read', () => {
  expect(apart(Array.from({ length: 200 }, (_, i) => label(i, 0, 20 * i)))).toHaveLength(60)
})

test('long names are cut', () => {
  expect(shortened('一'.repeat(25))).toBe(`${'一'.repeat(23)}…`)
})
