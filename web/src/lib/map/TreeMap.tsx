import { useMemo } from 'react'
import { Chart } from '../chart/Chart'
import type { Colours } from '../chart/line'

/** A rectangle, the larger the greater its value. */
export interface Tile {
  /** What a click tells. */
  code: string
  label: string
  value: number
  /** Lines of the tooltip. */
  note: string[]
}

interface Props {
  tiles: Tile[]
  colours: Colours & { ramp: [string, string] }
  height: number
  label: string
  onPick?: (code: string) => void
}

/** Parts of a whole as rectangles; parts of nothing are not drawn. */
export function TreeMap({ tiles, colours, height, label, onPick }: Props) {
  const option = useMemo(() => {
    const byName = new Map(tiles.map((x) => [x.code, x]))
    return {
      animation: false,
      tooltip: {
        backgroundColor: colours.surface, borderColor: colours.line, textStyle: { color: colours.text, fontSize: 12 }, confine: true, renderMode: 'richText',
        formatter: ({ name }: { name: string }) => [byName.get(name)?.label ?? '', ...(byName.get(name)?.note ?? [])].join('\n'),
      },
      series: [
        {
          type: 'treemap', roam: false, nodeClick: false, breadcrumb: { show: false }, top: 0, bottom: 0, left: 0, right: 0,
          label: { show: true, color: colours.text, fontSize: 12, overflow: 'break', formatter: ({ name }: { name: string }) => byName.get(name)?.label ?? '' },
          itemStyle: { color: colours.ramp[0], borderColor: colours.surface, borderWidth: 2, gapWidth: 2 },
          emphasis: { itemStyle: { borderColor: colours.text } },
          data: tiles.filter((x) => x.value > 0).map((x) => ({ name: x.code, value: x.value, itemStyle: { color: colours.ramp[0] } })),
        },
      ],
    }
  }, [tiles, colours])
  return <Chart option={option} height={height} label={label} {...(onPick ? { onPick } : {})} />
}
