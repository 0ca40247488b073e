import { Card, DatePicker, Segmented, Select } from 'antd'
import dayjs from 'dayjs'
import { useMemo, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { Chart } from '../../lib/chart/Chart'
import { lineOption, type Line } from '../../lib/chart/line'
import {
  DataTable, EmptyState, Failure, Figure, Figures, Loading, none, PageHeader, PageTabs, SyntheticMark, useFormat, useLanguage, usePalette, useText, type Column, type Filter,
} from '../../kernel'
import { useNodes, useStatistics, useVocabulary, type Role, type StatisticQuery, type Statistics as Numbers } from './data'
import './identifier.css'
import { useIdentifierTexts } from './texts'

const spans = { '7': 7, '30': 30, '90': 90, '365': 365 } as const

/** What nodes were asked, by day: of all that one may see, of a role, or of one. */
export default function Statistics() {
  const t = useIdentifierTexts()
  const [params, setParams] = useSearchParams()
  const query = queryOf(params)
  const numbers = useStatistics(query)
  const change = (values: Record<string, string>) =>
    setParams((old) => {
      const next = new URLSearchParams(old)
      for (const [name, value] of Object.entries(values)) {
        if (value) next.set(name, value)
        else next.delete(name)
      }
      return next
    }, { replace: true })
  return (
    <div className="lh-stack">
      <PageHeader title={t('statistics.title')} note={t('statistics.note')} marks={numbers.data?.synthetic && <SyntheticMark />} />
      <Choice query={query} change={change} />
      {numbers.error && <Failure problem={numbers.error} retry={() => void numbers.refetch()} />}
      {!numbers.data && !numbers.error && <Loading />}
      {numbers.data && <Shown numbers={numbers.data} query={query} change={change} />}
    </div>
  )
}

function queryOf(params: URLSearchParams): StatisticQuery {
  const node = params.get('node') ?? ''
  const role = params.get('role') ?? ''
  const to = params.get('to') ?? ''
  const from = params.get('from') ?? ''
  return { ...(node ? { node, below: params.get('alone') === null } : {}), ...(role ? { role: role as Role } : {}), ...(from ? { from } : {}), ...(to ? { to } : {}) }
}

function Choice({ query, change }: { query: StatisticQuery; change: (values: Record<string, string>) => void }) {
  const t = useIdentifierTexts()
  const text = useText()
  const vocabulary = useVocabulary()
  const [q, search] = useState('')
  const nodes = useNodes({ limit: 50, sort: 'prefix', ...(q ? { q } : {}), ...(query.role ? { role: query.role } : {}) })
  const options = (nodes.data?.items ?? []).filter((n) => n.state !== 'applied' && n.state !== 'refused').map((n) => ({ value: n.id, label: `${n.prefix} ${text(n.name)}` }))
  const today = dayjs()
  const days = query.from ? (query.to ? dayjs(query.to) : today).diff(dayjs(query.from), 'day') + 1 : 30
  const span = !query.to && String(days) in spans ? String(days) : ''
  return (
    <Card size="small">
      <div className="lh-choice">
        <Select
          aria-label={t('field.role')} allowClear placeholder={t('statistics.allRoles')} value={query.role ?? null} options={vocabulary.options('roles')} popupMatchSelectWidth={false}
          onChange={(role) => change({ role: role ?? '', node: '' })} className="lh-filter"
        />
        <Select
          aria-label={t('field.node')} allowClear showSearch={{ filterOption: false, onSearch: search }} placeholder={t('statistics.allNodes')} value={query.node ?? null} options={options} popupMatchSelectWidth={false}
          onChange={(node) => change({ node: node ?? '', alone: '' })} className="lh-filter lh-choice-node"
        />
        <Segmented
          value={span} options={Object.keys(spans).map((value) => ({ value, label: t('statistics.days', { count: value }) }))}
          onChange={(next) => change({ from: next === '30' ? '' : today.subtract(Number(next) - 1, 'day').format('YYYY-MM-DD'), to: '' })}
        />
        <DatePicker aria-label={t('statistics.from')} placeholder={t('statistics.from')} value={query.from ? dayjs(query.from) : null} onChange={(at) => change({ from: at ? at.format('YYYY-MM-DD') : '' })} />
        <DatePicker aria-label={t('statistics.to')} placeholder={t('statistics.to')} value={query.to ? dayjs(query.to) : null} onChange={(at) => change({ to: at ? at.format('YYYY-MM-DD') : '' })} />
      </div>
    </Card>
  )
}

function Shown({ numbers, query, change }: { numbers: Numbers; query: StatisticQuery; change: (values: Record<string, string>) => void }) {
  const t = useIdentifierTexts()
  const [params] = useSearchParams()
  if (numbers.nodes === 0) return <Card size="small"><EmptyState title={t('statistics.noNodes')} note={t('statistics.noNodesNote')} /></Card>
  const period = { from: numbers.from, to: numbers.to }
  const tabs = [
    { key: 'curves', label: t('statistics.curves'), children: <Curves numbers={numbers} /> },
    { key: 'days', label: t('statistics.byNode'), children: <NodeDays fixed={{ ...period, ...(query.node ? { node: query.node, below: String(query.below ?? false) } : {}), ...(query.role ? { role: query.role } : {}) }} /> },
    { key: 'busiest', label: t('statistics.busiest'), children: <Busiest numbers={numbers} /> },
    ...(numbers.sources ? [{ key: 'sources', label: t('statistics.sources'), children: <Sources fixed={period} /> }] : []),
  ]
  const active = tabs.some((x) => x.key === params.get('tab')) ? params.get('tab')! : 'curves'
  return (
    <>
      <Totals numbers={numbers} />
      <Card size="small">
        <PageTabs label={t('statistics.title')} active={active} change={(tab) => change({ tab: tab === 'curves' ? '' : tab })} items={tabs} />
      </Card>
    </>
  )
}

/** Success as a share, and none where nothing was asked. */
function shareOf(succeeded: number, requests: number): string {
  return requests === 0 ? none : `${(Math.floor((succeeded / requests) * 10_000) / 100).toFixed(2)}%`
}

function Totals({ numbers }: { numbers: Numbers }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const last = numbers.days[numbers.days.length - 1]
  const added = numbers.days.reduce((sum, d) => sum + d.added, 0)
  const kinds = (['resolution', 'registration'] as const).map((kind) => ({ kind, total: numbers.totals.find((x) => x.kind === kind) }))
  return (
    <>
      <Figures>
        <Figure label={t('statistics.nodes')} value={f.number(numbers.nodes)} />
        <Figure label={t('node.count')} value={last ? f.number(last.identifiers) : none} note={t('statistics.added', { count: f.number(added) })} />
        {kinds.map(({ kind, total }) => (
          <Figure key={kind} label={t(`statistics.${kind}`)} value={f.number(total?.requests ?? 0)} note={t('statistics.success', { share: shareOf(total?.succeeded ?? 0, total?.requests ?? 0) })} />
        ))}
      </Figures>
      {kinds.map(({ kind, total }) => total && (
        <Figures key={kind}>
          <Figure label={t('statistics.meanOf', { kind: t(`statistics.${kind}Word`) })} value={milliseconds(total.mean_ms)} unit="ms" />
          <Figure label={t('statistics.least')} value={milliseconds(total.least_ms)} unit="ms" note={f.time(total.least_at)} />
          <Figure label={t('statistics.most')} value={milliseconds(total.most_ms)} unit="ms" note={f.time(total.most_at)} />
          <Figure label={t('statistics.peak')} value={f.number(total.peak)} unit={t('statistics.perSecond')} note={f.time(total.peak_at)} />
        </Figures>
      ))}
    </>
  )
}

function milliseconds(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

/** What the days of a period had: requests, latency, identifiers. */
function Curves({ numbers }: { numbers: Numbers }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const pick = (value: (d: Numbers['days'][number]) => number | null) => numbers.days.flatMap((d): [number, number][] => { const v = value(d); return v === null ? [] : [[d.at, v]] })
  if (numbers.totals.length === 0 && numbers.days.every((d) => d.added === 0)) return <EmptyState title={t('statistics.nothing')} note={t('statistics.nothingNote')} />
  return (
    <div className="lh-stack">
      <Curve title={t('statistics.requests')} lines={[{ name: t('statistics.resolution'), points: pick((d) => d.resolutions), area: true }, { name: t('statistics.registration'), points: pick((d) => d.registrations) }]} write={(v) => f.number(v)} />
      <Curve title={t('statistics.latency')} lines={[{ name: t('statistics.resolution'), points: pick((d) => (d.resolutions ? d.resolution_ms : null)) }, { name: t('statistics.registration'), points: pick((d) => (d.registrations ? d.registration_ms : null)) }]} write={(v) => `${milliseconds(v)} ms`} {...(numbers.days.length > 1 ? { from: numbers.days[0]!.at, to: numbers.days[numbers.days.length - 1]!.at } : {})} />
      <Curve title={t('statistics.growth')} lines={[{ name: t('node.count'), points: pick((d) => d.identifiers), area: true }]} write={(v) => f.number(v)} />
    </div>
  )
}

function Curve({ title, lines, write, from, to }: { title: string; lines: Line[]; write: (v: number) => string; from?: number; to?: number }) {
  const colours = usePalette()
  const language = useLanguage()
  const f = useFormat()
  const option = useMemo(
    () => lineOption(lines, { colours, write, time: (at) => f.date(at), zero: true, ...(from && to ? { from, to } : {}) }),
    // The language changes what the axes say.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [lines, colours, language],
  )
  return (
    <section aria-label={title}>
      <h2 className="lh-card-name">{title}</h2>
      <Chart option={option} height={240} label={title} />
    </section>
  )
}

interface NodeDay { day: string; node_id: string; prefix: string; name_zh: string; name_en: string; kind: 'resolution' | 'registration'; requests: number; succeeded: number; mean_ms: number; least_ms: number; least_at: string; most_ms: number; most_at: string; peak: number; peak_at: string }

function NodeDays({ fixed }: { fixed: Record<string, string> }) {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  const two = (value: string, note: string) => <span className="lh-two lh-number"><span>{value}</span><span>{note}</span></span>
  const columns: Column<NodeDay>[] = [
    { key: 'day', title: t('statistics.day'), sort: 'day', render: (d) => <span className="lh-number">{d.day}</span> },
    { key: 'prefix', title: t('field.node'), sort: 'prefix', render: (d) => <span className="lh-two"><Link to={`/identifier/nodes/${d.node_id}`} className="lh-code">{d.prefix}</Link><span>{text({ zh: d.name_zh, en: d.name_en })}</span></span> },
    { key: 'kind', title: t('statistics.kind'), sort: 'kind', render: (d) => t(`statistics.${d.kind}Word`) },
    { key: 'requests', title: t('statistics.requests'), sort: 'requests', align: 'right', render: (d) => two(f.number(d.requests), t('statistics.success', { share: shareOf(d.succeeded, d.requests) })) },
    { key: 'mean', title: t('statistics.mean'), align: 'right', from: 'md', render: (d) => <span className="lh-number">{milliseconds(d.mean_ms)}</span> },
    { key: 'least', title: t('statistics.leastMs'), sort: 'least_ms', align: 'right', from: 'lg', render: (d) => two(milliseconds(d.least_ms), f.time(d.least_at)) },
    { key: 'most', title: t('statistics.mostMs'), sort: 'most_ms', align: 'right', from: 'lg', render: (d) => two(milliseconds(d.most_ms), f.time(d.most_at)) },
    { key: 'peak', title: t('statistics.peak'), sort: 'peak', align: 'right', from: 'md', render: (d) => two(f.number(d.peak), f.time(d.peak_at)) },
  ]
  const filters: Filter[] = [{ name: 'kind', label: t('statistics.kind'), options: (['resolution', 'registration'] as const).map((k) => ({ value: k, label: t(`statistics.${k}Word`) })) }]
  return (
    <DataTable<NodeDay>
      url="/api/identifier/statistics/days" queryKey={['identifier', 'statistics']} label={t('statistics.byNode')} rowKey={(d) => `${d.day}/${d.kind}/${d.node_id}`} columns={columns} filters={filters} search={t('statistics.searchNode')} exports
      fixed={fixed} prefix="d." views="" empty={<EmptyState title={t('statistics.nothing')} note={t('statistics.nothingNote')} />}
    />
  )
}

function Busiest({ numbers }: { numbers: Numbers }) {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  if (numbers.busiest.length === 0) return <EmptyState title={t('statistics.nothing')} note={t('statistics.nothingNote')} />
  const most = numbers.busiest[0]!.requests
  return (
    <ol className="lh-ranks">
      {numbers.busiest.map((n) => (
        <li key={n.id}>
          <span className="lh-rank-name"><Link to={`/identifier/nodes/${n.id}`}><span className="lh-code">{n.prefix}</span> {text(n.name)}</Link></span>
          <span className="lh-way-bar lh-rank-bar" aria-hidden><span style={{ width: `${(n.requests / most) * 100}%` }} /></span>
          <span className="lh-number">{f.number(n.requests)} · {t('statistics.success', { share: shareOf(n.succeeded, n.requests) })}</span>
        </li>
      ))}
    </ol>
  )
}

interface Source { day: string; door: string; address: string; requests: number }

function Sources({ fixed }: { fixed: Record<string, string> }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const columns: Column<Source>[] = [
    { key: 'address', title: t('statistics.address'), sort: 'address', render: (s) => <span className="lh-code">{s.address === 'others' ? t('statistics.others') : s.address}</span> },
    { key: 'day', title: t('statistics.day'), sort: 'day', render: (s) => <span className="lh-number">{s.day}</span> },
    { key: 'door', title: t('field.door'), sort: 'door', render: (s) => s.door },
    { key: 'requests', title: t('statistics.requests'), sort: 'requests', align: 'right', render: (s) => <span className="lh-number">{f.number(s.requests)}</span> },
  ]
  return (
    <DataTable<Source>
      url="/api/identifier/statistics/sources" queryKey={['identifier', 'statistics']} label={t('statistics.sources')} rowKey={(s) => `${s.day}/${s.door}/${s.address}`} columns={columns} search={t('statistics.address')} exports
      fixed={fixed} prefix="s." views="" empty={<EmptyState title={t('statistics.nothing')} note={t('statistics.sourcesNote')} />}
    />
  )
}
