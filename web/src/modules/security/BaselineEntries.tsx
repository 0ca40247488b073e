import { Select } from 'antd'
import { useState } from 'react'
import { DataTable, EmptyState, type Column } from '../../kernel'
import { baselineKey, useBaselineTexts, type BaselineDetail, type Entry } from './baselineTexts'
import { ClassTag, Manner, useServer } from './baselineWays'
import { classes, useSensorTexts } from './sensors'

/** What an edition allows. */
export function BaselineEntries({ baseline: b }: { baseline: BaselineDetail }) {
  const t = useBaselineTexts()
  const s = useSensorTexts()
  const server = useServer()
  const [edition, setEdition] = useState(b.edition)
  if (b.edition === 0) return <EmptyState title={t('baseline.entries.empty')} />
  const columns: Column<Entry>[] = [
    { key: 'client', title: t('baseline.field.client'), sort: 'client', render: (e) => <span className="lh-code">{e.client}</span> },
    { key: 'server', title: t('baseline.field.server'), sort: 'server', render: (e) => <span className="lh-code">{e.server}{server(e)}</span> },
    { key: 'way', title: t('baseline.field.way'), sort: 'function', from: 'sm', render: (e) => <Manner way={e} /> },
    { key: 'class', title: t('baseline.field.class'), sort: 'class', render: (e) => <ClassTag name={e.class} /> },
    { key: 'since', title: t('baseline.field.since'), sort: 'since', from: 'md', render: (e) => t('baseline.editionOf', { n: e.since }) },
  ]
  return (
    <div className="lh-stack">
      <div><Select aria-label={t('baseline.entries.of')} value={edition} onChange={setEdition} popupMatchSelectWidth={false} options={b.editions.map((e) => ({ value: e.number, label: t('baseline.editionOf', { n: e.number }) }))} /></div>
      <DataTable<Entry>
        key={edition} url={`/api/security/baselines/${b.id}/entries`} fixed={{ edition: String(edition) }} queryKey={[...baselineKey, 'entries', b.id, edition]} label={t('baseline.editionOf', { n: edition })} rowKey={(e) => e.id} columns={columns} search={t('baseline.entries.search')} exports prefix="e." views=""
        filters={[{ name: 'class', label: t('baseline.field.class'), options: classes.map((c) => ({ value: c, label: s(`sensor.classes.${c}`) })) }, { name: 'host', label: t('baseline.field.host') }]}
        empty={<EmptyState title={t('baseline.review.empty')} />}
      />
    </div>
  )
}
