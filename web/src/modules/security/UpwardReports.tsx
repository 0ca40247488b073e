import { Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, DataTable, EmptyState, ifMatch, none, read, StatusTag, useChange, useFormat, useMay, type Column } from '../../kernel'
import { mark } from './intelTexts'
import { faultWord, reportStates, reportTone, upwardKey, useUpwardTexts, type Direction, type ReportRow } from './upwardTexts'

/** What became of a report: its state, why it is there, and when it is tried next. */
export function ReportState({ report: r }: { report: ReportRow }) {
  const t = useUpwardTexts()
  const f = useFormat()
  return (
    <span className="lh-two lh-wrap">
      <span><StatusTag tone={reportTone[r.state]}>{t(`upward.states.${r.state}`)}</StatusTag></span>
      {r.file > 0 && <span className="lh-muted">{t('upward.file', { n: r.file })}</span>}
      {r.acknowledged_at && <span className="lh-muted">{t('down.acknowledged', { time: f.time(r.acknowledged_at) })}</span>}
      {(r.fault || r.fault_text) && <span className="lh-muted lh-break">{r.fault && faultWord(t, r.fault)}{r.fault && r.fault_text && '：'}{r.fault_text}</span>}
      {r.next_at && r.tries > 0 && <span className="lh-muted">{t('upward.field.next')} {f.time(r.next_at)}</span>}
    </span>
  )
}

/** Takes back a report that has not ended. */
export function CancelReport({ report: r }: { report: ReportRow }) {
  const t = useUpwardTexts()
  const may = useMay()
  const [reason, setReason] = useState('')
  const cancel = useChange({ run: () => read(api.POST('/api/security/upward/{id}/cancellation', { params: { path: { id: r.id }, header: ifMatch(r.version) }, body: { reason } })), refresh: [upwardKey], done: t('upward.cancelled'), quiet: true, after: () => setReason('') })
  if (!may('security.upward.release') || (r.state !== 'waiting' && r.state !== 'pending')) return null
  return (
    <Confirm title={t('upward.cancel')} note={<p>{t('upward.cancelNote')}</p>} label={t('upward.cancel')} button={{ size: 'small' }} disabled={reason.trim() === ''} run={() => cancel.mutateAsync()}>
      <Input.TextArea aria-label={t('upward.reason')} placeholder={t('upward.reason')} maxLength={300} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
    </Confirm>
  )
}

/** Who let a report go. */
export const released = (t: ReturnType<typeof useUpwardTexts>, r: ReportRow) => (r.by ? `${r.by} · ${t(`upward.causes.${r.cause}`)}` : t(`upward.causes.${r.cause}`))

/** Reports in a direction: all, or those by one channel. */
export function UpwardReports({ upper, direction = 'up' }: { upper?: string; direction?: Direction }) {
  const t = useUpwardTexts()
  const f = useFormat()
  const columns: Column<ReportRow>[] = [
    { key: 'number', title: t('upward.field.number'), sort: 'number', render: (r) => <span className="lh-two lh-wrap"><Link to={r.received_id ? `/security/received/${r.received_id}` : `/security/notices/${r.notice_id}?part=upward`}>{r.number || t('received.noNumber')}</Link><span className="lh-muted">{t('upward.revision', { n: r.revision })} · {t(`upward.acts.${r.act}`)} · {mark(r.tlp)}</span></span> },
    ...(upper ? [] : [{ key: 'upper', title: t(direction === 'down' ? 'down.one' : 'upward.field.upper'), sort: 'upper', from: 'sm', render: (r: ReportRow) => r.upper } satisfies Column<ReportRow>]),
    { key: 'state', title: t('upward.field.state'), sort: 'state', render: (r) => <ReportState report={r} /> },
    { key: 'tries', title: t('upward.field.tries'), align: 'right', from: 'lg', render: (r) => <span className="lh-number">{f.number(r.tries, 0)}</span> },
    { key: 'released', title: t('upward.field.released'), sort: 'released_at', from: 'md', render: (r) => <span className="lh-two lh-wrap"><span className="lh-number">{f.time(r.released_at)}</span><span className="lh-muted">{released(t, r)}</span></span> },
    { key: 'ended', title: t('upward.field.ended'), sort: 'ended_at', from: 'lg', render: (r) => (r.ended_at ? <span className="lh-number">{f.time(r.ended_at)}</span> : none) },
    { key: 'act', title: '', from: 'sm', render: (r) => <CancelReport report={r} /> },
  ]
  return (
    <DataTable<ReportRow>
      url="/api/security/upward" queryKey={[...upwardKey, 'reports', direction]} label={t('upward.reports')} rowKey={(r) => r.id} columns={columns} search={t('upward.search')} exports fixed={upper ? { upper } : { direction }}
      filters={[{ name: 'state', label: t('upward.field.state'), options: reportStates.map((s) => ({ value: s, label: t(`upward.states.${s}`) })) }]}
      empty={<EmptyState title={t(direction === 'down' ? 'down.empty' : 'upward.empty')} note={t(direction === 'down' ? 'down.emptyNote' : 'upward.emptyNote')} />}
    />
  )
}
