import i18next from 'i18next'
import { expect, test } from 'vitest'
import type { Texts } from '../kernel'
import { restateFault } from '../kernel/faults'

/** Doors of programs and of commands, which people do not meet. */
const machines = /kernel\/(archive|archives|backup|keeps|restore|seal|series|sqldb|notice|measure|clock|web|httpd|audit)\b|identifier\/internal\/record|platforms\/(gate|key|report|submission|alertmanager)|sensor\/batch|est_http|machine\/request/

/** What is put together of what another system says. */
const answers = ['x: x x']

const sources = import.meta.glob<string>(['../../../kernel/**/*.go', '../../../modules/**/*.go', '!**/*_test.go'], { query: '?raw', import: 'default', eager: true })
const written = import.meta.glob<Texts>(['../**/zh.ts', '../**/*Zh.ts'], { import: 'zh', eager: true })

const texts: Record<string, Texts> = {}
for (const [path, zh] of Object.entries(written)) {
  const room = path.includes('kernel/') ? 'kernel' : path.split('/').at(-2)!
  texts[room] = { ...texts[room], ...zh }
}

/** What a room refuses: the key, and the sentence with something in each place of a value. */
function refused(source: string): { key: string; sentence: string }[] {
  const found = source.matchAll(/fault\.New\(fault\.(?!Internal)\w+, "([a-z0-9_.]+)", "((?:[^"\\]|\\.)*)"/g)
  return [...found].map((m) => ({ key: m[1]!, sentence: m[2]!.replace(/%\.?\d*q/g, '"x"').replace(/%d/g, '3').replace(/%[sv]/g, 'x') }))
}

test('every refusal that people may meet is there in Chinese', () => {
  void i18next.init({ lng: 'zh', resources: { zh: texts }, initAsync: false })
  const all = Object.entries(sources).flatMap(([path, source]) => (machines.test(path) ? [] : refused(source)))
  expect(all.length).toBeGreaterThan(500)
  const named = ({ key }: { key: string }) => i18next.exists(`${key.split('.')[0]}:problems.${key.split('.').slice(1).join('.')}`)
  expect([...new Set(all.filter((r) => !named(r) && restateFault(r.sentence, 'zh') === r.sentence && !answers.includes(r.sentence)).map((r) => r.sentence))]).toEqual([])
})
