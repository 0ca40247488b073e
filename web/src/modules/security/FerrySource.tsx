import { useQuery } from '@tanstack/react-query'
import { Button, Card, Drawer } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, sentenceText, StatusTag, useChange, useFormat, useLive, useMay, useText } from '../../kernel'
import { FerryForm } from './FerryForm'
import { Missing, SourceState } from './FerrySources'
import { SecondPerson, SecondPersons } from './SecondPerson'
import { channelPage, ferryKey, upwardKey, useUpwardTexts, wayOf, type SourceDetail } from './upwardTexts'

/** One source of notices: how it stands, and what it brought last. */
export default function FerrySource() {
  const { id = '' } = useParams()
  const t = useUpwardTexts()
  useLive('security.ferry', ferryKey)
  const { data: s, error, refetch } = useQuery({ queryKey: [...ferryKey, 'source', id], queryFn: () => read(api.GET('/api/security/ferry-sources/{id}', { params: { path: { id } } })) })
  if (error) return <><PageHeader title={t('ferry.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (!s) return <Loading />
  const way = wayOf(s)
  return (
    <div className="lh-stack">
      <PageHeader title={s.name} note={way === 'file' ? t('ferry.next', { n: Math.max(s.last + 1, s.first ?? 1) }) : s.root || t('ferry.ways.inbox')} marks={<>{s.upper && <StatusTag tone="info">{t('ferry.kindUpper')}</StatusTag>}{way === 'taxii' && <SourceState source={s} />}</>} actions={<Acts source={s} />} />
      <SecondPerson of={s} refresh={ferryKey} confirm={() => read(api.POST('/api/security/ferry-sources/{id}/confirmation', { params: { path: { id: s.id }, header: ifMatch(s.version) } }))} />
      <About source={s} />
      {way === 'file' ? <Files source={s} /> : <Turns source={s} />}
    </div>
  )
}

function About({ source: s }: { source: SourceDetail }) {
  const t = useUpwardTexts()
  const f = useFormat()
  const way = wayOf(s)
  const time = (at: string | undefined) => (at ? <span className="lh-number">{f.time(at)}</span> : none)
  return (
    <Card size="small" title={t('ferry.about')}>
      <Particulars
        items={[
          ...(way === 'file' ? [
            { key: 'missing', label: t('ferry.field.missing'), children: <Missing source={s} /> },
            { key: 'last', label: t('ferry.field.last'), children: <span className="lh-number">{s.last > 0 ? f.number(s.last, 0) : none}</span> },
            { key: 'channel', label: t('ferry.field.channel'), children: <span className="lh-code lh-break">{s.channel}</span> },
          ] : []),
          ...(way === 'taxii' ? [
            ...(s.fault ? [{ key: 'fault', label: t('feed.states.bad'), children: <span className="lh-two lh-wrap"><span>{t(`feed.faults.${s.fault as 'name'}`)}</span><span className="lh-muted lh-break">{s.fault_text}</span></span> }] : []),
            { key: 'collection', label: t('upward.field.collection'), children: <span className="lh-code lh-break">{s.collection}</span> },
            { key: 'auth', label: t('upward.field.auth'), children: `${t(`feed.auths.${s.auth ?? 'none'}`)}${s.user ? ` (${s.user})` : ''}` },
            { key: 'every', label: t('feed.field.every'), children: `${f.number(s.every ?? 0, 0)} ${t('feed.minutes')}` },
            { key: 'ran', label: t('feed.field.ran'), children: time(s.run_at) },
            { key: 'good', label: t('feed.field.good'), children: time(s.good_at) },
            { key: 'next', label: t('feed.field.next'), children: time(s.next_at) },
            { key: 'cursor', label: t('feed.field.cursor'), children: time(s.cursor || undefined) },
          ] : []),
          ...(way === 'inbox' ? [{ key: 'organisation', label: t('ferry.field.organisation'), children: <Organisation id={s.organisation_id ?? ''} /> }] : []),
          { key: 'pair', label: t('ferry.pair'), children: <Pair source={s} /> },
          { key: 'by', label: t('second.by'), children: <SecondPersons of={s} /> },
          ...(way === 'file' ? [{ key: 'keys', label: t('ferry.field.keys'), children: <span className="lh-code lh-break">{s.keys}</span> }] : []),
        ]}
      />
    </Card>
  )
}

/** Who hands in. */
function Organisation({ id }: { id: string }) {
  const text = useText()
  const { data } = useQuery({ queryKey: ['organisations', 'choice'], queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })) })
  const o = data?.items.find((one) => one.id === id)
  return o ? <span className="lh-wrap">{text(o.name)}</span> : <span className="lh-code lh-break">{id}</span>
}

/** The channel in the other direction. */
function Pair({ source: s }: { source: SourceDetail }) {
  const t = useUpwardTexts()
  const may = useMay()
  const { data } = useQuery({ queryKey: [...upwardKey, 'choice'], queryFn: () => read(api.GET('/api/security/uppers', { params: { query: { limit: 100 } } })), enabled: Boolean(s.pair_id) && may('security.upward.view') })
  const pair = data?.items.find((x) => x.id === s.pair_id)
  if (!s.pair_id) return <span className="lh-muted">{t('ferry.noPair')}</span>
  return pair ? <Link to={channelPage(pair)}>{pair.name}</Link> : <span className="lh-code lh-break">{s.pair_id}</span>
}

function Acts({ source: s }: { source: SourceDetail }) {
  const t = useUpwardTexts()
  const may = useMay()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const remove = useChange({ run: () => read(api.DELETE('/api/security/ferry-sources/{id}', { params: { path: { id: s.id } } })), refresh: [ferryKey], done: t('ferry.removed'), quiet: true, after: () => void navigate('/security/files') })
  const again = useChange({ run: () => read(api.POST('/api/security/ferry-sources/{id}/reading', { params: { path: { id: s.id } } })), refresh: [ferryKey], done: t('feed.asked') })
  return (
    <>
      {may('security.ferry.manage') && <Confirm title={t('ferry.removeAsk', { name: s.name })} label={t('ferry.remove')} run={() => remove.mutateAsync()} />}
      {may('security.ferry.manage') && <Button onClick={() => setOpen(true)}>{t('ferry.edit')}</Button>}
      {wayOf(s) === 'taxii' && <Button type="primary" disabled={!s.confirmed || s.paused} loading={again.isPending} onClick={() => again.mutate()}>{t('feed.readNow')}</Button>}
      <Drawer title={t('ferry.edit')} open={open} onClose={() => setOpen(false)} size="large" destroyOnHidden><FerryForm source={s} close={() => setOpen(false)} /></Drawer>
    </>
  )
}

function Files({ source: s }: { source: SourceDetail }) {
  const t = useUpwardTexts()
  const f = useFormat()
  type File = SourceDetail['files'][number]
  return (
    <Card size="small" title={t('ferry.files')}>
      {s.files.length === 0 ? <span className="lh-muted">{t('ferry.noFiles')}</span> : (
        <PlainTable<File>
          label={t('ferry.files')} rowKey={(r) => String(r.sequence)} scroll={{ x: '100%' }} dataSource={s.files} pagination={s.files.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('ferry.field.sequence'), render: (_, r) => <span className="lh-number">{f.number(r.sequence, 0)}</span> },
            { title: t('ferry.field.objects'), render: (_, r) => <span className="lh-two lh-wrap"><span className="lh-number">{f.number(r.objects, 0)}</span>{r.notices > 0 && <span className="lh-muted">{t('ferry.notices', { n: r.notices })}</span>}{r.receipts > 0 && <span className="lh-muted">{t('ferry.receipts', { n: r.receipts })}</span>}{r.refused > 0 && <span className="lh-muted lh-break">{t('ferry.refused', { n: r.refused, why: sentenceText(r.refusal) })}</span>}</span> },
            { title: t('ferry.field.made'), responsive: ['sm'], render: (_, r) => <span className="lh-number">{f.time(r.made_at)}</span> },
            { title: t('ferry.field.taken'), render: (_, r) => <span className="lh-two lh-wrap"><span className="lh-number">{f.time(r.taken_at)}</span><span className="lh-muted">{r.by}</span></span> },
          ]}
        />
      )}
    </Card>
  )
}

/** What came by TAXII at once, and what went wrong. */
function Turns({ source: s }: { source: SourceDetail }) {
  const t = useUpwardTexts()
  const f = useFormat()
  type Turn = SourceDetail['turns'][number]
  return (
    <Card size="small" title={t('ferry.turns')}>
      {s.turns.length === 0 ? <span className="lh-muted">{t('ferry.noTurns')}</span> : (
        <PlainTable<Turn>
          label={t('ferry.turns')} rowKey={(r) => `${r.at}/${r.objects}/${r.notices}`} scroll={{ x: '100%' }} dataSource={s.turns} pagination={s.turns.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('ferry.field.at'), render: (_, r) => <span className="lh-number">{f.time(r.at)}</span> },
            { title: t('ferry.field.brought'), render: (_, r) => (r.fault ? <span className="lh-two lh-wrap"><span><StatusTag tone="bad">{t(`feed.faults.${r.fault as 'name'}`)}</StatusTag></span><span className="lh-muted lh-break">{r.fault_text}</span></span> : <span className="lh-two lh-wrap">{r.notices > 0 && <span>{t('ferry.notices', { n: r.notices })}</span>}{r.receipts > 0 && <span>{t('ferry.receipts', { n: r.receipts })}</span>}{r.notices + r.receipts === 0 && <span>{t('ferry.noNotices')}</span>}{r.refused > 0 && <span className="lh-muted lh-break">{t('ferry.refused', { n: r.refused, why: sentenceText(r.refusal) })}</span>}</span>) },
            { title: t('ferry.field.objects'), responsive: ['sm'], render: (_, r) => <span className="lh-number">{f.number(r.objects, 0)}</span> },
          ]}
        />
      )}
    </Card>
  )
}
