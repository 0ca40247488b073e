import { Alert, Card, Input, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, DataTable, EmptyState, Failure, Loading, PageHeader, PlainTable, read, StatusTag, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { dutyKey, useDuty, useDutyTexts, type DutyShown, type Handover, type Shift } from './duty'
import './notice.css'

/** Who of the city is on duty for security, what was left to whom, and when nobody is there. */
export default function Duty() {
  const t = useDutyTexts()
  const { data: d, error, refetch } = useDuty()
  return (
    <div className="lh-stack">
      <PageHeader title={t('duty.title')} note={t('duty.note')} actions={d && <><HandOver duty={d} /><Choose duty={d} /></>} />
      {error ? <Failure problem={error} retry={() => void refetch()} /> : d ? <><Left duty={d} /><Rota duty={d} /><Handovers /></> : <Loading />}
    </div>
  )
}

/** Who is on duty now and in the next days. */
function Rota({ duty: d }: { duty: DutyShown }) {
  const t = useDutyTexts()
  const f = useFormat()
  const text = useText()
  const may = useMay()
  const [now] = d.shifts
  const gaps = d.shifts.filter((s) => s.person_id === '')
  if (!d.rota || !now) return <EmptyState title={t('duty.noRota')} note={t(d.may ? 'duty.noRotaNote' : 'duty.noRotaOther')} />
  return (
    <>
      {gaps.length > 0 && <Alert type="warning" showIcon title={t('duty.gaps', { n: gaps.length })} description={t('duty.nobodyNote')} />}
      <Card size="small" title={`${t('duty.now')} · ${text(d.rota.name)}`} extra={may('platforms.alert.view') && <Link to={`/platforms/on-call/${d.rota.id}`}>{t('duty.open')}</Link>}>
        <div className="lh-notice-due">{now.person_id ? now.name : t('duty.nobody')}</div>
        <div className="lh-muted lh-number">{t('duty.until', { until: f.time(now.until) })}</div>
      </Card>
      <Card size="small" title={t('duty.ahead')}>
        <PlainTable<Shift>
          label={t('duty.ahead')} rowKey={(s) => s.from} dataSource={d.shifts} pagination={{ pageSize: 10, hideOnSinglePage: true }}
          columns={[
            { title: t('duty.field.name'), render: (_, s) => (s.person_id ? s.name : <StatusTag tone="warn">{t('duty.nobody')}</StatusTag>) },
            { title: t('duty.field.from'), render: (_, s) => <span className="lh-number lh-wrap">{f.time(s.from)}</span> },
            { title: t('duty.field.until'), render: (_, s) => <span className="lh-number lh-wrap">{f.time(s.until)}</span> },
          ]}
        />
      </Card>
    </>
  )
}

/** What nobody has taken over yet. */
function Left({ duty: d }: { duty: DutyShown }) {
  const t = useDutyTexts()
  const f = useFormat()
  return d.left.map((h) => (
    <Card key={h.id} size="small" title={`${t('duty.left')} · ${h.name} · ${f.time(h.at)}`} extra={<TakeOver handover={h} />}>
      <span className="lh-notice-text">{h.note}</span>
    </Card>
  ))
}

function TakeOver({ handover: h }: { handover: Handover }) {
  const t = useDutyTexts()
  const take = useChange({ run: () => read(api.POST('/api/security/handovers/{id}/taking', { params: { path: { id: h.id } } })), refresh: [dutyKey], done: t('duty.takenOver'), quiet: true })
  return h.may_take && <Confirm title={t('duty.takeOverAsk', { name: h.name })} label={t('duty.takeOver')} danger={false} button={{ type: 'primary', size: 'small' }} run={() => take.mutateAsync(undefined)} />
}

function Handovers() {
  const t = useDutyTexts()
  const f = useFormat()
  const columns: Column<Handover>[] = [
    { key: 'by', title: t('duty.field.by'), sort: 'at', render: (h) => <span className="lh-two"><span>{h.name}</span><span className="lh-number lh-muted">{f.time(h.at)}</span></span> },
    { key: 'note', title: t('duty.field.note'), render: (h) => <span className="lh-notice-text lh-wrap">{h.note}</span> },
    { key: 'taken', title: t('duty.field.taken'), render: (h) => (h.taken_at ? <span className="lh-two"><span>{h.taken_by}</span><span className="lh-number lh-muted">{f.time(h.taken_at)}</span></span> : <StatusTag tone="warn">{t('duty.left')}</StatusTag>) },
  ]
  return <DataTable<Handover> url="/api/security/handovers" queryKey={[...dutyKey, 'handovers']} label={t('duty.handovers')} rowKey={(h) => h.id} columns={columns} search={t('duty.search')} exports empty={<EmptyState title={t('duty.empty')} note={t('duty.emptyNote')} />} />
}

function HandOver({ duty: d }: { duty: DutyShown }) {
  const t = useDutyTexts()
  const [note, setNote] = useState('')
  const handOver = useChange({ run: () => read(api.POST('/api/security/handovers', { body: { note } })), refresh: [dutyKey], done: t('duty.handedOver'), quiet: true, after: () => setNote('') })
  return d.may_hand_over && (
    <Confirm title={t('duty.handOver')} note={<p>{t('duty.handOverNote')}</p>} label={t('duty.handOver')} danger={false} button={{ type: 'primary' }} disabled={note.trim() === ''} run={() => handOver.mutateAsync(undefined)}>
      <Input.TextArea aria-label={t('duty.field.note')} placeholder={t('duty.field.note')} maxLength={2000} autoSize={{ minRows: 3 }} value={note} onChange={(e) => setNote(e.target.value)} />
    </Confirm>
  )
}

/** Which rota of the bureau is that of security. */
function Choose({ duty: d }: { duty: DutyShown }) {
  const t = useDutyTexts()
  const text = useText()
  const serves = d.rota?.id ?? ''
  const [rota, setRota] = useState(serves)
  const choose = useChange({ run: () => read(api.PUT('/api/security/duty', { body: { rota_id: rota } })), refresh: [dutyKey], done: t('duty.chosen'), quiet: true })
  return d.may && (
    <Confirm title={t('duty.choose')} note={<p>{t('duty.chooseNote')}</p>} label={t('duty.choose')} danger={false} disabled={rota === serves} run={() => choose.mutateAsync(undefined)}>
      <Select<string> aria-label={t('duty.field.rota')} style={{ width: '100%' }} value={rota} onChange={(v) => setRota(v)} options={[{ value: '', label: t(d.rotas.length > 0 ? 'duty.none' : 'duty.noRotas') }, ...d.rotas.map((r) => ({ value: r.id, label: text(r.name) }))]} />
    </Confirm>
  )
}
