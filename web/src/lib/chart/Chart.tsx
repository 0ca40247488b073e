import type { EChartsCoreOption, ECharts } from 'echarts/core'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { core } from './echarts'

interface Props {
  option: EChartsCoreOption
  height: number | string
  /** What the picture shows, for who cannot see it. */
  label: string
  /** Told when something in the picture is clicked. */
  onPick?: (name: string) => void
}

/** Calls when the page speaks another language. */
function watchLanguage(changed: () => void): () => void {
  const watcher = new MutationObserver(changed)
  watcher.observe(document.documentElement, { attributeFilter: ['lang'] })
  return () => watcher.disconnect()
}

/** The language of the page for names of months on axes, not that of the browser. */
const language = () => (document.documentElement.lang.startsWith('zh') ? 'ZH' : 'EN')

/** A picture by ECharts that follows its box and its data. */
export function Chart({ option, height, label, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<ECharts>(null)
  const pick = useRef(onPick)
  const locale = useSyncExternalStore(watchLanguage, language)
  useEffect(() => {
    pick.current = onPick
  }, [onPick])

  useEffect(() => {
    if (!box.current) return undefined
    const made = core.init(box.current, null, { locale })
    chart.current = made
    made.on('click', (event) => pick.current?.(String((event as { name?: unknown }).name ?? '')))
    const watcher = new ResizeObserver(() => made.resize())
    watcher.observe(box.current)
    return () => {
      watcher.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [locale])

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true })
  }, [option, locale])

  return <div ref={box} role="img" aria-label={label} style={{ width: '100%', height }} />
}
