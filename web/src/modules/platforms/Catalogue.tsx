import { useQuery } from '@tanstack/react-query'
import { Collapse, Input, Select } from 'antd'
import { useState } from 'react'
import { api, CopyBlock, EmptyState, Failure, none, PageHeader, read, useFormat, useText, type Schema, PlainTable } from '../../kernel'
import { useVocabulary } from './data'
import { usePlatformTexts } from './texts'

type Entry = Schema<'PlatformsIndicator'>

/** The indicators that platforms report, in the version in force. */
export default function Catalogue() {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const [q, setQ] = useState('')
  const [group, setGroup] = useState<string | null>(null)
  const catalogue = useQuery({ queryKey: ['platforms-catalogue'], queryFn: () => read(api.GET('/api/platforms/catalogue')), staleTime: 60_000 })
  const groups = new Map(catalogue.data?.groups.map((g) => [g.code, text(g.title)]))
  const needle = q.trim().toLowerCase()
  const rows = catalogue.data?.indicators.filter(
    (x) => (!group || x.group === group) && [x.code, x.title.zh, x.title.en].some((s) => s.toLowerCase().includes(needle)),
  )
  const kinds: Record<string, string> = { gauge: t('kind.gauge'), counter: t('kind.counter'), flow: t('kind.flow'), ratio: t('kind.ratio') }
  const sources: Record<string, string> = { push: t('source.push'), probe: t('source.probe'), form: t('source.form'), derived: t('source.derived') }
  const dims: Record<string, string> = { industry: t('field.industry'), district: t('field.district'), size: t('field.size'), type: t('field.type') }
  return (
    <div>
      <PageHeader title={t('catalogue.title')} note={catalogue.data && t('catalogue.note', { version: catalogue.data.version, count: catalogue.data.indicators.length })} />
      {catalogue.error && <Failure problem={catalogue.error} retry={() => void catalogue.refetch()} />}
      <Collapse ghost items={[{ key: 'query', label: t('catalogue.query'), children: <Querying /> }]} />
      <div className="lh-list">
        <div className="lh-list-bar lh-bar">
          <Input allowClear className="lh-search" value={q} onChange={(e) => setQ(e.target.value)} placeholder={t('catalogue.search')} aria-label={t('catalogue.search')} />
          <Select allowClear className="lh-filter" value={group} onChange={(g: string | undefined) => setGroup(g ?? null)} placeholder={t('field.group')} aria-label={t('field.group')} options={[...groups].map(([value, label]) => ({ value, label }))} />
        </div>
        <PlainTable<Entry>
          label={t('catalogue.title')}
          rowKey={(x) => x.code}
          dataSource={rows ?? []}
          loading={catalogue.isPending}
          locale={{ emptyText: <EmptyState title={t('catalogue.nothing')} /> }}
          columns={[
            { title: t('field.indicator'), render: (_, x) => <span className="lh-two"><span>{text(x.title)}</span><span className="lh-code">{x.code}</span></span> },
            { title: t('field.group'), responsive: ['md'], render: (_, x) => groups.get(x.group) ?? x.group },
            { title: t('field.unit'), render: (_, x) => text(x.unit) || none },
            { title: t('field.kind'), responsive: ['md'], render: (_, x) => kinds[x.kind] ?? x.kind },
            { title: t('field.tier'), render: (_, x) => vocabulary.title('tiers', x.tier) },
            { title: t('field.dims'), responsive: ['lg'], render: (_, x) => f.list(x.dims.map((d) => dims[d] ?? d)) || none },
            { title: t('field.source'), responsive: ['lg'], render: (_, x) => sources[x.source] ?? x.source },
            { title: t('catalogue.below'), responsive: ['xl'], render: (_, x) => (x.below ? <span className="lh-code">{x.below}</span> : none) },
          ]}
        />
      </div>
    </div>
  )
}

/** How programs that read a Prometheus read the platforms' series. */
function Querying() {
  const t = usePlatformTexts()
  return (
    <>
      <p>{t('catalogue.queryNote')}</p>
      <CopyBlock oneLine label={t('catalogue.queryAddress')} text={`${location.origin}/api/platforms/prometheus`} />
      <p className="lh-note">{t('catalogue.queryExample')}</p>
      <CopyBlock oneLine label={t('catalogue.queryExample')} text="iip_dev_online * on (platform) group_left (name) iip_platform_info" />
    </>
  )
}
