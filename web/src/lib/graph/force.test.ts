import { expect, test } from 'vitest'
import { degrees, spiral, step } from './force'

const run = (nodes: number, edges: { from: number; to: number }[], steps: number) => {
  const p = spiral(nodes)
  const d = degrees({ nodes, edges })
  for (let i = 0; i < steps; i++) step({ nodes, edges }, p, d, 1 - i / steps)
  return p
}
const apart = (p: Float32Array, a: number, b: number) => Math.hypot(p[2 * a]! - p[2 * b]!, p[2 * a + 1]! - p[2 * b + 1]!)

test('what an edge joins comes nearer than what none does', () => {
  const p = run(40, Array.from({ length: 19 }, (_, i) => ({ from: 0, to: i + 1 })), 150)
  const joined = Array.from({ length: 19 }, (_, i) => apart(p, 0, i + 1))
  const others = Array.from({ length: 20 }, (_, i) => apart(p, 0, i + 20))
  expect(Math.max(...joined)).toBeLessThan(others.reduce((a, b) => a + b) / others.length)
})

test('positions stay finite, and nodes do not fall together', () => {
  const p = run(200, Array.from({ length: 600 }, (_, i) => ({ from: i % 200, to: (i * 7 + 1) % 200 })), 80)
  expect([...p].every(Number.isFinite)).toBe(true)
  expect(new Set([...p].map((x) => x.toFixed(1))).size).toBeGreaterThan(150)
})

test('the same graph is laid out the same', () => expect([...run(30, [{ from: 1, to: 2 }], 20)]).toEqual([...run(30, [{ from: 1, to: 2 }], 20)]))
