import { expect, test } from 'vitest'
import { restateFault } from './faults'
import { ofStix, restateStix } from './faultsOfStix'

test.each([
  ['its title has more than 400 characters', '标题超过 400 个字符'],
  ['report--1 is not taken as a notice: it has no title', 'report--1 不能作为通报收下：没有标题'],
  ['indicator needs the property pattern (STIX 2.1 section 4.7, at /pattern)', 'indicator 缺少属性 pattern（STIX 2.1 第 4.7 节，/pattern）'],
  ['a text is expected, not a number (STIX 2.1 section 2, at /name)', '应为文本，不是数字（STIX 2.1 第 2 节，/name）'],
  ['"x: y" is no timestamp such as 2026-01-31T23:59:59.000Z: RFC 3339 in UTC with Z is expected (STIX 2.1 section 2.16, at /created)', '"x: y" 不是时间，应如 2026-01-31T23:59:59.000Z：应为 RFC 3339 的 UTC 时间，以 Z 结尾（STIX 2.1 第 2.16 节，/created）'],
  ['read as STIX 2.1: stix: not JSON as STIX has it at octet 7: a text does not end', '按 STIX 2.1 读取：第 7 字节处不是 STIX 的 JSON：文本没有结束'],
  ['bundle.json: it is damaged', 'bundle.json：已损坏'],
])('%s', (english, chinese) => {
  expect(restateFault(english, 'zh')).toBe(chinese)
  expect(restateFault(english, 'en').toLowerCase()).toBe(english.toLowerCase())
})

test('what is no sentence of STIX is not taken for one', () => expect(restateStix('choose a district')).toBeUndefined())

/** The sources whose sentences people meet when a bundle, a feed or a signed file is taken in. */
const sources = import.meta.glob<string>(['../../../lib/stix/check*.go', '../../../lib/stix/{tree,id,timestamp}.go', '../../../lib/taxii/resource.go', '../../../modules/security/internal/ferry/file.go', '../../../modules/security/internal/received/report.go', '!**/*_test.go'], { query: '?raw', import: 'default', eager: true })

/** What the city says of its own making, and people never meet. */
const makers = /^(write |stix: schema|stix: namespace|stix: the namespace|stix: %\.60q is no name of a type|%s%s: |%v$|%s: %w$|page |next |add |versions? |limit |match)/

test('every sentence about STIX and signed files is there in Chinese', () => {
  const said = Object.values(sources).flatMap((source) => [...source.matchAll(/(?:r\.must\([^"\n]*(?:&way\{[^\n]*?\}, )?"[a-z_]+", [^,]+, |fmt\.Errorf\(|errors\.New\()"((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]!.replace(/\\"/g, '"')))
  expect(said.length).toBeGreaterThan(80)
  expect([...new Set(said)].filter((s) => !makers.test(s) && !(s in ofStix))).toEqual([])
})
