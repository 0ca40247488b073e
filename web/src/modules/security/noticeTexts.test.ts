import { expect, test } from 'vitest'
import { en } from './noticeEn'
import { zh } from './noticeZh'

/** Values that a text names must stand in the other language too. */
function values(texts: object): string[] {
  return Object.entries(texts).flatMap(([key, text]) => (typeof text === 'string' ? [`${key}: ${[...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort().join()}`] : values(text as object).map((v) => `${key}.${v}`)))
}

test('both languages name the same values', () => expect(values(en)).toEqual(values(zh)))
