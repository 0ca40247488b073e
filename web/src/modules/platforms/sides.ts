import type { Text } from '../../kernel'
import type { Indicator } from './data'

/** An indicator that one of the platforms reports, with its newest total of each. */
export interface Line {
  code: string
  title: Text
  unit: Text
  tier: string
  /** In the order of the platforms; undefined where one does not report it. */
  values: (Indicator | undefined)[]
  /** The greatest amount, which bars are drawn against. */
  most: number
}

/** The totals of all platforms side by side, in the order in which the first that reports one has it. */
export function sideBySide(platforms: Indicator[][]): Line[] {
  const lines = new Map<string, Line>()
  platforms.forEach((indicators, i) => {
    for (const x of indicators.filter((v) => Object.values(v.dims).every((d) => !d))) {
      const line = lines.get(x.code) ?? { code: x.code, title: x.title, unit: x.unit, tier: x.tier, values: platforms.map(() => undefined), most: 0 }
      line.values[i] = x
      line.most = Math.max(line.most, Math.abs(x.value))
      lines.set(x.code, line)
    }
  })
  return [...lines.values()]
}

/** Points as percent of the first that is not zero, so that growth of small and large can be compared. */
export function indexed(points: [number, number][]): [number, number][] {
  const base = points.find(([, v]) => v !== 0)
  return base ? points.filter(([at]) => at >= base[0]).map(([at, v]) => [at, (v / base[1]) * 100]) : []
}

const day = 24 * 3_600_000

/** How far back a curve goes, in milliseconds. */
export const spans = { week: 7 * day, month: 30 * day, year: 365 * day }
export type Span = keyof typeof spans

/** What the address says of a comparison; all of it together is a view that can be saved. */
export const comparisonParams = ['id', 'code', 'span', 'scale']

/** The indicator, span and scale of an address; what is not offered is as if it were not there. */
export function comparisonView(params: URLSearchParams): { code: string; span: Span; scale: 'amount' | 'index' } {
  const span = params.get('span') ?? ''
  return { code: params.get('code') ?? '', span: Object.hasOwn(spans, span) ? (span as Span) : 'month', scale: params.get('scale') === 'index' ? 'index' : 'amount' }
}
