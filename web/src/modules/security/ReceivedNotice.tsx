import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Input, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, LinkButton, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, useChange, useFormat, useLive, useText } from '../../kernel'
import { noticeKey, useWords } from './noticeData'
import './notice.css'
import { ReceivedLevel } from './Received'
import { receivedKey, receivedTone, type ReceivedDetail } from './receivedTexts'
import { reportTone, useUpwardTexts } from './upwardTexts'

/** One notice of an upper level: what it says, what is owed under it, and what the upper level was told. */
export default function ReceivedNotice() {
  const { id = '' } = useParams()
  const t = useUpwardTexts()
  useLive('security.received', receivedKey)
  const { data: n, error, refetch } = useQuery({ queryKey: [...receivedKey, 'one', id], queryFn: () => read(api.GET('/api/security/received-notices/{id}', { params: { path: { id } } })), refetchInterval: 30_000 })
  if (error) return <><PageHeader title={t('received.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (!n) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader
        title={n.title} note={`${n.number || t('received.noNumber')} · ${n.source}`} actions={<Acts notice={n} />}
        marks={<><span className="lh-notice-mark">{n.mark}</span><ReceivedLevel level={n.level} /><StatusTag tone={receivedTone[n.state]}>{t(`received.states.${n.state}`)}</StatusTag>{n.lifted && <StatusTag tone="idle">{t('received.lifted')}</StatusTag>}</>}
      />
      {n.exercise && <Alert type="warning" showIcon title={t('received.exerciseNote')} />}
      {n.state === 'withdrawn' && <Alert type="warning" showIcon title={t('received.withdrawnNote')} />}
      {n.changed && n.state !== 'withdrawn' && <Alert type="warning" showIcon title={t('received.changedNote')} />}
      <About notice={n} />
      <Owed notice={n} />
      <Receipts notice={n} />
    </div>
  )
}

function Acts({ notice: n }: { notice: ReceivedDetail }) {
  const t = useUpwardTexts()
  const [reason, setReason] = useState('')
  const path = { params: { path: { id: n.id }, header: ifMatch(n.version) } }
  const acknowledge = useChange({ run: () => read(api.POST('/api/security/received-notices/{id}/acknowledgement', path)), refresh: [receivedKey], done: t('received.acknowledged'), quiet: true })
  const settle = useChange({ run: () => read(api.POST('/api/security/received-notices/{id}/settlement', { ...path, body: { reason } })), refresh: [receivedKey], done: t('received.settled'), quiet: true, after: () => setReason('') })
  return (
    <>
      {n.acts.includes('settle') && (
        <Confirm title={t('received.settleAsk')} label={t('received.settle')} disabled={reason.trim() === ''} run={() => settle.mutateAsync()}>
          <Input.TextArea aria-label={t('received.reason')} placeholder={t('received.reason')} maxLength={1000} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
        </Confirm>
      )}
      {n.acts.includes('draft') && (n.exercise ? <DraftInDrill notice={n} /> : <LinkButton type={n.acts.includes('acknowledge') ? 'default' : 'primary'} to={`/security/notices/new?origin=${n.id}`}>{t('received.draft')}</LinkButton>)}
      {n.acts.includes('answer') && <Button loading={acknowledge.isPending} onClick={() => acknowledge.mutate()}>{t('received.again')}</Button>}
      {n.acts.includes('acknowledge') && <Confirm title={t('received.acknowledgeAsk')} note={<p>{t(n.answered ? 'received.answeredNote' : 'received.unansweredNote')}</p>} label={t('received.acknowledge')} danger={false} button={{ type: 'primary' }} run={() => acknowledge.mutateAsync()} />}
    </>
  )
}

/** An exercise is passed on within a drill that is chosen. */
function DraftInDrill({ notice: n }: { notice: ReceivedDetail }) {
  const t = useUpwardTexts()
  const go = useNavigate()
  const [drill, setDrill] = useState<string>()
  const { data } = useQuery({ queryKey: [...noticeKey, 'drill-choice'], queryFn: () => read(api.GET('/api/security/drills', { params: { query: { limit: 100 } } })) })
  const running = (data?.items ?? []).filter((d) => !d.ended_at)
  if (data && running.length === 0) return <Button disabled title={t('received.noDrill')}>{t('received.draftIn')}</Button>
  return (
    <Confirm title={t('received.drillAsk')} label={t('received.draftIn')} danger={false} button={{ type: 'primary' }} disabled={!drill} run={() => { void go(`/security/notices/new?origin=${n.id}&drill=${drill}`); return Promise.resolve() }}>
      <Select aria-label={t('received.drill')} placeholder={t('received.drill')} value={drill} onChange={setDrill} options={running.map((d) => ({ value: d.id, label: d.title }))} style={{ width: '100%' }} />
    </Confirm>
  )
}

function About({ notice: n }: { notice: ReceivedDetail }) {
  const t = useUpwardTexts()
  const f = useFormat()
  const words = useWords()
  const time = (at: string | undefined) => (at ? <span className="lh-number">{f.time(at)}</span> : none)
  return (
    <Card size="small">
      <Particulars
        items={[
          { key: 'body', label: t('received.field.body'), children: <span className="lh-notice-text">{n.body || none}</span> },
          ...(n.category ? [{ key: 'category', label: t('received.field.category'), children: words.category(n.category) }] : []),
          ...(n.level === 0 ? [{ key: 'level', label: t('received.field.level'), children: t('received.levelNote') }] : []),
          { key: 'issued', label: t('received.field.issued'), children: time(n.issued_at) },
          ...(n.valid_until ? [{ key: 'until', label: t('received.field.until'), children: time(n.valid_until) }] : []),
          { key: 'received', label: t('received.field.received'), children: <span className="lh-two lh-wrap"><span className="lh-number">{f.time(n.changed_at)}</span><span className="lh-muted">{t('received.version', { n: n.revision })} · {n.file > 0 ? t('received.file', { n: n.file }) : 'TAXII 2.1'}</span></span> },
          ...(n.acknowledged_at ? [{ key: 'by', label: t('received.field.by'), children: <span className="lh-wrap">{n.by} <span className="lh-number">{f.time(n.settled_at ?? n.acknowledged_at)}</span></span> }] : []),
          ...(n.reason ? [{ key: 'reason', label: t('received.reason'), children: <span className="lh-notice-text">{n.reason}</span> }] : []),
          ...(n.notice_id ? [{ key: 'own', label: t('received.own'), children: <span className="lh-wrap"><Link to={`/security/notices/${n.notice_id}`}>{t('received.own')}</Link>{n.passed_at && <> · {t('received.field.passed')} {time(n.passed_at)}</>}</span> }] : []),
          { key: 'object', label: t('received.object'), children: <span className="lh-code lh-break">{n.object_id}</span> },
        ]}
      />
    </Card>
  )
}

function Owed({ notice: n }: { notice: ReceivedDetail }) {
  const t = useUpwardTexts()
  const f = useFormat()
  const text = useText()
  type Clock = ReceivedDetail['clocks'][number]
  const late = (c: Clock) => c.state !== 'cancelled' && Date.parse(c.stopped_at ?? n.now) > Date.parse(c.due_at)
  if (n.clocks.length === 0) return null
  return (
    <Card size="small" title={t('received.owed')}>
      <PlainTable<Clock>
        label={t('received.owed')} rowKey={(c) => c.id} scroll={{ x: '100%' }} dataSource={n.clocks} pagination={false}
        columns={[
          { title: t('received.field.obligation'), render: (_, c) => <span className="lh-two lh-wrap"><span>{t(`received.obligations.${c.obligation.replace('received.', '') as 'acknowledge' | 'pass_on'}`)}</span><span className="lh-muted">{text(c.basis)}</span></span> },
          { title: t('received.field.due'), render: (_, c) => <span className="lh-number lh-wrap">{f.time(c.due_at)}</span> },
          { title: t('received.field.state'), render: (_, c) => <StatusTag tone={late(c) ? 'bad' : c.state === 'met' ? 'good' : c.state === 'cancelled' ? 'idle' : 'info'}>{t(`received.clocks.${late(c) ? 'late' : c.state}`)}</StatusTag> },
        ]}
      />
    </Card>
  )
}

function Receipts({ notice: n }: { notice: ReceivedDetail }) {
  const t = useUpwardTexts()
  const f = useFormat()
  type Receipt = ReceivedDetail['receipts'][number]
  return (
    <Card size="small" title={t('received.receipts')}>
      {n.receipts.length === 0 ? <span className="lh-muted">{t(n.answered ? 'received.noReceipts' : 'received.unansweredNote')}</span> : (
        <PlainTable<Receipt>
          label={t('received.receipts')} rowKey={(r) => `${r.revision}/${r.upper}/${r.at}`} scroll={{ x: '100%' }} dataSource={n.receipts} pagination={false}
          columns={[
            { title: t('upward.field.upper'), render: (_, r) => <span className="lh-two lh-wrap"><span>{r.upper}</span><span className="lh-muted">{t('received.version', { n: r.revision })} · {f.time(r.at)}</span></span> },
            { title: t('received.field.state'), render: (_, r) => <span className="lh-two lh-wrap"><span><StatusTag tone={reportTone[r.state]}>{t(`upward.states.${r.state}`)}</StatusTag></span>{r.file > 0 && <span className="lh-muted">{t('upward.file', { n: r.file })}</span>}</span> },
            { title: t('received.field.sent'), responsive: ['md'], render: (_, r) => (r.sent_at ? <span className="lh-number">{f.time(r.sent_at)}</span> : none) },
          ]}
        />
      )}
    </Card>
  )
}
