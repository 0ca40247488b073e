import { Alert } from 'antd'
import { useMemo } from 'react'
import { useQuery } from '@tanstack/react-query'
import { EmptyState, none, PlainTable, request, useFormat, usePalette, useText, type Page } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { analysisKey, trendQuery, type ForecastRow, type Trend, type TrendQuery } from './analyses'
import { fanOption } from './fan'
import { monthAt, monthOf } from './months'
import { usePlatformTexts } from './texts'
import { Downloads } from './Trends'

/** Where an indicator goes, with the errors that were made of the known past beside those of the yardstick. */
export function TrendForecast({ trend, query }: { trend: Trend; query: TrendQuery }) {
  const t = usePlatformTexts()
  return (
    <section aria-label={t('analysis.forecast')}>
      <h3 className="lh-section-head">{t('analysis.forecast')}</h3>
      {trend.forecast.steps.length === 0 ? <EmptyState title={t('analysis.noForecast', { count: trend.forecast.lacking })} note={t('analysis.noForecastNote')} /> : <Made trend={trend} query={query} />}
    </section>
  )
}

function Made({ trend, query }: { trend: Trend; query: TrendQuery }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const { forecast } = trend
  const method = t(`analysis.methods.${forecast.method}`)
  const yardstick = t(`analysis.methods.${forecast.yardstick}`)
  const rows = useQuery({ queryKey: [...analysisKey, 'forecast', trendQuery(query)], queryFn: ({ signal }) => request<Page<ForecastRow>>(`/api/platforms/analysis/trend/forecast?${trendQuery(query)}`, { signal }) })
  const p = forecast.parameters
  const errors = { mase: write(forecast.all.mase), yardstick: write(forecast.all_yardstick.mase), trials: forecast.all.trials, name: yardstick }
  function write(v: number | null) { return v === null ? none : f.number(v, 2) }
  return (
    <>
      <Alert type={forecast.beats ? 'success' : 'warning'} showIcon title={t(forecast.beats ? 'analysis.beats' : 'analysis.beaten', errors)} />
      <Fan trend={trend} rows={rows.data?.items ?? []} />
      <p className="lh-note">{t('analysis.made', { method, first: trend.first, last: trend.last, count: forecast.points })} {forecast.method !== 'drift' && t(forecast.method === 'holt' ? 'analysis.parametersHolt' : 'analysis.parameters', { alpha: f.number(p.alpha, 3), beta: f.number(p.beta, 3), gamma: f.number(p.gamma, 3), phi: f.number(p.phi, 3) })} {forecast.lacking_next > 0 && t(forecast.method === 'drift' ? 'analysis.nextHolt' : 'analysis.nextWinters', { count: forecast.lacking_next })}</p>
      <Downloads path="forecast" query={query} />
      <Steps rows={rows.data?.items ?? []} loading={rows.isPending} yardstick={yardstick} />
      <ul className="lh-note">
        <li>{t(`analysis.how.${forecast.method}`)}</li>
        <li>{t('analysis.howErrors')}</li>
        <li>{t('analysis.howInterval')}</li>
      </ul>
    </>
  )
}

function Fan({ trend, rows }: { trend: Trend; rows: ForecastRow[] }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const colours = usePalette()
  const option = useMemo(() => {
    const known = trend.months.flatMap((m): [number, number][] => (m.linked === null ? [] : [[monthAt(m.month), m.linked]]))
    const steps = rows.map((r) => ({ at: monthAt(r.month), value: r.value, low80: r.low80, high80: r.high80, low95: r.low95, high95: r.high95, yardstick: r.yardstick_value }))
    return fanOption(known, steps, {
      colours, write: (v) => `${f.number(v, 2)} ${text(trend.unit)}`, time: monthOf,
      names: { known: t('analysis.known'), forecast: t('analysis.forecast'), yardstick: t('analysis.yardstick') },
    })
  }, [trend, rows, colours, f, text, t])
  return <Chart option={option} height={300} label={`${text(trend.title)}: ${t('analysis.forecast')}`} />
}

function Steps({ rows, loading, yardstick }: { rows: ForecastRow[]; loading: boolean; yardstick: string }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const number = (v: number | null, digits = 2) => (v === null ? none : f.number(v, digits))
  const beside = (own: number | null, other: number | null) => <span className="lh-number">{number(own)} · <span className="lh-muted">{number(other)}</span></span>
  const both = (name: string) => <span title={t('analysis.besideNote', { yardstick })}>{name}</span>
  return (
    <PlainTable<ForecastRow>
      label={t('analysis.forecast')} rowKey="month" dataSource={rows} loading={loading}
      columns={[
        { key: 'month', title: t('ranking.month'), render: (_, r) => <span className="lh-number">{r.month}</span> },
        { key: 'value', title: t('analysis.forecast'), align: 'right', render: (_, r) => <strong className="lh-number">{number(r.value)}</strong> },
        { key: '80', title: t('analysis.interval80'), align: 'right', render: (_, r) => <span className="lh-number">{number(r.low80)}–{number(r.high80)}</span> },
        { key: '95', title: t('analysis.interval95'), align: 'right', responsive: ['md'], render: (_, r) => <span className="lh-number">{number(r.low95)}–{number(r.high95)}</span> },
        { key: 'mae', title: both('MAE'), align: 'right', responsive: ['lg'], render: (_, r) => beside(r.mae, r.yardstick_mae) },
        { key: 'mape', title: both('MAPE %'), align: 'right', responsive: ['lg'], render: (_, r) => beside(r.mape, r.yardstick_mape) },
        { key: 'mase', title: both('MASE'), align: 'right', responsive: ['sm'], render: (_, r) => beside(r.mase, r.yardstick_mase) },
        { key: 'trials', title: t('analysis.trials'), align: 'right', responsive: ['xl'], render: (_, r) => <span className="lh-number">{f.number(r.trials)}</span> },
      ]}
    />
  )
}
