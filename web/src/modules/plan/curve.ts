import type { EChartsCoreOption } from 'echarts/core'
import type { Colours } from '../../lib/chart/line'
import { short } from '../../lib/chart/line'

interface Curve {
  points: [number, number][]
  goal: number
  goalHigh?: number | undefined
  /** Value and interval at the end of the period. */
  forecast?: { at: number; value: number; low: number; high: number } | undefined
  milestones: { at: number; goal: number | null; title: string; overdue: boolean }[]
  colours: Colours & { accent: string; good: string; warn: string; bad: string }
  names: { actual: string; goal: string; forecast: string; band: string }
  write: (value: number) => string
  time: (at: number) => string
}

type Point = [number, number]

/** Chooses the window: the history, and the period's end when there is a forecast to show. */
function reach(c: Curve): [number, number] {
  const times = c.points.map((p) => p[0])
  if (c.forecast) times.push(c.forecast.at)
  const [low, high] = [Math.min(...times), Math.max(...times)]
  const pad = Math.max(60_000, (high - low) * 0.02)
  return [low - pad, high + pad]
}

/** An ECharts option for the way of a target: values, goal, milestones, and the forecast as a band. */
export function curveOption(c: Curve): EChartsCoreOption {
  const [from, to] = reach(c)
  const last = c.points[c.points.length - 1]!
  const series: object[] = [
    {
      type: 'line', name: c.names.actual, data: c.points, step: 'end', showSymbol: c.points.length < 40, symbolSize: 5, lineStyle: { width: 2, color: c.colours.accent }, itemStyle: { color: c.colours.accent },
    },
    ...goalSeries(c, from, to),
    ...milestoneSeries(c, from, to),
    ...(c.forecast ? forecastSeries(c, last, c.forecast) : []),
  ]
  const named = [c.names.actual, c.names.goal, ...(c.forecast ? [c.names.forecast, c.names.band] : [])]
  return {
    animation: false,
    grid: { left: 8, right: 24, top: 36, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: { top: 0, left: 0, data: named, textStyle: { color: c.colours.muted }, itemWidth: 24, itemHeight: 8 },
    tooltip: {
      trigger: 'axis', backgroundColor: c.colours.surface, borderColor: c.colours.line, textStyle: { color: c.colours.text, fontSize: 12 }, confine: true, renderMode: 'richText',
      formatter: (items: { seriesName: string; value: Point }[]) => {
        const shown = items.filter((i) => i.seriesName === c.names.actual || i.seriesName === c.names.forecast)
        return [items[0] ? c.time(items[0].value[0]) : '', ...shown.map((i) => `${i.seriesName}  ${c.write(i.value[1])}`)].join('\n')
      },
    },
    xAxis: { type: 'time', min: from, max: to, axisLine: { lineStyle: { color: c.colours.line } }, axisLabel: { color: c.colours.muted, hideOverlap: true }, splitLine: { show: false } },
    yAxis: {
      type: 'value', axisLabel: { color: c.colours.muted, formatter: (v: number) => short(v) }, splitLine: { lineStyle: { color: c.colours.line } },
    },
    series,
  }
}

/** The goal is a line of its own, so that the axis always reaches it. */
function goalSeries(c: Curve, from: number, to: number): object[] {
  return [c.goal, ...(c.goalHigh ? [c.goalHigh] : [])].map((goal) => ({
    type: 'line', name: c.names.goal, silent: true, symbol: 'none', lineStyle: { color: c.colours.good, type: [2, 4], width: 1.5 }, itemStyle: { color: c.colours.good },
    data: [[from, goal], { value: [to, goal], label: { show: true, position: 'top', align: 'right', color: c.colours.good, formatter: c.write(goal) } }], showSymbol: true,
  }))
}

function milestoneSeries(c: Curve, from: number, to: number): object[] {
  const data = c.milestones.filter((m) => m.goal !== null && m.at >= from && m.at <= to)
  if (data.length === 0) return []
  return [
    {
      type: 'line', name: 'milestones', lineStyle: { opacity: 0 }, symbol: 'diamond', symbolSize: 11, showSymbol: true, showAllSymbol: true, tooltip: { show: false },
      data: data.map((m) => ({ value: [m.at, m.goal], itemStyle: { color: m.overdue ? c.colours.bad : c.colours.warn } })),
      label: { show: true, position: 'top', color: c.colours.muted, formatter: ({ dataIndex }: { dataIndex: number }) => data[dataIndex]!.title },
    },
  ]
}

/** The band is two stacked areas: an unseen one up to the lower end, and the width above it. */
function forecastSeries(c: Curve, last: Point, f: { at: number; value: number; low: number; high: number }): object[] {
  const colour = c.colours.series[1]!
  const band = { type: 'line', stack: 'band', symbol: 'none', lineStyle: { opacity: 0 }, silent: true, itemStyle: { color: colour } }
  return [
    { ...band, name: 'low', data: [last, [f.at, f.low]], areaStyle: { opacity: 0 } },
    { ...band, name: c.names.band, data: [[last[0], 0], [f.at, f.high - f.low]], areaStyle: { opacity: 0.22, color: colour } },
    { type: 'line', name: c.names.forecast, data: [last, [f.at, f.value]], symbol: 'none', lineStyle: { width: 2, type: 'dashed', color: colour }, itemStyle: { color: colour } },
  ]
}

/** The share of the way to the goal, from 0 to 1; undefined without a value. */
export function progressOf(x: { value: number | null; goal: number; baseline: number }): number | undefined {
  if (x.value === null || x.goal === x.baseline) return undefined
  return Math.min(1, Math.max(0, (x.value - x.baseline) / (x.goal - x.baseline)))
}
