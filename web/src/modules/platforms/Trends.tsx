import { DownloadOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Select } from 'antd'
import { useMemo, useState } from 'react'
import { api, EmptyState, Failure, Figure, Figures, LinkButton, Loading, none, PlainTable, read, SyntheticMark, useFormat, useLanguage, usePalette, useText, Views } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption, type Line } from '../../lib/chart/line'
import { trendFilters, trendQuery, useAnalysed, useChosen, useTrend, type Trend, type TrendMonth, type TrendQuery } from './analyses'
import { roomKey, useVocabulary } from './data'
import { MonthLink } from './FigureLink'
import { monthAt, monthOf } from './months'
import { usePlatformTexts } from './texts'
import { TrendForecast } from './TrendForecast'
import { TrendSeasons } from './TrendSeasons'
import './comparison.css'
import './analysis.css'

/** How an indicator of a platform or a cohort grows, what its seasons are, and where it goes. */
export function Trends() {
  const t = usePlatformTexts()
  const [params, choose] = useChosen()
  const query = Object.fromEntries(trendFilters.map((name) => [name, params.get(name) ?? (name === 'code' ? 'dev_connected' : '')])) as TrendQuery
  const trend = useTrend(query)
  return (
    <div className="lh-stack">
      <Choice query={query} choose={choose} />
      {trend.error && <Failure problem={trend.error} retry={() => void trend.refetch()} />}
      {trend.isPending && <Loading />}
      {trend.data && (trend.data.months.length === 0 ? <EmptyState title={t('analysis.nothing')} note={t('analysis.nothingNote')} action={<LinkButton to="/platforms">{t('compare.toList')}</LinkButton>} /> : <Told trend={trend.data} query={query} />)}
    </div>
  )
}

function Choice({ query, choose }: { query: TrendQuery; choose: (change: Record<string, string>) => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const vocabulary = useVocabulary()
  const indicators = useAnalysed()
  const [q, setQ] = useState('')
  const found = useQuery({ queryKey: [...roomKey, 'choice', q], queryFn: () => read(api.GET('/api/platforms', { params: { query: { q, limit: 50, sort: 'name' } } })) })
  const one = useQuery({ queryKey: [...roomKey, 'one', query.platform], queryFn: () => read(api.GET('/api/platforms/{id}', { params: { path: { id: query.platform } } })), enabled: query.platform !== '' })
  const names = new Map([...(found.data?.items ?? []), ...(one.data ? [one.data] : [])].map((p) => [p.id, text(p.name)]))
  const kinds = [['class', 'classes'], ['district', 'districts'], ['industry', 'industries']] as const
  return (
    <div className="lh-bar lh-analysis-bar">
      <Select className="lh-compare-indicator" aria-label={t('field.indicator')} value={query.code} onChange={(code) => choose({ code })} showSearch={{ optionFilterProp: 'label' }} options={indicators.options} />
      <Select className="lh-filter" allowClear aria-label={t('page.title')} placeholder={t('page.title')} value={query.platform || null} onChange={(v: string | undefined) => choose({ platform: v ?? '', class: '', district: '', industry: '' })} showSearch={{ filterOption: false, onSearch: setQ }} popupMatchSelectWidth={false} options={[...names].map(([value, label]) => ({ value, label }))} />
      {query.platform === '' && kinds.map(([name, kind]) => (
        <Select key={name} className="lh-filter" allowClear aria-label={t(`field.${name}`)} placeholder={t(`field.${name}`)} value={query[name] || null} onChange={(v: string | undefined) => choose({ [name]: v ?? '' })} showSearch={{ optionFilterProp: 'label' }} popupMatchSelectWidth={false} options={vocabulary.options(kind)} />
      ))}
      <Views list="/platforms/analysis" names={[...trendFilters]} note={t('compare.viewNote')} />
    </div>
  )
}

function Told({ trend, query }: { trend: Trend; query: TrendQuery }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const last = [...trend.months].reverse().find((m) => m.value !== null)!
  const unit = text(trend.unit)
  const missing = trend.months.at(-1)!.platforms
  return (
    <>
      <p className="lh-note">{t('analysis.line', { count: trend.platforms, across: t(`analysis.across.${trend.across}`), rule: t(`ranking.rules.${trend.rule}`) })} {trend.synthetic && <SyntheticMark />}</p>
      {trend.across === 'mean' && trend.platforms > 1 && <p className="lh-note">{t('analysis.double')}</p>}
      {missing < trend.platforms && <Alert type="info" showIcon title={t('analysis.incomplete', { month: trend.months.at(-1)!.month, count: missing, all: trend.platforms })} />}
      <Figures>
        <Figure label={t('analysis.lastValue', { month: last.month })} value={<MonthLink of={{ ...query, month: last.month }}>{f.number(last.value!, 2)}</MonthLink>} unit={unit} note={t('analysis.reported', { count: last.platforms })} />
        <Figure label={t('analysis.monthly')} value={<Percent of={last.monthly} />} />
        <Figure label={t('analysis.yearly')} value={<Percent of={last.yearly} />} />
        {last.sum !== null && <Figure label={t('analysis.sum')} value={`${f.number(last.sum, 2)} ${unit}`} note={last.sum_yearly !== null && <>{t('analysis.yearly')} <Percent of={last.sum_yearly} /></>} />}
      </Figures>
      <section aria-label={t('analysis.growth')}>
        <h3 className="lh-section-head">{t('analysis.growth')}</h3>
        <Curve trend={trend} />
        <Months trend={trend} query={query} />
        <ul className="lh-note">
          <li>{t('analysis.howGrowth')}</li>
          <li>{t('analysis.howSum')}</li>
          <li>{t('analysis.howLinked')}</li>
        </ul>
      </section>
      <TrendSeasons trend={trend} />
      <TrendForecast trend={trend} query={query} />
    </>
  )
}

/** Growth in per cent, with its sign. */
export function Percent({ of }: { of: number | null }) {
  const f = useFormat()
  return <span className="lh-number">{of === null ? none : `${of > 0 ? '+' : ''}${f.number(of, 2)}%`}</span>
}

function Curve({ trend }: { trend: Trend }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const colours = usePalette()
  const option = useMemo(() => {
    const points = (of: (m: TrendMonth) => number | null) => trend.months.flatMap((m): [number, number][] => { const v = of(m); return v === null ? [] : [[monthAt(m.month), v]] })
    const lines: Line[] = [{ name: t('analysis.value'), points: points((m) => m.value) }]
    if (trend.changed) lines.push({ name: t('analysis.linked'), points: points((m) => m.linked), dashed: true })
    return lineOption(lines, { colours, write: (v) => `${f.number(v, 2)} ${text(trend.unit)}`, time: monthOf, monthly: true })
  }, [trend, colours, f, text, t])
  return <Chart option={option} height={280} label={`${text(trend.title)}: ${t('analysis.growth')}`} />
}

function Months({ trend, query }: { trend: Trend; query: TrendQuery }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const number = (v: number | null) => <span className="lh-number">{v === null ? none : f.number(v, 2)}</span>
  return (
    <>
      <Downloads path="months" query={query} />
      <PlainTable<TrendMonth>
        label={t('analysis.growth')} rowKey="month" dataSource={[...trend.months].reverse()} pagination={trend.months.length > 12 ? { pageSize: 12, showSizeChanger: false } : false}
        columns={[
          { key: 'month', title: t('ranking.month'), render: (_, m) => <span className="lh-number">{m.month}</span> },
          { key: 'value', title: t('analysis.value'), align: 'right', render: (_, m) => (m.value === null ? none : <MonthLink of={{ ...query, month: m.month }}>{f.number(m.value, 2)}</MonthLink>) },
          { key: 'monthly', title: t('analysis.monthly'), align: 'right', render: (_, m) => <Percent of={m.monthly} /> },
          { key: 'yearly', title: t('analysis.yearly'), align: 'right', render: (_, m) => <Percent of={m.yearly} /> },
          { key: 'sum', title: t('analysis.sum'), align: 'right', responsive: ['md'], render: (_, m) => number(m.sum) },
          { key: 'sumYearly', title: t('analysis.sumYearly'), align: 'right', responsive: ['lg'], render: (_, m) => <Percent of={m.sum_yearly} /> },
          { key: 'linked', title: t('analysis.linked'), align: 'right', responsive: ['lg'], render: (_, m) => number(m.linked) },
          { key: 'platforms', title: t('analysis.platforms'), align: 'right', responsive: ['sm'], render: (_, m) => <span className="lh-number">{f.number(m.platforms)}</span> },
        ]}
      />
    </>
  )
}

/** A table as a file. */
export function Downloads({ path, query }: { path: 'months' | 'forecast'; query: TrendQuery }) {
  const language = useLanguage()
  return (
    <div className="lh-bar lh-analysis-bar">
      {(['csv', 'xlsx'] as const).map((x) => <Button key={x} size="small" icon={<DownloadOutlined />} href={`/api/platforms/analysis/trend/${path}?${trendQuery(query)}&export=${x}&lang=${language}`}>{x.toUpperCase()}</Button>)}
    </div>
  )
}
