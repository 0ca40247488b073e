import { useQuery } from '@tanstack/react-query'
import { Button, Card, Drawer } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, Loading, none, PageHeader, Particulars, PlainTable, read, sentenceText, StatusTag, useChange, useFormat, useLive } from '../../kernel'
import { IntelFeedForm } from './IntelFeedForm'
import { feedState, feedTone, intelKey, useIntelTexts, type FeedDetail } from './intelTexts'

/** One feed: how it stands, and what its readings brought. */
export default function IntelFeed() {
  const { id = '' } = useParams()
  const t = useIntelTexts()
  useLive('security.intel', intelKey)
  const { data, error, refetch } = useQuery({ queryKey: [...intelKey, 'feed', id], queryFn: () => read(api.GET('/api/security/intelligence-feeds/{id}', { params: { path: { id } } })) })
  if (error) return <><PageHeader title={t('feed.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page feed={data} /> : <Loading />
}

function Page({ feed: x }: { feed: FeedDetail }) {
  const t = useIntelTexts()
  return (
    <div className="lh-stack">
      <PageHeader title={x.name} note={x.root} marks={<StatusTag tone={feedTone[feedState(x)]}>{t(`feed.states.${feedState(x)}`)}</StatusTag>} actions={<Acts feed={x} />} />
      <div className="lh-main-side"><Runs feed={x} /><About feed={x} /></div>
    </div>
  )
}

function Acts({ feed: x }: { feed: FeedDetail }) {
  const t = useIntelTexts()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const path = { params: { path: { id: x.id } } }
  const again = useChange({ run: () => read(api.POST('/api/security/intelligence-feeds/{id}/reading', path)), refresh: [intelKey], done: t('feed.asked') })
  const remove = useChange({ run: () => read(api.DELETE('/api/security/intelligence-feeds/{id}', path)), refresh: [intelKey], done: t('feed.removed'), quiet: true, after: () => void navigate('/security/intelligence/feeds') })
  return (
    <>
      <Confirm title={t('feed.removeAsk', { name: x.name })} label={t('feed.remove')} run={() => remove.mutateAsync()} />
      <Button onClick={() => setOpen(true)}>{t('feed.edit')}</Button>
      <Button type="primary" disabled={x.paused} loading={again.isPending} onClick={() => again.mutate()}>{t('feed.readNow')}</Button>
      <Drawer title={t('feed.edit')} open={open} onClose={() => setOpen(false)} size="large" destroyOnHidden><IntelFeedForm feed={x} close={() => setOpen(false)} /></Drawer>
    </>
  )
}

function Runs({ feed: x }: { feed: FeedDetail }) {
  const t = useIntelTexts()
  const f = useFormat()
  type Run = FeedDetail['runs'][number]
  return (
    <Card size="small" title={t('feed.runs')}>
      {x.runs.length === 0 ? <span className="lh-muted">{t('feed.noRuns')}</span> : (
        <PlainTable<Run>
          label={t('feed.runs')} rowKey={(r) => r.at} scroll={{ x: '100%' }} dataSource={x.runs} pagination={x.runs.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('feed.field.ran'), render: (_, r) => <span className="lh-number">{f.time(r.at)}</span> },
            { title: t('feed.field.state'), render: (_, r) => <span className="lh-two lh-wrap"><span><StatusTag tone={r.fault ? 'bad' : 'good'}>{r.fault ? t(`feed.faults.${r.fault as 'name'}`) : t('feed.states.good')}</StatusTag></span><span className="lh-muted lh-break">{r.fault_text || (r.refusal && sentenceText(r.refusal))}</span></span> },
            { title: t('feed.field.objects'), responsive: ['sm'], render: (_, r) => <span className="lh-wrap">{t('feed.brought', { fresh: r.new, newer: r.newer, known: r.known, refused: r.refused, unmatched: r.unmatched })}</span> },
          ]}
        />
      )}
    </Card>
  )
}

function About({ feed: x }: { feed: FeedDetail }) {
  const t = useIntelTexts()
  const f = useFormat()
  const time = (at: string | undefined) => (at ? <span className="lh-number">{f.time(at)}</span> : none)
  return (
    <Card size="small" title={t('feed.about')}>
      <Particulars
        items={[
          ...(x.fault ? [{ key: 'fault', label: t('feed.states.bad'), children: <span className="lh-two lh-wrap"><span>{t(`feed.faults.${x.fault as 'name'}`)}</span><span className="lh-muted lh-break">{x.fault_text}</span></span> }] : []),
          { key: 'collection', label: t('feed.field.collection'), children: <span className="lh-code lh-break">{x.collection}</span> },
          { key: 'auth', label: t('feed.field.auth'), children: `${t(`feed.auths.${x.auth}`)}${x.user ? ` (${x.user})` : ''}` },
          { key: 'every', label: t('feed.field.every'), children: `${f.number(x.every, 0)} ${t('feed.minutes')}` },
          { key: 'days', label: t('feed.field.days'), children: `${f.number(x.days, 0)} ${t('intel.take.unit')}` },
          { key: 'ran', label: t('feed.field.ran'), children: time(x.run_at) },
          { key: 'good', label: t('feed.field.good'), children: time(x.good_at) },
          { key: 'next', label: t('feed.field.next'), children: x.paused ? none : time(x.next_at) },
          { key: 'cursor', label: t('feed.field.cursor'), children: x.cursor ? time(x.cursor) : none },
          { key: 'objects', label: t('feed.field.objects'), children: <span className="lh-number">{f.number(x.objects, 0)}</span> },
        ]}
      />
    </Card>
  )
}
