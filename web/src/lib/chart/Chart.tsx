import type { EChartsCoreOption, ECharts } from 'echarts/core'
import { useEffect, useRef } from 'react'
import { core } from './echarts'

interface Props {
  option: EChartsCoreOption
  height: number | string
  /** What the picture shows, for who cannot see it. */
  label: string
  /** Told when something in the picture is clicked. */
  onPick?: (name: string) => void
}

/** A picture by ECharts that follows its box and its data. */
export function Chart({ option, height, label, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<ECharts>(null)
  const pick = useRef(onPick)
  useEffect(() => {
    pick.current = onPick
  }, [onPick])

  useEffect(() => {
    if (!box.current) return undefined
    const made = core.init(box.current)
    chart.current = made
    made.on('click', (event) => pick.current?.(String((event as { name?: unknown }).name ?? '')))
    const watcher = new ResizeObserver(() => made.resize())
    watcher.observe(box.current)
    return () => {
      watcher.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true })
  }, [option])

  return <div ref={box} role="img" aria-label={label} style={{ width: '100%', height }} />
}
