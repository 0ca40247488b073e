import { expect, test } from 'vitest'
import type { Value } from './data'
import { nextIndex, rowsOf, valuesOf } from './rows'

const value = (v: Partial<Value>): Value => ({ index: 1, type: 'URL', data: '', ttl: 60, timestamp: '2026-11-26T00:00:00Z', public: true, ...v })

test('what is edited goes back as it was: text as text, octets as octets, administrators in words', () => {
  const list = [value({ data: 'https://a.example/' }), value({ index: 2, type: 'HS_SITE', data: 'serial 1', octets: 'AAEC' }), value({ index: 100, type: 'HS_ADMIN', data: '300:0.NA/88.101.5 111111111111', octets: 'D/8A' }), value({ index: 3, type: 'HS_SECKEY', public: false })]
  expect(valuesOf(rowsOf(list))).toEqual([
    { index: 1, type: 'URL', data: 'https://a.example/', ttl: 60, secret: false },
    { index: 2, type: 'HS_SITE', data: 'AAEC', ttl: 60, secret: false, base64: true },
    { index: 100, type: 'HS_ADMIN', data: '300:0.NA/88.101.5 111111111111', ttl: 60, secret: false },
    { index: 3, type: 'HS_SECKEY', data: '', ttl: 60, secret: true },
  ])
})

test('one more value takes the first index that is free', () => {
  expect(nextIndex([])).toBe(1)
  expect(nextIndex([{ index: 1 }, { index: 2 }, undefined, { index: 100 }])).toBe(3)
})
