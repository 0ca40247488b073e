import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Segmented, Select, Typography } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { DataTable, EmptyState, Failure, Figure, Figures, Loading, request, SyntheticMark, useFormat, usePalette, useText, type Column, type Page } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { dimensions, listOf, quarters, type Dimension } from './serviceFigures'
import { servicesKey, useRule, useTotals, type Count, type Rate } from './services'
import { useEnterpriseTexts } from './texts'

/** What counts as one service, with version and date. */
export function Definition() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const rule = useRule()
  if (!rule.data) return null
  const r = rule.data.rule
  return (
    <Alert
      type="info" title={`${t('services.rule')} · ${t('services.definition', { version: r.version, day: f.date(r.at) })}`}
      description={(
        <Typography.Paragraph className="lh-rule" ellipsis={{ rows: 4, expandable: 'collapsible', symbol: (open: boolean) => t(open ? 'services.less' : 'services.more') }}>
          {`${t('services.definitionText', { window: r.window_days, answer: r.answer_days })} ${t(r.reviews ? 'services.reviewsCount' : 'services.reviewsNot')}`}
        </Typography.Paragraph>
      )}
    />
  )
}

/** A share with its interval. */
export function RateFigure({ rate }: { rate: Rate | undefined }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  if (!rate) return null
  const percent = (x: number) => `${f.number(100 * x, 1)}%`
  return <Figure label={t('services.rate')} value={percent(rate.share)} note={t('services.rateNote', { low: percent(rate.low), high: percent(rate.high), of: rate.of })} />
}

/** How often and how many enterprises were served, by one thing. */
export function Counts() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const [params, setParams] = useSearchParams()
  const by = dimensions.find((d) => d === params.get('by')) ?? 'quarter'
  const quarter = params.get('quarter') ?? ''
  const set = (next: { by?: string; quarter?: string }) => setParams({ tab: 'counts', by, ...(quarter ? { quarter } : {}), ...next }, { replace: true })
  const totals = useTotals(quarter)
  if (totals.error) return <Failure problem={totals.error} retry={() => void totals.refetch()} />
  if (!totals.data) return <Loading />
  const v = totals.data
  const of = (extra: Record<string, string>) => `/enterprise/services?${new URLSearchParams({ ...(quarter ? { quarter } : {}), ...extra })}`
  const link = (n: number, extra: Record<string, string>) => <Link to={of(extra)}>{f.number(n, 0)}</Link>
  return (
    <div className="lh-stack">
      <Definition />
      <div className="lh-bar">
        <Select aria-label={t('services.field.quarter')} value={quarter} onChange={(q) => set({ quarter: q })} popupMatchSelectWidth={false} options={[{ value: '', label: t('services.all') }, ...quarters(new Date()).map((q) => ({ value: q, label: q }))]} />
        <Segmented aria-label={t('services.by')} value={by} onChange={(d) => set({ by: d })} options={dimensions.map((d) => ({ value: d, label: t(`services.bys.${d}`) }))} />
        {v.synthetic && <SyntheticMark />}
      </div>
      <Figures>
        <Figure label={t('services.services')} value={link(v.services, { counted: 'true' })} />
        <Figure label={t('services.enterprises')} value={f.number(v.enterprises, 0)} />
        <Figure label={t('services.waiting')} value={link(v.waiting, { state: 'waiting' })} />
        <Figure label={t('services.silent')} value={link(v.silent, { state: 'silent' })} />
        <Figure label={t('services.objected')} value={link(v.objected, { state: 'objected' })} />
        <Figure label={t('services.rejected')} value={link(v.rejected, { verdict: 'rejected' })} />
        <RateFigure rate={v.rate} />
      </Figures>
      <ByOne by={by} quarter={quarter} />
    </div>
  )
}

function ByOne({ by, quarter }: { by: Dimension; quarter: string }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const p = usePalette()
  const fixed = { by, ...(quarter ? { quarter } : {}) }
  const sort = by === 'quarter' ? 'code' : '-services'
  const chart = useQuery({ queryKey: [...servicesKey, 'chart', by, quarter], queryFn: () => request<Page<Count>>(`/api/enterprise/services/counts?${new URLSearchParams({ ...fixed, sort, limit: '20' })}`) })
  const rows = chart.data?.items ?? []
  const option = {
    color: p.series, animation: false, textStyle: { fontFamily: 'inherit' }, tooltip: { trigger: 'axis', confine: true }, grid: { left: 8, right: 48, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'value', minInterval: 1, axisLabel: { color: p.muted }, splitLine: { lineStyle: { color: p.line } } },
    yAxis: { type: 'category', inverse: true, data: rows.map((c) => text(c.title)), axisLabel: { color: p.text, width: 140, overflow: 'truncate' }, axisTick: { show: false }, axisLine: { lineStyle: { color: p.line } } },
    series: [{ type: 'bar', name: t('services.services'), data: rows.map((c) => c.services), barMaxWidth: 22, label: { show: true, position: 'right', color: p.text } }],
  }
  const columns: Column<Count>[] = [
    { key: 'code', title: t(`services.bys.${by}`), sort: 'code', render: (c) => <span className="lh-two lh-wrap"><span>{text(c.title)} {c.synthetic && <SyntheticMark />}</span>{text(c.title) !== c.code && <span className="lh-code">{c.code}</span>}</span> },
    { key: 'services', title: t('services.services'), sort: 'services', align: 'right', render: (c) => <Link className="lh-number" to={listOf(by, c.code, quarter)}>{f.number(c.services, 0)}</Link> },
    { key: 'enterprises', title: t('services.enterprises'), sort: 'enterprises', align: 'right', render: (c) => <span className="lh-number">{f.number(c.enterprises, 0)}</span> },
  ]
  return (
    <>
      {rows.length > 0 && <Card size="small"><Chart option={option} height={32 * rows.length + 40} label={t('services.chart', { values: f.list(rows.map((c) => `${text(c.title)} ${c.services}`)) })} /></Card>}
      <DataTable<Count> url="/api/enterprise/services/counts" queryKey={servicesKey} label={t('services.counts')} rowKey={(c) => c.code} columns={columns} fixed={fixed} exports views="" prefix="c." empty={<EmptyState title={t('services.noCounts')} />} />
    </>
  )
}
