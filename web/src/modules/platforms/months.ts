/** A moment of a month that is in it all over the world but for the Pacific, as unix milliseconds. */
export const monthAt = (month: string) => Date.parse(`${month}-01T12:00:00+08:00`)

/** What weights add up to, rounded as they are written. */
export const weighed = (weights: (number | null | undefined)[]) => Math.round(weights.reduce<number>((sum, w) => sum + (w ?? 0), 0) * 100) / 100

/** The month of a moment, as the city counts them. */
export const monthOf = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 7)

/** The months from one until another, both of which count. */
export function monthsBetween(from: string, until: string): string[] {
  const [year, month] = from.split('-').map(Number) as [number, number]
  const [lastYear, lastMonth] = until.split('-').map(Number) as [number, number]
  const count = 12 * (lastYear - year) + lastMonth - month + 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => new Date(Date.UTC(year, month - 1 + i, 1)).toISOString().slice(0, 7))
}

/** What is told of months, divided so that one of them is 100; without one, as it is. What that month lacks cannot be told. */
export function rebased<Month>(of: (m: Month) => number | null, base: Month | undefined): (m: Month) => number | null {
  if (base === undefined) return of
  const hundred = of(base)
  return (m) => { const v = of(m); return v === null || !hundred ? null : (100 * v) / hundred }
}
