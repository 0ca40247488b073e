import { Alert, Button, Card, DatePicker, Drawer, Form, Input, InputNumber, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, EntityForm, Failure, Loading, PageHeader, read, StatusTag, useChange, useFormat, type Column, type Tone } from '../../kernel'
import { dutyKey, useDuty, useDutyTexts, type DutyShown, type Shift } from './duty'

const tone: Record<Shift['state'], Tone> = { coming: 'idle', on_duty: 'good', over: 'idle' }

/** Who of the city is on duty: now, next, and over time. */
export default function Duty() {
  const t = useDutyTexts()
  const [planning, setPlanning] = useState(false)
  const { data: d, error, refetch } = useDuty()
  return (
    <div className="lh-stack">
      <PageHeader title={t('duty.title')} note={t('duty.note')} actions={d?.may && <Button type="primary" onClick={() => setPlanning(true)}>{t('duty.plan')}</Button>} />
      {error ? <Failure problem={error} retry={() => void refetch()} /> : d ? <><Now duty={d} /><Shifts duty={d} /></> : <Loading />}
      <Drawer title={t('duty.plan')} open={planning} onClose={() => setPlanning(false)} size="large" destroyOnHidden>{d && <Plan duty={d} close={() => setPlanning(false)} />}</Drawer>
    </div>
  )
}

/** Who is on duty now and next, what waits to be taken over, and when nobody is there. */
function Now({ duty: d }: { duty: DutyShown }) {
  const t = useDutyTexts()
  const f = useFormat()
  const names = (list: Shift[]) => list.map((s) => <div key={s.id}><strong>{s.name}</strong> <span className="lh-number lh-muted">{f.time(s.from)} – {f.time(s.until)}</span></div>)
  return (
    <>
      {d.gaps.length > 0 && <Alert type="warning" showIcon title={t('duty.gaps', { n: d.gaps.length })} description={d.gaps.slice(0, 5).map((g) => <div key={g.from} className="lh-number">{t('duty.gap', { from: f.time(g.from), until: f.time(g.until) })}</div>)} />}
      <Card size="small" title={t('duty.now')}>
        <div className="lh-stack">
          <div>{d.shifts.length > 0 ? names(d.shifts) : <><strong>{t('duty.nobody')}</strong><div className="lh-muted">{t('duty.nobodyNote')}</div></>}</div>
          <div><div className="lh-muted">{t('duty.next')}</div>{d.next.length > 0 ? names(d.next) : t('duty.noNext')}</div>
        </div>
      </Card>
      {d.left.map((s) => (
        <Card key={s.id} size="small" title={`${t('duty.left')} · ${s.name} · ${f.time(s.handed_at)}`} extra={<TakeOver shift={s} />}>
          <span className="lh-notice-text">{s.note}</span>
        </Card>
      ))}
    </>
  )
}

function Shifts({ duty: d }: { duty: DutyShown }) {
  const t = useDutyTexts()
  const f = useFormat()
  const columns: Column<Shift>[] = [
    { key: 'name', title: t('duty.field.name'), sort: 'name', render: (s) => <span className="lh-two lh-wrap"><span>{s.name}</span><StatusTag tone={tone[s.state]}>{t(`duty.states.${s.state}`)}</StatusTag></span> },
    { key: 'time', title: t('duty.field.time'), sort: 'from', render: (s) => <span className="lh-two"><span className="lh-number">{f.time(s.from)}</span><span className="lh-number lh-muted">{f.time(s.until)}</span></span> },
    {
      key: 'note', title: t('duty.field.note'), from: 'md',
      render: (s) => s.handed_at && <span className="lh-two lh-wrap"><span className="lh-notice-text">{s.note}</span><span className="lh-muted">{s.taken_at ? t('duty.taken', { name: s.taken_by, time: f.time(s.taken_at) }) : t('duty.handed', { time: f.time(s.handed_at) })}</span></span>,
    },
    { key: 'acts', title: '', render: (s) => <Acts shift={s} duty={d} /> },
  ]
  return (
    <DataTable<Shift>
      url="/api/security/shifts" queryKey={[...dutyKey, 'shifts']} label={t('duty.shifts')} rowKey={(s) => s.id} columns={columns} search={t('duty.search')} exports
      filters={[
        { name: 'when', label: t('duty.field.state'), options: (['coming', 'on_duty', 'over'] as const).map((s) => ({ value: s, label: t(`duty.states.${s}`) })) },
        { name: 'mine', label: t('duty.field.mine'), options: [{ value: 'true', label: t('duty.onlyMine') }] },
      ]}
      empty={<EmptyState title={t('duty.empty')} note={t(d.may ? 'duty.emptyNote' : 'duty.emptyOther')} />}
    />
  )
}

function TakeOver({ shift: s }: { shift: Shift }) {
  const t = useDutyTexts()
  const take = useChange({ run: () => read(api.POST('/api/security/shifts/{id}/takeover', { params: { path: { id: s.id } } })), refresh: [dutyKey], done: t('duty.takenOver'), quiet: true })
  return s.acts.includes('take_over') && <Confirm title={t('duty.takeOverAsk', { name: s.name })} label={t('duty.takeOver')} danger={false} button={{ type: 'primary', size: 'small' }} run={() => take.mutateAsync(undefined)} />
}

function Acts({ shift: s, duty: d }: { shift: Shift; duty: DutyShown }) {
  const t = useDutyTexts()
  const f = useFormat()
  const [note, setNote] = useState('')
  const [person, setPerson] = useState<string>()
  const params = { path: { id: s.id } }
  const remove = useChange({ run: () => read(api.DELETE('/api/security/shifts/{id}', { params })), refresh: [dutyKey], done: t('duty.removed'), quiet: true })
  const exchange = useChange({ run: () => read(api.POST('/api/security/shifts/{id}/exchange', { params, body: { person_id: person ?? '' } })), refresh: [dutyKey], done: t('duty.exchanged'), quiet: true, after: () => setPerson(undefined) })
  const handOver = useChange({ run: () => read(api.POST('/api/security/shifts/{id}/handover', { params, body: { note } })), refresh: [dutyKey], done: t('duty.handedOver'), quiet: true, after: () => setNote('') })
  const may = (name: string) => s.acts.includes(name)
  const small = { size: 'small', type: 'link' } as const
  return (
    <span>
      {may('hand_over') && (
        <Confirm title={t('duty.handOver')} note={<p>{t('duty.handOverNote')}</p>} label={t('duty.handOver')} danger={false} button={{ size: 'small', type: 'primary' }} disabled={note.trim() === ''} run={() => handOver.mutateAsync(undefined)}>
          <Input.TextArea aria-label={t('duty.field.handed')} placeholder={t('duty.field.handed')} maxLength={2000} autoSize={{ minRows: 3 }} value={note} onChange={(e) => setNote(e.target.value)} />
        </Confirm>
      )}
      <TakeOver shift={s} />
      {may('exchange') && (
        <Confirm title={`${t('duty.exchange')} · ${s.name} ${f.time(s.from)}`} label={t('duty.exchange')} danger={false} button={small} disabled={!person} run={() => exchange.mutateAsync(undefined)}>
          <Select<string> aria-label={t('duty.field.person')} placeholder={t('duty.field.person')} style={{ width: '100%' }} value={person ?? null} onChange={(v) => setPerson(v)} options={d.persons.filter((p) => p.name !== s.name).map((p) => ({ value: p.id, label: p.name }))} showSearch={{ optionFilterProp: 'label' }} />
        </Confirm>
      )}
      {may('remove') && <Confirm title={t('duty.removeAsk', { name: s.name, time: f.time(s.from) })} label={t('duty.remove')} button={small} run={() => remove.mutateAsync(undefined)} />}
    </span>
  )
}

interface Values { persons: string[]; from: Dayjs; hours: number; count: number }

/** Plans a row of shifts by turns. */
function Plan({ duty: d, close }: { duty: DutyShown; close: () => void }) {
  const t = useDutyTexts()
  const f = useFormat()
  const [form] = Form.useForm<Values>()
  const plan = useChange({ run: (v: Values) => read(api.POST('/api/security/shifts', { body: { ...v, from: v.from.toISOString() } })), refresh: [dutyKey], done: t('duty.planned'), quiet: true, after: close })
  const wanted = (name: keyof Values) => [{ required: true, message: t('duty.missing', { label: t(`duty.field.${name}`) }) }]
  const v = Form.useWatch([], form)
  const until = v?.from && v.hours > 0 && v.count > 0 ? v.from.add(v.hours * v.count, 'hour') : undefined
  return (
    <EntityForm<Values> form={form} initial={{ persons: [], from: dayjs(d.now).add(1, 'day').startOf('day').add(8, 'hour'), hours: 24, count: 7 }} submitLabel={t('duty.plan')} cancel={close} submit={(values) => plan.mutateAsync(values)}>
      <Form.Item name="persons" label={t('duty.field.persons')} rules={wanted('persons')}><Select mode="multiple" options={d.persons.map((p) => ({ value: p.id, label: p.name }))} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>
      <Form.Item name="from" label={t('duty.field.from')} rules={wanted('from')}><DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" allowClear={false} style={{ width: '100%' }} /></Form.Item>
      <Form.Item name="hours" label={t('duty.field.hours')} rules={wanted('hours')}><InputNumber min={1} max={72} precision={0} /></Form.Item>
      <Form.Item name="count" label={t('duty.field.count')} rules={wanted('count')} {...(until ? { extra: t('duty.planNote', { n: v.count, until: f.time(until.toISOString()) }) } : {})}><InputNumber min={1} max={400} precision={0} /></Form.Item>
    </EntityForm>
  )
}
