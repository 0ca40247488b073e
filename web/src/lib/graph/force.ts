/** A graph to lay out: how many nodes, and edges by the places of their ends. */
export interface Shape { nodes: number; edges: { from: number; to: number }[] }

/** Positions of nodes, x and y in turn. */
export type Positions = Float32Array

/** Where the nodes begin: on a spiral, which is the same each time. */
export function spiral(n: number): Positions {
  const p = new Float32Array(2 * n)
  for (let i = 0; i < n; i++) {
    const r = 12 * Math.sqrt(i + 0.5)
    const a = i * 2.399963 // the golden angle
    p[2 * i] = r * Math.cos(a)
    p[2 * i + 1] = r * Math.sin(a)
  }
  return p
}

const near = 60 // how far nodes push each other

/**
 * Moves nodes once: edges pull, nodes push those within a few cells of a grid, and all are drawn
 * to the middle. warm falls from 1 to 0. Pushing by cells makes a step cost what is near, not all pairs.
 */
export function step(shape: Shape, p: Positions, degree: Uint32Array, warm: number): void {
  const n = shape.nodes
  const move = new Float32Array(2 * n)
  const cells = new Map<number, number[]>()
  const cell = (x: number, y: number) => (Math.floor(x / near) + 30_000) * 65_536 + Math.floor(y / near) + 30_000
  for (let i = 0; i < n; i++) {
    const key = cell(p[2 * i]!, p[2 * i + 1]!)
    const list = cells.get(key)
    if (list) list.push(i)
    else cells.set(key, [i])
  }
  for (let i = 0; i < n; i++) {
    const x = p[2 * i]!
    const y = p[2 * i + 1]!
    for (let cx = -1; cx <= 1; cx++) {
      for (let cy = -1; cy <= 1; cy++) {
        const list = cells.get(cell(x + cx * near, y + cy * near))
        if (!list) continue
        // A crowded cell is asked in part, so that no step costs the square of a crowd.
        const stride = Math.max(1, Math.ceil(list.length / 40))
        for (let k = i % stride; k < list.length; k += stride) {
          const j = list[k]!
          if (j === i) continue
          const dx = x - p[2 * j]!
          const dy = y - p[2 * j + 1]!
          const d2 = dx * dx + dy * dy + 0.01
          if (d2 > near * near) continue
          const f = (stride * 90) / d2
          move[2 * i] = move[2 * i]! + dx * f
          move[2 * i + 1] = move[2 * i + 1]! + dy * f
        }
      }
    }
    move[2 * i] = move[2 * i]! - x * 0.004
    move[2 * i + 1] = move[2 * i + 1]! - y * 0.004
  }
  for (const e of shape.edges) {
    const dx = p[2 * e.to]! - p[2 * e.from]!
    const dy = p[2 * e.to + 1]! - p[2 * e.from + 1]!
    const d = Math.sqrt(dx * dx + dy * dy) + 0.01
    const f = (0.12 * (d - 30)) / d
    const a = f / Math.sqrt(degree[e.from]!)
    const b = f / Math.sqrt(degree[e.to]!)
    move[2 * e.from] = move[2 * e.from]! + dx * a
    move[2 * e.from + 1] = move[2 * e.from + 1]! + dy * a
    move[2 * e.to] = move[2 * e.to]! - dx * b
    move[2 * e.to + 1] = move[2 * e.to + 1]! - dy * b
  }
  const most = 2 + 18 * warm
  for (let i = 0; i < n; i++) {
    const dx = move[2 * i]!
    const dy = move[2 * i + 1]!
    const d = Math.sqrt(dx * dx + dy * dy)
    const f = d > most ? most / d : 1
    p[2 * i] = p[2 * i]! + dx * f
    p[2 * i + 1] = p[2 * i + 1]! + dy * f
  }
}

/** How many edges each node has, at least 1. */
export function degrees(shape: Shape): Uint32Array {
  const d = new Uint32Array(shape.nodes)
  for (const e of shape.edges) {
    d[e.from] = d[e.from]! + 1
    d[e.to] = d[e.to]! + 1
  }
  return d.map((x) => Math.max(1, x))
}
