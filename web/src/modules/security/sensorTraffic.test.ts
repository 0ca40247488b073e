import { expect, test } from 'vitest'
import { curves } from './sensorTraffic'
import { en } from './sensorEn'
import { zh } from './sensorZh'

const point = (at: string, protocol: string, kind: string, requests: number) => ({ at: `2026-03-01T08:${at}:00Z`, protocol, class: kind, requests, responses: requests, exceptions: 0, octets: 10 * requests })

test('points become curves by what is asked for, with zero where nothing was said', () => {
  const traffic = { from: '2026-03-01T08:00:00Z', to: '2026-03-01T08:04:00Z', step: 60, points: [point('00', 'modbus', 'read', 5), point('00', 'modbus', 'write', 1), point('02', 'modbus', 'read', 4), point('02', 's7comm', 'read', 1)] }
  const at = (minute: number) => Date.parse('2026-03-01T08:00:00Z') + minute * 60_000
  const [modbus, s7] = curves(traffic, 'protocol')
  expect(modbus).toMatchObject({ name: 'modbus', requests: 10, responses: 10, octets: 100, points: [[at(0), 12], [at(1), 0], [at(2), 8], [at(3), 0]] })
  expect(s7!.points).toEqual([[at(0), 0], [at(1), 0], [at(2), 2], [at(3), 0]])
  expect(curves(traffic, 'class').map((c) => [c.name, c.requests])).toEqual([['read', 10], ['write', 1]])
  expect(curves({ ...traffic, points: [] }, 'class')).toEqual([])
})

/** Values that a text names must stand in the other language too. */
function values(texts: object): string[] {
  return Object.entries(texts).flatMap(([key, text]) => (typeof text === 'string' ? [`${key}: ${[...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort().join()}`] : values(text as object).map((v) => `${key}.${v}`)))
}

test('both languages name the same values', () => expect(values(en)).toEqual(values(zh)))
