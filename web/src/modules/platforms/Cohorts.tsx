import { Segmented, Select } from 'antd'
import { Link } from 'react-router'
import { DataTable, EmptyState, none, useFormat, useText, Views } from '../../kernel'
import { analysisKey, useAnalysed, useChosen, type CohortRow } from './analyses'
import { MonthLink } from './FigureLink'
import { lastMonths } from './matrix'
import { usePlatformTexts } from './texts'
import { Percent } from './Trends'
import './comparison.css'
import './analysis.css'
import './reach.css'

const groupings = ['class', 'district', 'industry'] as const

/** What platforms of each class, district or industry come to, and what each gives to the growth. */
export function Cohorts() {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const indicators = useAnalysed()
  const [params, choose] = useChosen()
  const months = lastMonths(36)
  const code = params.get('code') ?? 'dev_connected'
  const month = params.get('month') ?? months[0]!
  const by = groupings.find((g) => g === params.get('by')) ?? 'class'
  const over = params.get('over') === 'month' ? 'month' : 'year'
  const mean = indicators.of(code)?.across === 'mean'
  return (
    <div className="lh-stack">
      <div className="lh-bar lh-analysis-bar">
        <Select className="lh-compare-indicator" aria-label={t('field.indicator')} value={code} onChange={(v) => choose({ code: v })} showSearch={{ optionFilterProp: 'label' }} options={indicators.options} />
        <Select className="lh-filter" aria-label={t('ranking.month')} value={month} onChange={(v) => choose({ month: v })} options={months.map((m) => ({ value: m, label: m }))} />
        <Segmented size="small" value={by} onChange={(v) => choose({ by: v })} options={groupings.map((g) => ({ value: g, label: t(`field.${g}`) }))} />
        <Segmented size="small" value={over} onChange={(v) => choose({ over: v })} options={(['year', 'month'] as const).map((o) => ({ value: o, label: t(`analysis.overs.${o}`) }))} />
        <Views list="/platforms/analysis?tab=cohorts" names={['code', 'month', 'by', 'over']} note={t('compare.viewNote')} />
      </div>
      <DataTable<CohortRow>
        url="/api/platforms/analysis/cohorts" queryKey={[...analysisKey, 'cohorts']} label={t('analysis.cohorts')} rowKey={(r) => r.code} fixed={{ code, month, by, over }} prefix="cohorts-" views="" exports
        empty={<EmptyState title={t('analysis.noCohorts')} note={t('analysis.noCohortsNote')} />}
        columns={[
          { key: 'title', title: t(`field.${by}`), render: (r) => (r.code === 'all' ? <strong>{text(r.title)}</strong> : r.code === 'others' || r.code === '' ? text(r.title) : <Link to={`/platforms/analysis?code=${code}&${by}=${r.code}`}>{text(r.title)}</Link>) },
          { key: 'value', title: t(mean ? 'analysis.meanValue' : 'analysis.value'), align: 'right', render: (r) => (r.code === 'others' || r.code === '' ? <span className="lh-number">{f.number(r.value, 2)}</span> : <MonthLink of={{ code, month, ...(r.code === 'all' ? {} : { [by]: r.code }) }}>{f.number(r.value, 2)}</MonthLink>) },
          { key: 'share', title: t('reach.share'), width: 220, from: 'md', render: (r) => <Bar share={r.share} label={text(r.title)} /> },
          { key: 'growth', title: t('analysis.growthOf'), align: 'right', render: (r) => <Percent of={r.growth} /> },
          { key: 'contribution', title: t('analysis.contribution'), align: 'right', from: 'sm', render: (r) => <span className="lh-number">{r.contribution === null ? none : `${r.contribution > 0 ? '+' : ''}${f.number(r.contribution, 2)}`}</span> },
          { key: 'mean', title: t('analysis.mean'), align: 'right', from: 'lg', render: (r) => <span className="lh-number">{f.number(r.mean, 2)}</span> },
          { key: 'median', title: t('analysis.median'), align: 'right', from: 'lg', render: (r) => <span className="lh-number">{r.median === null ? none : f.number(r.median, 2)}</span> },
          { key: 'platforms', title: t('analysis.platforms'), align: 'right', from: 'sm', render: (r) => <span className="lh-number" title={t('analysis.paired', { count: r.paired })}>{f.number(r.platforms)}</span> },
        ]}
      />
      <ul className="lh-note">
        {mean && <li>{t('analysis.double')}</li>}
        <li>{t('analysis.howCohorts')}</li>
        <li>{t('analysis.howSmall')}</li>
      </ul>
    </div>
  )
}

/** A share as a bar. */
function Bar({ share, label }: { share: number | null; label: string }) {
  const f = useFormat()
  if (share === null) return <>{none}</>
  return <span className="lh-reach-rate"><span role="img" aria-label={`${label} ${f.number(share, 1)}%`} className="lh-reach-bar"><i style={{ width: `${share}%` }} /></span><span className="lh-number">{f.number(share, 1)}%</span></span>
}
