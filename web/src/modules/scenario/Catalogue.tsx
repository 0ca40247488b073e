import { PlusOutlined } from '@ant-design/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Card, Segmented, Tag } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { DataTable, EmptyState, LinkButton, none, PageHeader, request, StatusTag, SyntheticMark, useFormat, useLive, useMay, useText, type Column, type Filter, type Schema } from '../../kernel'
import { axes, roomKey, statusTone, topic, useTaxonomy, type Axis, type Row } from './data'
import './scenario.css'
import { useScenarioTexts } from './texts'

/** The catalogue: found by words in both languages, narrowed by the taxonomy, as a table or as cards. */
export default function Catalogue() {
  const t = useScenarioTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const cards = params.get('view') === 'cards'
  useLive(topic, roomKey)
  const show = (view: string) => setParams((old) => { const next = new URLSearchParams(old); if (view === 'cards') next.set('view', view); else next.delete('view'); return next }, { replace: true })
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('list.title')} note={t('list.note')}
        actions={
          <>
            <Segmented value={cards ? 'cards' : 'table'} options={(['table', 'cards'] as const).map((v) => ({ value: v, label: t(`list.${v}`) }))} onChange={show} />
            <LinkButton to="/scenario/apps">{t('apps.title')}</LinkButton>
            {may('scenario.write') && <LinkButton to="/scenario/new" type="primary" icon={<PlusOutlined />}>{t('list.write')}</LinkButton>}
          </>
        }
      />
      <DataTable<Row>
        url="/api/scenario/scenarios" queryKey={roomKey} label={t('list.title')} rowKey={(r) => r.id} columns={useColumns()} filters={useFilters(params)} search={t('list.search')} exports
        empty={<EmptyState title={t('list.empty')} note={t('list.emptyNote')} />} {...(cards ? { instead: (items: Row[]) => <Cards items={items} /> } : {})}
      />
    </div>
  )
}

/** The filters, each value with how many scenarios the rest of the question would find of it. */
function useFilters(params: URLSearchParams): Filter[] {
  const t = useScenarioTexts()
  const taxonomy = useTaxonomy()
  const asked = new URLSearchParams()
  for (const name of ['q', ...axes, 'status', 'app', 'year', 'quarter']) if (params.get(name)) asked.set(name, params.get(name)!)
  const { data } = useQuery({ queryKey: [...roomKey, 'facets', asked.toString()], queryFn: ({ signal }) => request<Schema<'ScenarioFacetsView'>>(`/api/scenario/scenarios/facets?${asked}`, { signal }), placeholderData: keepPreviousData })
  const counts = (axis: string) => new Map((data?.facets.find((f) => f.axis === axis)?.counts ?? []).map((c) => [c.code, c.count]))
  const counted = (axis: string, options: { value: string; label: string }[]) => {
    const count = counts(axis)
    return options.filter((o) => count.has(o.value) || params.get(axis) === o.value).map((o) => ({ value: o.value, label: `${o.label} (${count.get(o.value) ?? 0})` }))
  }
  return [
    ...axes.map((axis) => ({ name: axis, label: taxonomy.name(axis) || axis, options: counted(axis, taxonomy.options(axis)) })),
    { name: 'status', label: t('field.status'), options: counted('status', (['draft', 'review', 'published', 'withdrawn'] as const).map((s) => ({ value: s, label: t(`statuses.${s}`) }))) },
    { name: 'app', label: t('field.apps'), options: counted('app', [...counts('app').keys()].map((a) => ({ value: a, label: a }))) },
    { name: 'quarter', label: t('field.quarter'), options: counted('quarter', [...counts('quarter').keys()].sort().reverse().map((q) => ({ value: q, label: q }))) },
    { name: 'year', label: t('field.year'), options: counted('year', [...counts('year').keys()].sort().reverse().map((y) => ({ value: y, label: y }))) },
  ]
}

/** A piece of text with what was found. */
function Found({ row }: { row: Row }) {
  const text = useText()
  if (!row.parts) return <>{text(row.summary)}</>
  return <>{row.parts.map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : p.text))}</>
}

/** Words of the taxonomy. */
export function Words({ axis, codes, most }: { axis: Axis; codes: string[]; most?: number }) {
  const taxonomy = useTaxonomy()
  if (codes.length === 0) return <>{none}</>
  const shown = codes.slice(0, most ?? codes.length)
  return (
    <span className="lh-scenario-words">
      {shown.map((c) => <Tag key={c}>{taxonomy.title(axis, c)}</Tag>)}
      {codes.length > shown.length && <Tag>+{codes.length - shown.length}</Tag>}
    </span>
  )
}

function useColumns(): Column<Row>[] {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const taxonomy = useTaxonomy()
  return [
    {
      key: 'title', title: t('field.title'), sort: 'title',
      render: (r) => (
        <span className="lh-two lh-wrap">
          <span><Link to={`/scenario/${r.id}`}>{text(r.title)}</Link> {r.status !== 'published' && <StatusTag tone={statusTone[r.status]}>{t(`statuses.${r.status}`)}</StatusTag>} {r.synthetic && <SyntheticMark />}</span>
          <span className="lh-muted"><Found row={r} /></span>
        </span>
      ),
    },
    { key: 'industries', title: taxonomy.name('industry'), from: 'md', render: (r) => <Words axis="industry" codes={r.industries} most={2} /> },
    { key: 'modes', title: taxonomy.name('mode'), from: 'md', render: (r) => <Words axis="mode" codes={r.modes} most={2} /> },
    { key: 'technologies', title: taxonomy.name('technology'), from: 'lg', render: (r) => <Words axis="technology" codes={r.technologies} most={3} /> },
    { key: 'maturity', title: taxonomy.name('maturity'), sort: 'maturity', from: 'lg', render: (r) => (r.maturity ? taxonomy.title('maturity', r.maturity) : none) },
    { key: 'cost', title: t('field.cost'), sort: 'cost_from', from: 'xl', align: 'right', render: (r) => (r.cost_from === undefined ? none : <span className="lh-number">{t('scenario.yuan', { from: f.number(r.cost_from, 0), to: f.number(r.cost_to ?? 0, 0) })}</span>) },
    { key: 'published', title: t('field.published'), sort: 'published_at', from: 'lg', render: (r) => (r.published_at ? <span className="lh-number">{f.date(r.published_at)}</span> : none) },
  ]
}

function Cards({ items }: { items: Row[] }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  return (
    <div className="lh-scenario-cards">
      {items.map((r) => (
        <Card key={r.id} size="small" {...(r.picture ? { cover: <img src={`/api/scenario/scenarios/${r.id}/pictures/${r.picture}`} alt="" height={120} style={{ objectFit: 'cover' }} /> } : {})}>
          <div className="lh-scenario-card">
            <strong><Link to={`/scenario/${r.id}`}>{text(r.title)}</Link> {r.status !== 'published' && <StatusTag tone={statusTone[r.status]}>{t(`statuses.${r.status}`)}</StatusTag>} {r.synthetic && <SyntheticMark />}</strong>
            <p className="lh-muted"><Found row={r} /></p>
            <Words axis="mode" codes={r.modes} most={2} />
            <Words axis="technology" codes={r.technologies} most={3} />
            <span className="lh-muted">{f.list([t('list.providers', { n: r.providers }), t('list.effects', { n: r.effects })])}</span>
          </div>
        </Card>
      ))}
    </div>
  )
}
