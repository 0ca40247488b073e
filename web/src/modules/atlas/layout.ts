/** A stage as far as its place matters. */
export interface Stop { id: string }
export interface Way { from: string; to: string }

/** Where a stage stands: its column from the left, and its place within. */
export interface Placed { id: string; column: number; row: number }

/** Where a link bends on its way past columns between its ends: a place in each. */
export interface Bend { from: string; to: string; column: number; row: number }

/**
 * Places stages from left to right: each stands one column after the last that goes into it.
 * A link past columns keeps a place free in each, so that it does not run below a stage. Within a
 * column all are ordered by the middle of what goes into them, so that links cross less.
 */
export function place(stages: Stop[], links: Way[]): { stages: Placed[]; bends: Bend[] } {
  const column = columnsOf(stages, links)
  const into = new Map<string, string[]>()
  const columns: string[][] = []
  const put = (id: string, at: number) => { (columns[at] ??= []).push(id) }
  for (const s of stages) put(s.id, column.get(s.id) ?? 0)
  const bends = new Map<string, Bend>()
  for (const l of links) {
    const [begin, end] = [column.get(l.from), column.get(l.to)]
    if (begin === undefined || end === undefined) continue
    let last = l.from
    for (let c = begin + 1; c < end; c++) {
      const id = `${l.from}\n${l.to}\n${c}`
      bends.set(id, { from: l.from, to: l.to, column: c, row: 0 })
      put(id, c)
      into.set(id, [last])
      last = id
    }
    into.set(l.to, [...(into.get(l.to) ?? []), last])
  }
  const row = new Map<string, number>()
  for (const list of columns) {
    const middle = (id: string) => {
      const rows = (into.get(id) ?? []).map((from) => row.get(from) ?? 0)
      return rows.length > 0 ? rows.reduce((a, b) => a + b, 0) / rows.length : Infinity
    }
    const order = new Map((list ?? []).map((id, i) => [id, i]))
    const sorted = [...(list ?? [])].sort((a, b) => {
      const x = middle(a)
      const y = middle(b)
      return x === y ? (order.get(a) ?? 0) - (order.get(b) ?? 0) : x - y
    })
    sorted.forEach((id, i) => row.set(id, i))
  }
  return {
    stages: stages.map((s) => ({ id: s.id, column: column.get(s.id) ?? 0, row: row.get(s.id) ?? 0 })),
    bends: [...bends].map(([id, b]) => ({ ...b, row: row.get(id) ?? 0 })),
  }
}

/** In which column each stage stands. */
function columnsOf(stages: Stop[], links: Way[]): Map<string, number> {
  const into = new Map<string, string[]>(stages.map((s) => [s.id, []]))
  for (const l of links) if (into.has(l.from)) into.get(l.to)?.push(l.from)
  const column = new Map<string, number>()
  const depth = (id: string, path: Set<string>): number => {
    const known = column.get(id)
    if (known !== undefined) return known
    if (path.has(id)) return 0 // a circle; the server refuses them
    path.add(id)
    const d = Math.max(-1, ...(into.get(id) ?? []).map((from) => depth(from, path))) + 1
    path.delete(id)
    column.set(id, d)
    return d
  }
  for (const s of stages) depth(s.id, new Set())
  return column
}
