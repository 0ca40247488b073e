import type { EChartsCoreOption } from 'echarts/core'
import { lineOption, short, type Colours } from '../../lib/chart/line'

/** A month of a forecast: unix milliseconds, value, intervals of 80 and 95 %, and what the yardstick says. */
export interface FanStep {
  at: number
  value: number
  low80: number
  high80: number
  low95: number
  high95: number
  yardstick: number
}

interface Options {
  colours: Colours
  write: (value: number) => string
  time: (at: number) => string
  names: { known: string; forecast: string; yardstick: string }
}

/** Series of bands have no name that people read: they are in neither legend nor tooltip. */
const band = (name: string) => `band ${name}`
const isBand = (name: string) => name.startsWith('band ')

/** The bands of a forecast, from the last known value on: where each begins and how high it is. */
export function bands(last: [number, number], steps: FanStep[], low: (s: FanStep) => number, high: (s: FanStep) => number): { from: [number, number][]; height: [number, number][] } {
  return { from: [last, ...steps.map((s): [number, number] => [s.at, low(s)])], height: [[last[0], 0], ...steps.map((s): [number, number] => [s.at, high(s) - low(s)])] }
}

/** A known series, its forecast with two bands, and the yardstick. */
export function fanOption(known: [number, number][], steps: FanStep[], o: Options): EChartsCoreOption {
  const last = known.at(-1)!
  const [main] = o.colours.series
  const option = lineOption([
    { name: o.names.known, points: known, colour: main! },
    { name: o.names.forecast, points: [last, ...steps.map((s): [number, number] => [s.at, s.value])], dashed: true, colour: main! },
    { name: o.names.yardstick, points: [last, ...steps.map((s): [number, number] => [s.at, s.yardstick])], dashed: true, colour: o.colours.muted },
  ], o) as EChartsCoreOption & { series: object[]; legend: object; tooltip: { formatter: (items: { seriesName: string }[]) => string } }
  const area = (name: string, b: ReturnType<typeof bands>, opacity: number) => {
    const plain = { type: 'line', name: band(name), stack: name, stackStrategy: 'all', showSymbol: false, silent: true, lineStyle: { width: 0 }, z: 1 }
    return [{ ...plain, data: b.from }, { ...plain, data: b.height, areaStyle: { color: main, opacity } }]
  }
  const write = option.tooltip.formatter
  return {
    ...option,
    legend: { ...option.legend, data: Object.values(o.names) },
    tooltip: { ...option.tooltip, formatter: (items: { seriesName: string }[]) => write(items.filter((i) => !isBand(i.seriesName))) },
    series: [...area('95', bands(last, steps, (s) => s.low95, (s) => s.high95), 0.1), ...area('80', bands(last, steps, (s) => s.low80, (s) => s.high80), 0.18), ...option.series],
  }
}

/** Bars of the months of a year, up or down from the year's mean. */
export function seasonOption(values: number[], o: { colours: Colours; write: (value: number) => string; month: (n: number) => string }): EChartsCoreOption {
  const c = o.colours
  return {
    animation: false,
    grid: { left: 8, right: 16, top: 16, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis', backgroundColor: c.surface, borderColor: c.line, textStyle: { color: c.text, fontSize: 12 }, confine: true, renderMode: 'richText',
      formatter: (items: { name: string; value: number }[]) => items.map((i) => `${i.name}  ${o.write(i.value)}`).join('\n'),
    },
    xAxis: { type: 'category', data: values.map((_, i) => o.month(i + 1)), axisLine: { onZero: false, lineStyle: { color: c.line } }, axisTick: { show: false }, axisLabel: { color: c.muted } },
    yAxis: { type: 'value', axisLabel: { color: c.muted, formatter: (v: number) => short(v) }, splitLine: { lineStyle: { color: c.line } } },
    series: [{ type: 'bar', data: values, itemStyle: { color: c.series[0] }, barMaxWidth: 28 }],
  }
}
