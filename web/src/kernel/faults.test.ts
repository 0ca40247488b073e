import { expect, test } from 'vitest'
import { restateFault } from './faults'

test('the validator speaks Chinese', () => {
  expect(restateFault('expected length <= 40', 'zh')).toBe('最多 40 个字符')
  expect(restateFault('expected required property name to be present', 'zh')).toBe('缺少“name”')
  expect(restateFault('2 to 40 small letters, digits or -, beginning with a letter', 'zh')).toContain('小写字母')
})

test('English stays, as a sentence', () => {
  expect(restateFault('choose a district', 'en')).toBe('Choose a district')
  expect(restateFault('report--1 is not taken as a notice: it has no title', 'en')).toMatch(/^report--1/)
})
test('what has no translation is told as it is', () => expect(restateFault('no pattern fits this', 'zh')).toBe('no pattern fits this'))

/** Doors of machines, programs and commands: people do not meet their sentences at a field of a form. */
const machines = /kernel\/(archive|restore)|est_http|machine\/request|gate|platforms\/(report|submission)|kernel\/(lang|measure)/
/** Sentences that only programs get, which send what forms do not. */
const programs = ['name the notices', 'a path of this site that begins with /', 'see GET /api/plan/templates', 'there is no kind x', 'one of at_once, daily, off']

/** The source of the rooms. */
const sources = import.meta.glob<string>(['../../../kernel/**/*.go', '../../../modules/**/*.go', '!**/*_test.go'], { query: '?raw', import: 'default', eager: true })

/** What a room says at the fields of bodies, with something in each place of a value. */
function said(source: string): string[] {
  const found = source.matchAll(/\.At\((?:"body[^"]*"[^,]*|fmt\.Sprintf\("body[^)]*\)|at\b[^,]*|where\b[^,]*|location), "((?:[^"\\]|\\.)*)"/g)
  return [...found].map((m) => m[1]!.replace(/%\.?\d*q/g, '"x"').replace(/%d/g, '3').replace(/%[sv]/g, 'x'))
}

test('every sentence that a form may meet is there in Chinese', () => {
  const all = [...new Set(Object.entries(sources).flatMap(([path, source]) => (machines.test(path) ? [] : said(source))))].filter((s) => s !== 'x' && !programs.includes(s))
  expect(all.length).toBeGreaterThan(100)
  expect(all.filter((s) => restateFault(s, 'zh') === s)).toEqual([])
})
