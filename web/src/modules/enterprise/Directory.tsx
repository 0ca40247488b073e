import { PlusOutlined } from '@ant-design/icons'
import { Card, Segmented, Select } from 'antd'
import { useMemo } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import {
  DataTable, EmptyState, Failure, Figure, Figures, LinkButton, Loading, none, PageHeader, PlainTable, StatusTag, SyntheticMark, useFormat, useLive, useMay, usePalette, useText, type Column, type Filter,
} from '../../kernel'
import { DistrictMap, type Area, type Point } from '../../lib/map/DistrictMap'
import { TreeMap, type Tile } from '../../lib/map/TreeMap'
import { roomKey, statusTone, topic, useMine, useSites, useSummary, useVocabulary, type EntryRow, type Place, type SiteKind } from './data'
import { useEnterpriseTexts } from './texts'

const views = ['list', 'map', 'industries'] as const

/** The directory of enterprises: as a list, by district on the map, or by industry. */
export default function Directory() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const mine = useMine()
  const [params, setParams] = useSearchParams()
  const view = views.find((v) => v === params.get('view')) ?? 'list'
  useLive(topic, [...roomKey, 'list'])
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('list.title')}
        note={t('list.note')}
        actions={
          <>
            <Segmented value={view} options={views.map((v) => ({ value: v, label: t(`list.views.${v}`) }))} onChange={(next) => setParams(next === 'list' ? {} : { view: next })} />
            {may('enterprise.review') && <LinkButton to="/enterprise/new" type="primary" icon={<PlusOutlined />}>{t('list.enter')}</LinkButton>}
            {mine.data?.may && <LinkButton to="/enterprise/mine" type="primary">{t(mine.data.id ? 'list.mine' : 'list.file')}</LinkButton>}
          </>
        }
      />
      <Summary />
      {view === 'list' && <List />}
      {view === 'map' && <Places />}
      {view === 'industries' && <Parts by="industries" />}
    </div>
  )
}

function Summary() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const may = useMay()
  const { data, error, refetch } = useSummary()
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  return (
    <Figures>
      <Figure label={t('list.total')} value={data ? f.number(data.total, 0) : none} note={t('list.totalNote')} />
      <Figure label={t('list.industries')} value={data ? f.number(data.industries.length, 0) : none} />
      {may('enterprise.review') && <Figure label={t('list.waiting')} value={data ? <Link to="/enterprise/review">{f.number(data.waiting, 0)}</Link> : none} />}
    </Figures>
  )
}

function List() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const columns = useEntryColumns()
  return (
    <DataTable<EntryRow>
      url="/api/enterprise/entries" queryKey={[...roomKey, 'list']} label={t('list.title')} rowKey={(e) => e.id} columns={columns} filters={useEntryFilters()} search={t('list.search')} exports
      empty={<EmptyState title={t('list.empty')} note={t(may('enterprise.review') ? 'list.emptyBureau' : 'list.emptyNote')} />}
    />
  )
}

/** The filters of lists of entries. */
export function useEntryFilters(): Filter[] {
  const t = useEnterpriseTexts()
  const vocabulary = useVocabulary()
  return [
    { name: 'district', label: t('field.district'), options: vocabulary.options('districts') },
    { name: 'industry', label: t('field.industry'), options: vocabulary.options('industries') },
    { name: 'size', label: t('field.size'), options: vocabulary.options('sizes') },
    { name: 'qualification', label: t('field.qualification'), options: vocabulary.options('qualifications') },
    { name: 'status', label: t('field.status'), options: vocabulary.options('statuses') },
  ]
}

/** The columns that all lists of entries have. */
export function useEntryColumns(): Column<EntryRow>[] {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return [
    {
      key: 'name', title: t('field.name'), sort: 'name',
      render: (e) => (
        <span className="lh-two lh-wrap">
          <span><Link to={`/enterprise/entries/${e.id}`}>{text(e.name)}</Link> {e.mine && <StatusTag tone="info">{t('list.own')}</StatusTag>} {e.synthetic && <SyntheticMark />}</span>
          <span className="lh-code">{e.code}</span>
        </span>
      ),
    },
    { key: 'district', title: t('field.district'), sort: 'district', from: 'sm', render: (e) => vocabulary.title('districts', e.district) },
    { key: 'industry', title: t('field.industry'), sort: 'industry', from: 'md', render: (e) => <span className="lh-clip" title={vocabulary.title('industries', e.industry)}>{vocabulary.title('industries', e.industry)}</span> },
    { key: 'size', title: t('field.size'), from: 'md', render: (e) => (e.size ? vocabulary.title('sizes', e.size) : none) },
    { key: 'qualifications', title: t('field.qualifications'), from: 'lg', render: (e) => <span className="lh-wrap">{e.qualifications.length > 0 ? f.list(e.qualifications.map((q) => vocabulary.title('qualifications', q))) : none}</span> },
    { key: 'status', title: t('field.status'), sort: 'status', render: (e) => <StatusTag tone={statusTone[e.status]}>{vocabulary.title('statuses', e.status)}</StatusTag> },
  ]
}

/** The map with districts and the places of enterprises on it, which a table lists too. */
function Places() {
  const t = useEnterpriseTexts()
  const text = useText()
  const vocabulary = useVocabulary()
  const [params, setParams] = useSearchParams()
  const kind = vocabulary.terms('site_kinds').find((x) => x.code === params.get('kind'))?.code as SiteKind | undefined
  const sites = useSites(kind)
  const points = useMemo<Point[]>(
    () => (sites.data?.items ?? []).map((x, n) => ({ id: `${n} ${x.entry_id}`, label: text(x.name), at: [x.longitude, x.latitude], note: [x.site, vocabulary.title('site_kinds', x.kind), x.address ?? ''].filter(Boolean) })),
    [sites.data, vocabulary, text],
  )
  if (sites.error) return <Failure problem={sites.error} retry={() => void sites.refetch()} />
  return (
    <>
      <Parts by="districts" points={points} />
      <Card
        size="small" title={t('list.sites')}
        extra={<Select allowClear aria-label={t('field.kind')} placeholder={t('field.kind')} value={kind} options={vocabulary.options('site_kinds')} style={{ minWidth: 130 }} onChange={(next?: SiteKind) => setParams(next ? { view: 'map', kind: next } : { view: 'map' })} />}
      >
        <p className="lh-muted">{t(sites.data?.more ? 'list.sitesMore' : 'list.sitesNote')}</p>
        <PlainTable<Place>
          label={t('list.sites')} rowKey={(x) => `${x.entry_id} ${x.site} ${x.longitude} ${x.latitude}`} locale={{ emptyText: t('list.noSites') }} dataSource={sites.data?.items ?? []} loading={sites.isPending}
          pagination={points.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('field.name'), render: (_, x) => <span className="lh-wrap"><Link to={`/enterprise/entries/${x.entry_id}`}>{text(x.name)}</Link> {x.synthetic && <SyntheticMark />}</span> },
            { title: t('field.siteName'), render: (_, x) => <span className="lh-wrap">{x.site}</span> },
            { title: t('field.kind'), responsive: ['sm'], render: (_, x) => vocabulary.title('site_kinds', x.kind) },
            { title: t('field.address'), responsive: ['md'], render: (_, x) => x.address ?? none },
          ]}
        />
      </Card>
    </>
  )
}

/** The enterprises by district on the map, or by industry as areas; and as numbers. */
function Parts({ by, points }: { by: 'districts' | 'industries'; points?: Point[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const go = useNavigate()
  const colours = usePalette()
  const vocabulary = useVocabulary()
  const summary = useSummary()
  const rows = useMemo(() => {
    const counts = new Map((summary.data?.[by] ?? []).map((x) => [x.code, x.entries]))
    return vocabulary.terms(by).map((x) => ({ code: x.code, shape: x.title.zh, name: text(x.title), count: counts.get(x.code) ?? 0 })).filter((x) => by === 'districts' || x.count > 0)
  }, [summary.data, vocabulary, text, by])
  const address = (code: string) => `/enterprise?${by === 'districts' ? 'district' : 'industry'}=${code}`
  const areas = useMemo<Area[]>(() => rows.map((x) => ({ shape: x.shape, label: x.name, value: x.count, note: [f.number(x.count, 0)] })), [rows, f])
  const tiles = useMemo<Tile[]>(() => rows.map((x) => ({ code: x.code, label: x.name, value: x.count, note: [f.number(x.count, 0)] })), [rows, f])
  if (!summary.data || !vocabulary.known) return <Loading />
  if (summary.data.total === 0) return <EmptyState title={t('list.empty')} note={t('list.emptyNote')} />
  const title = t(by === 'districts' ? 'list.byDistrict' : 'list.byIndustry')
  return (
    <div className="lh-columns">
      <Card size="small" title={title}>
        {by === 'districts' ? (
          <DistrictMap areas={areas} colours={colours} height={520} label={title} {...(points ? { points, onPoint: (id: string) => void go(`/enterprise/entries/${id.slice(id.indexOf(' ') + 1)}`) } : {})} onPick={(shape) => { const found = rows.find((x) => x.shape === shape); if (found) void go(address(found.code)) }} />
        ) : (
          <TreeMap tiles={tiles} colours={colours} height={520} label={title} onPick={(code) => void go(address(code))} />
        )}
      </Card>
      <Card size="small" title={t('list.numbers')}>
        <PlainTable<(typeof rows)[number]>
          label={t('list.numbers')} rowKey="code" dataSource={rows} pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t(by === 'districts' ? 'field.district' : 'field.industry'), render: (_, x) => <Link to={address(x.code)}>{x.name}</Link> },
            { title: t('list.total'), align: 'right', sorter: (a, b) => a.count - b.count, render: (_, x) => <span className="lh-number">{f.number(x.count, 0)}</span> },
          ]}
        />
      </Card>
    </div>
  )
}
