import { Alert, Select } from 'antd'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { none, PlainTable, useFormat, useText } from '../../kernel'
import { useCatalogue } from './data'
import type { IndexDefinition, IndexGroup, IndexMonth, IndexRunDetail, IndexWeights as Weights } from './indices'
import { monthsBetween } from './months'
import { usePlatformTexts } from './texts'

interface Row { key: string; name: string; dimension: boolean; group: IndexGroup; at: number; without: number | null | undefined }

/** Weights with where they come from, and what the index would be without a dimension in a month, if one is given. */
export function WeightsTable({ definition, weights, month }: { definition: Pick<IndexDefinition, 'dimensions'>; weights: Weights; month?: IndexMonth }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const names = useCatalogue()
  const rows = definition.dimensions.flatMap((d, j): Row[] => [
    { key: `${j}`, name: text(d.name), dimension: true, group: weights.dimensions, at: j, without: month?.dimensions[j]?.without },
    ...d.items.map((i, k) => ({ key: `${j}.${i.code}`, name: names(i.code), dimension: false, group: weights.items[j]!, at: k, without: undefined })),
  ])
  const entropy = [weights.dimensions, ...weights.items].some((g) => g.by === 'entropy')
  return (
    <PlainTable<Row>
      label={t('index.weights')} rowKey="key" dataSource={rows}
      columns={[
        { key: 'name', title: t('ranking.item'), render: (_, r) => (r.dimension ? <strong>{r.name}</strong> : <span className="lh-two lh-index-child"><span>{r.name}</span></span>) },
        { key: 'by', title: t('ranking.weighting'), render: (_, r) => t(`index.weightings.${r.group.by}`) },
        { key: 'weight', title: t('ranking.weight'), align: 'right', render: (_, r) => <span className="lh-number">{f.number(r.group.weights[r.at]!, 2)}%</span> },
        ...(entropy ? [{ key: 'entropy', title: t('index.entropyOf'), align: 'right' as const, render: (_: unknown, r: Row) => <span className="lh-number">{r.group.by === 'entropy' ? f.number(r.group.entropies[r.at]!, 4) : ''}</span> }] : []),
        ...(month ? [{ key: 'without', title: t('index.without'), align: 'right' as const, responsive: ['sm' as const], render: (_: unknown, r: Row) => r.dimension && <span className="lh-number">{typeof r.without === 'number' ? f.number(r.without, 2) : none}</span> }] : []),
      ]}
    />
  )
}

/** What the methods say of themselves: consistency, figures that counted, formulas. */
export function WeightsNotes({ definition, weights }: { definition: Pick<IndexDefinition, 'dimensions'>; weights: Weights }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const groups = [{ name: t('index.dimensions'), of: weights.dimensions }, ...weights.items.map((of, j) => ({ name: text(definition.dimensions[j]!.name), of }))]
  const judged = groups.filter((g) => g.of.by === 'ahp')
  const measured = groups.filter((g) => g.of.by === 'entropy')
  return (
    <>
      {measured.some((g) => g.of.few) && <Alert type="info" showIcon title={t('index.fewEntropy')} />}
      <ul className="lh-note">
        {judged.map((g) => <li key={g.name}>{t('index.judged', { group: g.name, count: g.of.opinions.length, ratio: f.number(g.of.ratio, 3), each: g.of.opinions.map((o, i) => `${o.expert || i + 1} ${f.number(o.ratio, 3)}`).join(t('index.comma')) })}</li>)}
        {measured.map((g) => <li key={g.name}>{t('index.measured', { group: g.name, window: weights.window.replace('/', '–'), platforms: g.of.platforms, rows: g.of.rows })}</li>)}
        {judged.length > 0 && <li>{t('index.howAHP')}</li>}
        {measured.length > 0 && <li>{t('index.howEntropy')}</li>}
        {groups.some((g) => g.of.by === 'hand') && <li>{t('index.howHand')}</li>}
      </ul>
    </>
  )
}

/** The weights of an index as it was computed, how far a month hangs on them, and the figures behind them. */
export function IndexWeights({ run, month, figures }: { run: IndexRunDetail; month: IndexMonth; figures: (month: string) => ReactNode }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const { weights } = run.result
  const window = weights.window ? monthsBetween(...(weights.window.split('/') as [string, string])) : []
  const [chosen, choose] = useState(window.at(-1) ?? '')
  return (
    <div className="lh-stack">
      <WeightsTable definition={run.definition} weights={weights} month={month} />
      {month.bounds && month.level.chained !== null && <p>{t('index.sensitivity', { month: month.month, level: f.number(month.level.chained, 2), low: f.number(month.bounds.low, 2), high: f.number(month.bounds.high, 2) })}</p>}
      <WeightsNotes definition={run.definition} weights={weights} />
      {weights.of && <p className="lh-note">{t('index.takenOver')} <Link to={`/platforms/analysis/indices/${weights.of}`}>{t('index.takenFrom')}</Link></p>}
      {window.length > 0 && (
        <section aria-label={t('index.weighedFigures')}>
          <div className="lh-bar lh-list-bar"><h3 className="lh-section-head">{t('index.weighedFigures')}</h3><Select size="small" aria-label={t('index.weighedMonth')} value={chosen} onChange={choose} options={window.map((m) => ({ value: m, label: m }))} /></div>
          {figures(chosen)}
        </section>
      )}
    </div>
  )
}
