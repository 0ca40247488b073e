/** Judgements that experts choose from, as a nine-point scale and its reciprocals. */
export const scale = [9, 8, 7, 6, 5, 4, 3, 2, 1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6, 1 / 7, 1 / 8, 1 / 9]

/** The entry of the scale that a judgement is. */
export const nearest = (v: number) => scale.reduce((a, b) => (Math.abs(Math.log(b / v)) < Math.abs(Math.log(a / v)) ? b : a))

/** A matrix as the API has it. */
type Rows = (number[] | null)[]

/** A matrix for so many items: judgements that are there stay, new ones are 1. */
export function fitted(matrix: Rows, items: number): number[][] {
  return Array.from({ length: items }, (_, i) => Array.from({ length: items }, (_, k) => (i === k ? 1 : (matrix[i]?.[k] ?? 1))))
}

/** A matrix with one judgement changed, and its reciprocal with it. */
export function judged(matrix: number[][], i: number, k: number, value: number): number[][] {
  const next = matrix.map((row) => [...row])
  next[i]![k] = value
  next[k]![i] = 1 / value
  return next
}

/** A matrix without one item. */
export const without = (matrix: Rows, item: number) => matrix.filter((_, i) => i !== item).map((row) => (row ?? []).filter((_, k) => k !== item))

/** The last months, the newest first, as China counts them; the one that lasts is not among them. */
export function lastMonths(count: number, now = Date.now()): string[] {
  const china = new Date(now + 8 * 3_600_000)
  return Array.from({ length: count }, (_, i) => new Date(Date.UTC(china.getUTCFullYear(), china.getUTCMonth() - 1 - i, 1)).toISOString().slice(0, 7))
}
