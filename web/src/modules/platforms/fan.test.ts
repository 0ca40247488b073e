import { expect, test } from 'vitest'
import { bands, fanOption } from './fan'

const step = (at: number, value: number) => ({ at, value, low80: value - 1, high80: value + 1, low95: value - 2, high95: value + 2, yardstick: 5 })

test('bands begin at the last known value and are as high as the interval', () => {
  expect(bands([1, 10], [step(2, 20)], (s) => s.low95, (s) => s.high95)).toEqual({ from: [[1, 10], [2, 18]], height: [[1, 0], [2, 4]] })
})

test('neither legend nor tooltip tells of bands', () => {
  const colours = { text: '', muted: '', line: '', surface: '', series: ['a'] }
  const option = fanOption([[0, 9], [1, 10]], [step(2, 20)], { colours, write: String, time: String, names: { known: 'K', forecast: 'F', yardstick: 'Y' } }) as {
    legend: { data: string[] }; series: { name: string }[]; tooltip: { formatter: (items: object[]) => string }
  }
  expect(option.legend.data).toEqual(['K', 'F', 'Y'])
  expect(option.series.map((s) => s.name)).toEqual(['band 95', 'band 95', 'band 80', 'band 80', 'K', 'F', 'Y'])
  expect(option.tooltip.formatter([{ seriesName: 'band 95', value: [2, 18] }, { seriesName: 'F', value: [2, 20] }])).toBe('2\nF  20')
})
