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
