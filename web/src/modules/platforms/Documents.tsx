import { Select } from 'antd'
import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { api, Confirm, DataTable, EmptyState, read, UploadButton, useChange, useFormat, useMay, type Column, type Schema } from '../../kernel'
import { platformKey } from './data'
import { usePlatformTexts } from './texts'

type Document = Schema<'PlatformsPlatformDocument'>
type Kind = Document['kind']

const kinds: Kind[] = ['licence', 'contract', 'plan', 'report', 'certificate', 'manual', 'other']

/** Documents of a platform: licences, contracts, plans. */
export function Documents({ id }: { id: string }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const may = useMay()
  const client = useQueryClient()
  const [kind, setKind] = useState<Kind>('contract')
  const key = [...platformKey(id), 'documents']
  const columns: Column<Document>[] = [
    { key: 'name', title: t('documents.name'), sort: 'name', render: (d) => <a href={`/api/platforms/${id}/documents/${d.id}`} className="lh-wrap">{d.name}</a> },
    { key: 'kind', title: t('documents.kind'), sort: 'kind', render: (d) => t(`documents.kinds.${d.kind}`) },
    { key: 'size', title: t('documents.size'), sort: 'size', align: 'right', from: 'sm', render: (d) => <span className="lh-number">{f.number(d.size / 1024, 2)} KiB</span> },
    { key: 'by', title: t('documents.by'), from: 'sm', render: (d) => d.by },
    { key: 'at', title: t('documents.at'), sort: 'at', from: 'md', render: (d) => <span className="lh-number">{f.time(d.at)}</span> },
    { key: 'sha', title: 'SHA-256', from: 'xxl', render: (d) => <span className="lh-code" title={d.sha256}>{d.sha256.slice(0, 12)}…</span> },
    ...(may('platforms.register') ? [{ key: 'remove', title: '', align: 'right' as const, render: (d: Document) => <Remove platform={id} document={d} /> }] : []),
  ]
  return (
    <section aria-label={t('documents.title')}>
      <h3 className="lh-section-head">{t('documents.title')}</h3>
      {may('platforms.register') && (
        <div className="lh-bar lh-list-bar">
          <Select<Kind> className="lh-filter" aria-label={t('documents.kind')} value={kind} onChange={setKind} options={kinds.map((k) => ({ value: k, label: t(`documents.kinds.${k}`) }))} />
          <UploadButton<Document> to={`/api/platforms/${id}/documents`} query={{ kind }} label={t('documents.upload')} took={() => void client.invalidateQueries({ queryKey: key })} />
        </div>
      )}
      <DataTable<Document>
        url={`/api/platforms/${id}/documents`} queryKey={key} label={t('documents.title')} rowKey={(d) => d.id} columns={columns} search={t('documents.search')} exports prefix="d." views=""
        filters={[{ name: 'kind', label: t('documents.kind'), options: kinds.map((k) => ({ value: k, label: t(`documents.kinds.${k}`) })) }]}
        empty={<EmptyState title={t('documents.none')} note={t(may('platforms.register') ? 'documents.noneHow' : 'documents.noneNote')} />}
      />
    </section>
  )
}

function Remove({ platform, document: d }: { platform: string; document: Document }) {
  const t = usePlatformTexts()
  const remove = useChange({
    run: () => read(api.DELETE('/api/platforms/{id}/documents/{document}', { params: { path: { id: platform, document: d.id } } })),
    refresh: [[...platformKey(platform), 'documents']], quiet: true,
  })
  return <Confirm title={t('documents.removeTitle', { name: d.name })} note={t('documents.removeNote')} label={t('page.remove')} run={() => remove.mutateAsync()} button={{ size: 'small', type: 'text' }} />
}
