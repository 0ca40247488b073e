import { useMemo } from 'react'
import { PlainTable, useFormat, useLanguage, usePalette, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import type { RunDetail } from './rankings'
import { usePlatformTexts } from './texts'

/** What a ranking hangs on: the order without each item, and at other shares of AHP. */
export function Stability({ run, items }: { run: RunDetail; items: string[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('ranking.intervalNote', { error: f.number(run.method.error * 100, 1) })}</p>
      {run.result.lambdas.length > 0 && <Shares run={run} />}
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

/** Ranks over the share of AHP, of the first platforms. */
function Shares({ run }: { run: RunDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const language = useLanguage()
  const colours = usePalette()
  const option = useMemo(() => {
    const names = new Map(run.result.platforms.map((p) => [p.id, text(p.name)]))
    const { lambdas, places } = run.result
    return {
      animation: false, color: colours.series,
      grid: { left: 8, right: 16, top: 60, bottom: 24, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: { top: 0, left: 0, type: 'scroll', textStyle: { color: colours.muted }, icon: 'roundRect', itemHeight: 3 },
      tooltip: { trigger: 'axis', backgroundColor: colours.surface, borderColor: colours.line, textStyle: { color: colours.text, fontSize: 12 }, confine: true, renderMode: 'richText' },
      xAxis: { type: 'category', name: 'λ', nameLocation: 'middle', nameGap: 22, data: lambdas.map((l) => l.lambda.toFixed(1)), axisLabel: { color: colours.muted }, axisLine: { lineStyle: { color: colours.line } } },
      yAxis: { type: 'value', inverse: true, min: 1, minInterval: 1, axisLabel: { color: colours.muted }, splitLine: { lineStyle: { color: colours.line } } },
      series: places.slice(0, drawn).map((p, i) => ({ type: 'line', name: names.get(p.id) ?? p.id, data: lambdas.map((l) => l.ranks[i]!), symbolSize: 5 })),
    }
    // The language changes what the legend says.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [run, colours, language])
  return (
    <section aria-label={t('ranking.shares')}>
      <h3 className="lh-section-head">{t('ranking.shares')}</h3>
      <Chart option={option} height={280} label={t('ranking.sharesLabel', { count: Math.min(drawn, run.result.places.length) })} />
    </section>
  )
}
