import type { EChartsCoreOption } from 'echarts/core'

/** The colours that a chart draws with. */
export interface Colours {
  text: string
  muted: string
  line: string
  surface: string
  series: string[]
}

/** One line over time: unix milliseconds and value. */
export interface Line {
  name: string
  points: [number, number][]
  dashed?: boolean
  /** Draws a step at each value, for counts that stay until the next one. */
  step?: boolean
  area?: boolean
  colour?: string
}

interface Options {
  colours: Colours
  /** Writes a value with its unit. */
  write: (value: number) => string
  /** Writes a time. */
  time: (at: number) => string
  from?: number
  to?: number
  /** The axis begins at zero: true for counts. */
  zero?: boolean
  /** A point each month: the axis names no days. */
  monthly?: boolean
}

/** The widest gap in points, over which a line is not drawn: three times the usual distance. */
export function broken(points: [number, number][]): [number, number | null][] {
  if (points.length < 3) return points
  const gaps = points.slice(1).map((p, i) => p[0] - points[i]![0])
  const usual = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!
  const result: [number, number | null][] = []
  points.forEach((p, i) => {
    if (i > 0 && gaps[i - 1]! > usual * 3) result.push([points[i - 1]![0] + usual, null])
    result.push(p)
  })
  return result
}

/** An ECharts option for lines over time; silence shows as a gap, never as a straight line. */
export function lineOption(lines: Line[], o: Options): EChartsCoreOption {
  const c = o.colours
  return {
    animation: false,
    color: c.series,
    grid: { left: 8, right: 16, top: lines.length > 1 ? 36 : 16, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: lines.length > 1 ? { top: 0, left: 0, textStyle: { color: c.muted }, icon: 'roundRect', itemHeight: 3 } : undefined,
    tooltip: {
      trigger: 'axis', backgroundColor: c.surface, borderColor: c.line, textStyle: { color: c.text, fontSize: 12 }, confine: true, renderMode: 'richText',
      formatter: (items: { seriesName: string; value: [number, number | null] }[]) => {
        const head = items[0] ? o.time(items[0].value[0]) : ''
        const body = items.filter((i) => i.value[1] !== null).map((i) => `${lines.length > 1 ? `${i.seriesName}  ` : ''}${o.write(i.value[1]!)}`)
        return [head, ...body].join('\n')
      },
    },
    xAxis: { type: 'time', min: o.from, max: o.to, minInterval: o.monthly ? 28 * 86_400_000 : undefined, axisLine: { lineStyle: { color: c.line } }, axisLabel: { color: c.muted, hideOverlap: true }, splitLine: { show: false } },
    yAxis: { type: 'value', scale: !o.zero, axisLabel: { color: c.muted, formatter: (v: number) => short(v) }, splitLine: { lineStyle: { color: c.line } } },
    series: lines.map((line, i) => ({
      type: 'line', name: line.name, data: broken(line.points), showSymbol: line.points.length < 40, symbolSize: 5, connectNulls: false,
      step: line.step ? 'end' : undefined,
      lineStyle: { width: 2, type: line.dashed ? 'dashed' : 'solid' }, itemStyle: { color: line.colour ?? c.series[i % c.series.length] },
      areaStyle: line.area ? { opacity: 0.12 } : undefined,
    })),
  }
}

/** A value for an axis: 12k, 3.4M. */
export function short(value: number): string {
  const steps: [number, string][] = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]
  for (const [size, mark] of steps) if (Math.abs(value) >= size) return `${trim(value / size)}${mark}`
  return trim(value)
}

function trim(value: number): string {
  return String(Number(value.toPrecision(4)))
}
