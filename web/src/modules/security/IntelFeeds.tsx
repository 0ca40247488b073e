import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { DataTable, EmptyState, none, PageHeader, StatusTag, useFormat, useLive, type Column } from '../../kernel'
import { IntelFeedForm } from './IntelFeedForm'
import { feedState, feedTone, intelKey, useIntelTexts, type FeedRow } from './intelTexts'

/** Feeds of intelligence: how they stand. */
export default function IntelFeeds() {
  const t = useIntelTexts()
  const f = useFormat()
  const [open, setOpen] = useState(false)
  useLive('security.intel', intelKey)
  const columns: Column<FeedRow>[] = [
    { key: 'name', title: t('feed.field.name'), sort: 'name', render: (x) => <span className="lh-two lh-wrap"><Link to={`/security/intelligence/feeds/${x.id}`}>{x.name}</Link><span className="lh-muted lh-break">{x.root}</span></span> },
    { key: 'state', title: t('feed.field.state'), render: (x) => <span className="lh-two lh-wrap"><StatusTag tone={feedTone[feedState(x)]}>{t(`feed.states.${feedState(x)}`)}</StatusTag>{x.fault && <span className="lh-muted">{t(`feed.faults.${x.fault as 'name'}`)}</span>}</span> },
    { key: 'ran', title: t('feed.field.ran'), sort: 'run_at', from: 'sm', render: (x) => (x.run_at ? <span className="lh-number">{f.time(x.run_at)}</span> : none) },
    { key: 'next', title: t('feed.field.next'), sort: 'next_at', from: 'lg', render: (x) => (x.paused ? none : <span className="lh-number">{f.time(x.next_at)}</span>) },
    { key: 'objects', title: t('feed.field.objects'), sort: 'objects', align: 'right', from: 'md', render: (x) => <span className="lh-number">{f.number(x.objects, 0)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('feed.title')} note={t('feed.note')} actions={<Button type="primary" onClick={() => setOpen(true)}>{t('feed.add')}</Button>} />
      <DataTable<FeedRow> url="/api/security/intelligence-feeds" queryKey={[...intelKey, 'feeds']} label={t('feed.title')} rowKey={(x) => x.id} columns={columns} search={t('feed.search')} exports empty={<EmptyState title={t('feed.empty')} note={t('feed.emptyNote')} />} />
      <Drawer title={t('feed.add')} open={open} onClose={() => setOpen(false)} size="large" destroyOnHidden><IntelFeedForm close={() => setOpen(false)} /></Drawer>
    </div>
  )
}
