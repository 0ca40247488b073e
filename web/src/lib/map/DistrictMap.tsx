import shapes from 'virtual:districts'
import { useMemo } from 'react'
import { Chart } from '../chart/Chart'
import { core } from '../chart/echarts'
import type { Colours } from '../chart/line'
import { canonical, nudged } from './names'

/** What a district shows. */
export interface Area {
  /** Chinese name, which finds the shape. */
  shape: string
  /** Name on the map, in the reader's language. */
  label: string
  value: number
  /** Little is known of it: it is hatched. */
  unseen?: boolean
  /** Lines of the tooltip. */
  note: string[]
}

/** A place on the map. */
export interface Point {
  id: string
  label: string
  /** Longitude and latitude in degrees, WGS 84. */
  at: [number, number]
  /** Lines of the tooltip. */
  note: string[]
}

interface Props {
  areas: Area[]
  colours: Colours & { ramp: [string, string]; warn: string }
  height: number | string
  label: string
  onPick?: (shape: string) => void
  points?: Point[]
  onPoint?: (id: string) => void
  /** Size of the names in pixels; a wall needs larger ones. */
  fontSize?: number
  /** Without the scale of colours. */
  bare?: boolean
  /** The end of the scale; else the largest value. */
  most?: number
}

const map = 'districts'
const nowhere: Point[] = []

const place = { aspectScale: 0.82, top: 12, bottom: 12, left: 12, right: 12 }

/** The colour between two, as #rrggbb. */
function between([from, to]: [string, string], share: number): string {
  const part = (colour: string, i: number) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16)
  const mixed = [0, 1, 2].map((i) => Math.round(part(from, i) + (part(to, i) - part(from, i)) * share))
  return `#${mixed.map((n) => n.toString(16).padStart(2, '0')).join('')}`
}

/** A ground with slanting lines. */
function hatched(ground: string, line: string): { image: HTMLCanvasElement; repeat: 'repeat' } {
  const image = document.createElement('canvas')
  image.width = image.height = 8
  const pen = image.getContext('2d')
  if (pen) {
    pen.fillStyle = ground
    pen.fillRect(0, 0, 8, 8)
    pen.strokeStyle = line
    pen.lineWidth = 1
    for (const from of [-8, 0, 8]) {
      pen.moveTo(from, 8)
      pen.lineTo(from + 8, 0)
    }
    pen.stroke()
  }
  return { image, repeat: 'repeat' }
}

/** The districts of the city, darker where there is more, with places on them. Shapes are for display only. */
export function DistrictMap({ areas, colours, height, label, onPick, points = nowhere, onPoint, fontSize = 11, bare = false, most: end }: Props) {
  const option = useMemo(() => {
    if (!core.getMap(map)) {
      const features = shapes.features.map((f) => ({ ...f, properties: { ...f.properties, name: canonical(f.properties.name) } }))
      core.registerMap(map, { type: 'FeatureCollection', features } as never)
    }
    const byShape = new Map(areas.map((a) => [a.shape, a]))
    const byPoint = new Map(points.map((p) => [p.id, p]))
    const most = end ?? Math.max(1, ...areas.map((a) => a.value))
    return {
      animation: false,
      tooltip: {
        backgroundColor: colours.surface, borderColor: colours.line, textStyle: { color: colours.text, fontSize: 12 }, confine: true, renderMode: 'richText',
        formatter: ({ name }: { name: string }) => {
          const found = byPoint.get(name) ?? byShape.get(name)
          return [found?.label ?? name, ...(found?.note ?? [])].join('\n')
        },
      },
      ...(points.length > 0 ? { geo: { map, ...place, roam: false, silent: true, itemStyle: { opacity: 0 }, emphasis: { disabled: true } } } : {}),
      visualMap: {
        seriesIndex: 0, min: 0, max: most, calculable: false, orient: 'horizontal', right: 8, bottom: 8, itemWidth: 10, itemHeight: 90, inRange: { color: colours.ramp },
        textStyle: { color: colours.muted }, text: [String(most), '0'], show: !bare,
      },
      series: [
        {
          type: 'map', map, ...place, roam: false, selectedMode: false,
          itemStyle: { borderColor: colours.surface, borderWidth: 1.5, areaColor: colours.ramp[0] },
          emphasis: { itemStyle: { areaColor: undefined, borderColor: colours.text, borderWidth: 2 }, label: { color: colours.text } },
          label: {
            show: true, color: colours.text, fontSize, textBorderColor: colours.surface, textBorderWidth: 3,
            formatter: ({ name }: { name: string }) => byShape.get(name)?.label ?? name,
          },
          labelLayout: { hideOverlap: !bare },
          data: areas.map((a) => ({ name: a.shape, ...(a.unseen ? { itemStyle: { areaColor: hatched(between(colours.ramp, Math.min(1, a.value / most)), colours.muted) } } : { value: a.value }), ...(bare ? { label: { offset: (nudged[a.shape] ?? [0, 0]).map((n) => n * fontSize) } } : {}) })),
        },
        ...(points.length > 0
          ? [{
              type: 'scatter', coordinateSystem: 'geo', symbolSize: 9, cursor: onPoint ? 'pointer' : 'default', itemStyle: { color: colours.warn, borderColor: colours.surface, borderWidth: 1.5 },
              data: points.map((p) => ({ name: p.id, value: p.at })),
            }]
          : []),
      ],
    }
  }, [areas, points, onPoint, colours, fontSize, bare, end])
  const picked = (name: string) => (points.some((p) => p.id === name) ? onPoint?.(name) : onPick?.(name))
  return <Chart option={option} height={height} label={label} onPick={picked} />
}
