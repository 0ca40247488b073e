import { BarChartOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Flex, Segmented } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import {
  DataTable, EmptyState, Failure, Figure, Figures, LinkButton, none, PageHeader, StatusTag, SyntheticMark, useFormat, useLive, useMay, useText, type Column, type Filter,
} from '../../kernel'
import { mostCompared } from './comparison'
import { freshnessTone, roomKey, statusTone, topic, useSummary, useVocabulary, type PlatformRow } from './data'
import { Districts } from './Districts'
import { FigureLink, LeadsTo } from './FigureLink'
import { Origins } from './Origin'
import { usePlatformTexts } from './texts'

/** All platforms, live: as a list, or by district on the map. */
export default function Platforms() {
  const t = usePlatformTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const view = params.get('view') === 'map' ? 'map' : 'list'
  useLive(topic, roomKey)
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('list.title')}
        actions={
          <>
            <Segmented
              value={view}
              options={[{ value: 'list', label: t('list.asList') }, { value: 'map', label: t('list.asMap') }]}
              onChange={(next) => setParams(next === 'map' ? { view: 'map' } : {})}
            />
            {may('platforms.register') && <RegisterButton />}
          </>
        }
      />
      <Summary />
      {view === 'map' ? <Districts /> : <List />}
      <Origins />
    </div>
  )
}

function RegisterButton() {
  const t = usePlatformTexts()
  return (
    <LinkButton to="/platforms/new" type="primary" icon={<PlusOutlined />}>
      {t('list.register')}
    </LinkButton>
  )
}

function Summary() {
  const t = usePlatformTexts()
  const f = useFormat()
  const summary = useSummary()
  if (summary.error) return <Failure problem={summary.error} retry={() => void summary.refetch()} />
  const s = summary.data
  const list = (query: string, n: number) => (s ? <LeadsTo to={`/platforms${query}`} empty={n === 0}>{f.number(n, 0)}</LeadsTo> : none)
  const sum = (what: 'ent_served' | 'dev_connected') => list(`?sort=-${what}`, s?.districts.reduce((n, d) => n + d[what], 0) ?? 0)
  const fresh = (what: string) => list(`?freshness=${what}`, s?.by_freshness[what] ?? 0)
  return (
    <Figures>
      <Figure label={t('list.total')} value={list('', s?.total ?? 0)} />
      <Figure label={t('list.monitored')} value={list('?freshness=reporting', s?.reporting ?? 0)} note={t('list.monitoredNote')} />
      <Figure label={t('freshness.late')} value={fresh('late')} />
      <Figure label={t('freshness.silent')} value={fresh('silent')} />
      <Figure label={t('freshness.never')} value={fresh('never')} />
      <Figure label={t('list.enterprises')} value={sum('ent_served')} note={t('list.enterprisesNote')} />
      <Figure label={t('list.devices')} value={sum('dev_connected')} note={t('list.devicesNote')} />
    </Figures>
  )
}

/** What can be done with the platforms that were selected. */
function Chosen({ ids, clear }: { ids: string[]; clear: () => void }) {
  const t = usePlatformTexts()
  return (
    <Flex gap={8} wrap align="center" className="lh-chosen" role="status">
      <span>{t('compare.selected', { n: ids.length, most: mostCompared })}</span>
      {ids.length > 1 && <LinkButton type="primary" size="small" icon={<BarChartOutlined />} to={`/platforms/compare?${ids.map((id) => `id=${id}`).join('&')}`}>{t('compare.open')}</LinkButton>}
      <Button size="small" type="text" onClick={clear}>{t('compare.clear')}</Button>
    </Flex>
  )
}

function List() {
  const t = usePlatformTexts()
  const may = useMay()
  const text = useText()
  const [selected, select] = useState<string[]>([])
  const columns = useColumns()
  const vocabulary = useVocabulary()
  const fresh = ['reporting', 'late', 'silent', 'never'] as const
  const filters: Filter[] = [
    { name: 'freshness', label: t('field.freshness'), options: fresh.map((x) => ({ value: x, label: t(`freshness.${x}`) })) },
    { name: 'status', label: t('field.status'), options: vocabulary.options('statuses') },
    { name: 'class', label: t('field.class'), options: vocabulary.options('classes') },
    { name: 'district', label: t('field.district'), options: vocabulary.options('districts') },
    { name: 'industry', label: t('field.industry'), options: vocabulary.options('industries') },
  ]
  return (
    <>
      {selected.length > 0 && <Chosen ids={selected} clear={() => select([])} />}
      <DataTable<PlatformRow>
        url="/api/platforms"
        queryKey={roomKey}
        label={t('list.title')}
        rowKey={(p) => p.id}
        columns={columns}
        filters={filters}
        search={t('list.search')}
        exports
        every={30_000}
        select={{ selected, change: (keys) => select(keys.slice(0, mostCompared)), name: (p) => text(p.name) }}
        empty={<EmptyState title={t('list.empty')} note={t('list.emptyNote')} action={may('platforms.register') ? <RegisterButton /> : undefined} />}
      />
    </>
  )
}

function useColumns(): Column<PlatformRow>[] {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const total = (p: PlatformRow, code: string) => {
    const value = p.indicators[code]
    return value === undefined ? <span className="lh-number">{none}</span> : <FigureLink of={{ platform: p.id, code }}>{f.number(value)}</FigureLink>
  }
  return [
    {
      key: 'name', title: t('field.name'), sort: 'name',
      render: (p) => (
        <span className="lh-two">
          <span>
            <Link to={`/platforms/${p.id}`}>{text(p.name)}</Link> {p.synthetic && <SyntheticMark />}
          </span>
          <span className="lh-code">{p.code}</span>
        </span>
      ),
    },
    {
      key: 'freshness', title: t('field.freshness'), sort: 'last_report_at',
      render: (p) => (
        <span className="lh-two">
          <StatusTag tone={freshnessTone[p.freshness]}>{t(`freshness.${p.freshness}`)}</StatusTag>
          <span title={f.time(p.last_report_at)}>{p.last_report_at ? f.ago(p.last_report_at) : none}</span>
        </span>
      ),
    },
    { key: 'status', title: t('field.status'), sort: 'status', render: (p) => <StatusTag tone={statusTone[p.status]}>{vocabulary.title('statuses', p.status)}</StatusTag> },
    { key: 'class', title: t('field.class'), sort: 'class', from: 'md', render: (p) => vocabulary.title('classes', p.class) },
    { key: 'industry', title: t('field.industry'), sort: 'industry', from: 'xl', render: (p) => <span className="lh-clip" title={vocabulary.title('industries', p.industry)}>{p.industry ? vocabulary.title('industries', p.industry) : t('field.crossIndustry')}</span> },
    { key: 'district', title: t('field.district'), sort: 'district', from: 'md', render: (p) => vocabulary.title('districts', p.district) },
    { key: 'operator', title: t('field.operator'), from: 'xxl', render: (p) => text(p.operator.name) },
    { key: 'ent', title: t('list.enterprises'), sort: 'ent_served', align: 'right', from: 'sm', render: (p) => total(p, 'ent_served') },
    { key: 'dev', title: t('list.devices'), sort: 'dev_connected', align: 'right', from: 'sm', render: (p) => total(p, 'dev_connected') },
  ]
}
