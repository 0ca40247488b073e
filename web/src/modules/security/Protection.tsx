import { Button, DatePicker, Drawer, Form, Input, Select, TimePicker } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, Failure, Loading, PageHeader, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, type Column } from '../../kernel'
import { periodTone, protectionKey, useOwn, usePartakers, useProtectionTexts, type Period, type PeriodDetail } from './protection'
import { ProtectionOwn } from './ProtectionOwn'
import { ProtectionReports } from './ProtectionReports'

/** Special protection: the city's periods, or what one's own organisation owes. */
export default function Protection() {
  const t = useProtectionTexts()
  const { data: x, error, refetch } = useOwn()
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!x) return <Loading />
  if (x.side === 'city') return <Periods today={x.today} />
  return (
    <div className="lh-stack">
      <PageHeader title={t('protection.title')} note={t(x.side === 'party' ? 'protection.ownNote' : 'protection.bureauNote')} />
      {x.side === 'party' ? <ProtectionOwn own={x} /> : <ProtectionReports />}
    </div>
  )
}

function Periods({ today }: { today: string }) {
  const t = useProtectionTexts()
  const f = useFormat()
  const may = useMay()('security.notice.write')
  const [making, setMaking] = useState(false)
  const columns: Column<Period>[] = [
    { key: 'title', title: t('protection.field.title'), sort: 'title', render: (p) => <span className="lh-two lh-wrap"><Link to={`/security/protection/${p.id}`}>{p.title}</Link><span><StatusTag tone={periodTone[p.state]}>{t(`protection.states.${p.state}`)}</StatusTag> {p.synthetic && <SyntheticMark />}</span></span> },
    { key: 'days', title: t('protection.field.days'), sort: 'from', render: (p) => <span className="lh-two"><span className="lh-number">{p.from} – {p.until}</span><span className="lh-muted lh-number">{t('protection.before', { time: p.time })}</span></span> },
    { key: 'parties', title: t('protection.field.parties'), align: 'right', from: 'md', render: (p) => f.number(p.parties, 0) },
    { key: 'share', title: t('protection.field.share'), align: 'right', render: (p) => <Share period={p} /> },
    { key: 'missing', title: t('protection.field.missing'), align: 'right', from: 'md', render: (p) => f.number(p.missing, 0) },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('protection.title')} note={t('protection.note')} actions={may && <Button type="primary" onClick={() => setMaking(true)}>{t('protection.make')}</Button>} />
      <DataTable<Period> url="/api/security/protection-periods" queryKey={[...protectionKey, 'periods']} label={t('protection.title')} rowKey={(p) => p.id} columns={columns} search={t('protection.search')} exports empty={<EmptyState title={t('protection.empty')} note={t(may ? 'protection.emptyNote' : 'protection.emptyOther')} />} />
      <Drawer title={t('protection.make')} open={making} onClose={() => setMaking(false)} size="large" destroyOnHidden><Make today={today} close={() => setMaking(false)} /></Drawer>
    </div>
  )
}

/** Of those that count, those on time. */
export function Share({ period: p }: { period: { share?: number; on_time: number; counted: number } }) {
  const f = useFormat()
  return p.share === undefined ? <span className="lh-muted">–</span> : <span className="lh-two"><span className="lh-number">{f.number(p.share, 1)}%</span><span className="lh-muted lh-number">{f.number(p.on_time, 0)} / {f.number(p.counted, 0)}</span></span>
}

interface Values { title: string; from: Dayjs; until: Dayjs; time: Dayjs; note?: string; organisations: string[] }

function Make({ today, close }: { today: string; close: () => void }) {
  const t = useProtectionTexts()
  const go = useNavigate()
  const everybody = usePartakers(t('protection.synthetic'))
  const real = everybody.filter((o) => !o.synthetic)
  const [form] = Form.useForm<Values>()
  const make = useChange<Values, PeriodDetail>({
    run: (v) => read(api.POST('/api/security/protection-periods', { body: { title: v.title, note: v.note ?? '', time: v.time.format('HH:mm'), from: v.from.format('YYYY-MM-DD'), until: v.until.format('YYYY-MM-DD'), organisations: v.organisations } })),
    refresh: [protectionKey], done: t('protection.made'), quiet: true, after: (p) => void go(`/security/protection/${p.id}`),
  })
  const wanted = (name: 'title' | 'from' | 'until' | 'time' | 'organisations') => [{ required: true, message: t('protection.needed', { label: t(`protection.field.${name}`) }) }]
  return (
    <EntityForm<Values> form={form} initial={{ time: dayjs(`${today}T17:00`), organisations: [] }} submitLabel={t('protection.make')} cancel={close} submit={(v) => make.mutateAsync(v)}>
      <Form.Item name="title" label={t('protection.field.title')} rules={wanted('title')}><Input maxLength={120} /></Form.Item>
      <div className="lh-pair">
        <Form.Item name="from" label={t('protection.field.from')} rules={wanted('from')}><DatePicker minDate={dayjs(today)} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="until" label={t('protection.field.until')} rules={wanted('until')} extra={t('protection.daysNote')}><DatePicker minDate={dayjs(today)} style={{ width: '100%' }} /></Form.Item>
      </div>
      <Form.Item name="time" label={t('protection.field.time')} rules={wanted('time')} extra={t('protection.timeNote')}><TimePicker format="HH:mm" needConfirm={false} allowClear={false} /></Form.Item>
      <Form.Item name="organisations" label={t('protection.field.organisations')} rules={wanted('organisations')} extra={<Button size="small" type="link" disabled={real.length === 0} onClick={() => form.setFieldValue('organisations', real.map((o) => o.value))}>{t('protection.everybody', { n: real.length })}</Button>}>
        <Select mode="multiple" options={everybody} showSearch={{ optionFilterProp: 'label' }} />
      </Form.Item>
      <Form.Item name="note" label={t('protection.field.note')}><Input.TextArea maxLength={2000} autoSize={{ minRows: 3 }} /></Form.Item>
    </EntityForm>
  )
}
