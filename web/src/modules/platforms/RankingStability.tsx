import { useMemo } from 'react'
import { PlainTable, useFormat, useLanguage, usePalette, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { placesOf } from './places'
import type { RunDetail } from './rankings'
import { usePlatformTexts } from './texts'

/** What a ranking hangs on: the order without each item, and at other shares of AHP. */
export function Stability({ run, items, only }: { run: RunDetail; items: string[]; only: string[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('ranking.intervalNote', { error: f.number(run.method.error * 100, 1) })}</p>
      {run.result.lambdas.length > 0 && <Shares run={run} only={only} />}
      <PlainTable
        label={t('ranking.effects')} rowKey="name" dataSource={run.result.effects.map((e, k) => ({ ...e, name: items[k]! }))}
        columns={[
          { key: 'name', title: t('ranking.without'), dataIndex: 'name' },
          { key: 'tau', title: t('ranking.tau'), align: 'right', render: (_, e) => <span className="lh-number">{f.number(e.tau, 3)}</span> },
          { key: 'moved', title: t('ranking.moved'), align: 'right', render: (_, e) => <span className="lh-number">{f.number(e.moved)}</span> },
        ]}
      />
    </div>
  )
}

/** Most platforms of which a line is drawn. */
const drawn = 10

/** Ranks over the share of AHP, of the platforms that are looked at, or of the first ones. */
function Shares({ run, only }: { run: RunDetail; only: string[] }) {
  const t = usePlatformTexts()
  const text = useText()
  const language = useLanguage()
  const colours = usePalette()
  const lines = placesOf(run.result.places, only, -1).slice(0, drawn)
  const known = lines.map((p) => p.id).join()
  const option = useMemo(() => {
    const names = new Map(run.result.platforms.map((p) => [p.id, text(p.name)]))
    const { lambdas, places } = run.result
    const at = new Map(places.map((p, i) => [p.id, i]))
    return {
      animation: false, color: colours.series,
      grid: { left: 8, right: 16, top: 60, bottom: 24, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: { top: 0, left: 0, type: 'scroll', textStyle: { color: colours.muted }, icon: 'roundRect', itemHeight: 3 },
      tooltip: { trigger: 'axis', backgroundColor: colours.surface, borderColor: colours.line, textStyle: { color: colours.text, fontSize: 12 }, confine: true, renderMode: 'richText' },
      xAxis: { type: 'category', name: 'λ', nameLocation: 'middle', nameGap: 22, data: lambdas.map((l) => l.lambda.toFixed(1)), axisLabel: { color: colours.muted }, axisLine: { lineStyle: { color: colours.line } } },
      yAxis: { type: 'value', inverse: true, min: 1, minInterval: 1, axisLabel: { color: colours.muted }, splitLine: { lineStyle: { color: colours.line } } },
      series: lines.map((p) => ({ type: 'line', name: names.get(p.id) ?? p.id, data: lambdas.map((l) => l.ranks[at.get(p.id)!]!), symbolSize: 5 })),
    }
    // The language changes what the legend says; who is drawn stands for the lines, which are made anew each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [run, colours, language, known])
  return (
    <section aria-label={t('ranking.shares')}>
      <h3 className="lh-section-head">{t('ranking.shares')}</h3>
      <Chart option={option} height={280} label={t('ranking.sharesLabel', { count: lines.length })} />
    </section>
  )
}
