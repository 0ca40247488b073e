import { Button, Card, Drawer } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, DataTable, EmptyState, PageHeader, read, StatusTag, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { OpenDataForm } from './OpenDataForm'
import { openKey, openTone, type OpenDataset, type OpenSpec } from './open'
import { usePlatformTexts } from './texts'

/** Datasets that are open to everybody, and those that the bureau prepares. */
export default function OpenData() {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const go = useNavigate()
  const may = useMay()('platforms.publish')
  const [adding, add] = useState(false)
  const make = useChange({
    run: (body: { slug: string; spec: OpenSpec }) => read(api.POST('/api/platforms/open/datasets', { body })),
    refresh: [openKey], done: t('open.added'), after: (d) => void go(`/platforms/open/${d.id}`), quiet: true,
  })
  const columns: Column<OpenDataset>[] = [
    { key: 'title', title: t('open.name'), sort: 'title', render: (d) => <span className="lh-two"><Link to={`/platforms/open/${d.id}`}>{text(d.spec.title)}</Link><span className="lh-code">{d.slug}</span></span> },
    { key: 'state', title: t('open.state'), sort: 'state', render: (d) => <StatusTag tone={openTone[d.state]}>{t(`open.states.${d.state}`)}</StatusTag> },
    { key: 'by', title: t('open.by'), from: 'sm', render: (d) => `${t(`open.divisions.${d.spec.by}`)} · ${t(`open.frequencies.${d.spec.frequency}`)}` },
    { key: 'edition', title: t('open.edition'), sort: 'edition', align: 'right', from: 'md', render: (d) => <span className="lh-number">{d.edition || ''}</span> },
    { key: 'changed', title: t('open.changed'), sort: 'changed_at', from: 'md', render: (d) => <span className="lh-number">{f.time(d.changed_at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('open.title')} note={t('open.note')} actions={<><Button href="/api/platforms/open/catalogue" target="_blank" rel="noreferrer">{t('open.catalogue')}</Button>{may && <Button type="primary" onClick={() => add(true)}>{t('open.add')}</Button>}</>} />
      <Card size="small">
        <DataTable<OpenDataset>
          url="/api/platforms/open/datasets" queryKey={openKey} label={t('open.title')} rowKey={(d) => d.id} columns={columns} exports search={t('open.search')}
          filters={may ? [{ name: 'state', label: t('open.state'), options: (['draft', 'published', 'withdrawn'] as const).map((s) => ({ value: s, label: t(`open.states.${s}`) })) }] : []}
          empty={<EmptyState title={t('open.none')} note={t(may ? 'open.noneHow' : 'open.noneNote')} />}
        />
      </Card>
      <Drawer open={adding} onClose={() => add(false)} size={560} title={t('open.add')} destroyOnHidden><OpenDataForm submit={(v) => make.mutateAsync(v)} cancel={() => add(false)} /></Drawer>
    </div>
  )
}
