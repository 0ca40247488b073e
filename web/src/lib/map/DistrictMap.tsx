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
  /** Lines of the tooltip. */
  note: string[]
}

interface Props {
  areas: Area[]
  colours: Colours & { ramp: [string, string]; accent: string }
  height: number | string
  label: string
  onPick?: (shape: string) => void
  /** Size of the names in pixels; a wall needs larger ones. */
  fontSize?: number
  /** Without the scale of colours. */
  bare?: boolean
}

const map = 'districts'

/** The districts of the city, darker where there is more. Shapes are for display only. */
export function DistrictMap({ areas, colours, height, label, onPick, fontSize = 11, bare = false }: Props) {
  const option = useMemo(() => {
    if (!core.getMap(map)) {
      const features = shapes.features.map((f) => ({ ...f, properties: { ...f.properties, name: canonical(f.properties.name) } }))
      core.registerMap(map, { type: 'FeatureCollection', features } as never)
    }
    const byShape = new Map(areas.map((a) => [a.shape, a]))
    const most = Math.max(1, ...areas.map((a) => a.value))
    return {
      animation: false,
      tooltip: {
        backgroundColor: colours.surface, borderColor: colours.line, textStyle: { color: colours.text, fontSize: 12 }, confine: true, renderMode: 'richText',
        formatter: ({ name }: { name: string }) => [byShape.get(name)?.label ?? name, ...(byShape.get(name)?.note ?? [])].join('\n'),
      },
      visualMap: {
        min: 0, max: most, calculable: false, orient: 'horizontal', right: 8, bottom: 8, itemWidth: 10, itemHeight: 90, inRange: { color: colours.ramp },
        textStyle: { color: colours.muted }, text: [String(most), '0'], show: !bare,
      },
      series: [
        {
          type: 'map', map, roam: false, aspectScale: 0.82, top: 12, bottom: 12, left: 12, right: 12, selectedMode: false,
          itemStyle: { borderColor: colours.surface, borderWidth: 1.5, areaColor: colours.ramp[0] },
          emphasis: { itemStyle: { areaColor: undefined, borderColor: colours.text, borderWidth: 2 }, label: { color: colours.text } },
          label: {
            show: true, color: colours.text, fontSize, textBorderColor: colours.surface, textBorderWidth: 3,
            formatter: ({ name }: { name: string }) => byShape.get(name)?.label ?? name,
          },
          labelLayout: { hideOverlap: !bare },
          data: areas.map((a) => ({ name: a.shape, value: a.value, ...(bare ? { label: { offset: (nudged[a.shape] ?? [0, 0]).map((n) => n * fontSize) } } : {}) })),
        },
      ],
    }
  }, [areas, colours, fontSize, bare])
  return <Chart option={option} height={height} label={label} {...(onPick ? { onPick } : {})} />
}
