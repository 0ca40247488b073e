import { expect, test } from 'vitest'
import { en } from './en'
import { zh } from './zh'

/** Keys in their order, with the values that a text names. */
function values(texts: object): string[] {
  return Object.entries(texts).flatMap(([key, text]) => (typeof text === 'string' ? [`${key}: ${[...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort().join()}`] : values(text as object).map((v) => `${key}.${v}`)))
}

test('both languages have the same keys and name the same values', () => expect(values(en)).toEqual(values(zh)))
