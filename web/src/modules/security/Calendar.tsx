import { Button, Card, Drawer, Form, Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, Failure, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, useChange, useFormat } from '../../kernel'
import { calendarKey, daysOf, useCalendar, useCalendarTexts, type CalendarEntry, type CalendarSaid, type CalendarShown } from './calendar'
import { CalendarEnds } from './CalendarEnds'

/** The calendar of working days: how far it reaches, and what the city brought. */
export default function Calendar() {
  const t = useCalendarTexts()
  const [bringing, setBringing] = useState(false)
  const { data: c, error, refetch } = useCalendar()
  return (
    <div className="lh-stack">
      <PageHeader title={t('calendar.title')} note={t('calendar.note')} actions={c?.may && <Button type="primary" onClick={() => setBringing(true)}>{t('calendar.bring')}</Button>} />
      {error ? <Failure problem={error} retry={() => void refetch()} /> : c ? <Shown calendar={c} /> : <Loading />}
      <Drawer title={t('calendar.bring')} open={bringing} onClose={() => setBringing(false)} size="large" destroyOnHidden><Bring close={() => setBringing(false)} /></Drawer>
    </div>
  )
}

function Shown({ calendar: c }: { calendar: CalendarShown }) {
  const t = useCalendarTexts()
  const days = (list: string[]) => <span className="lh-number lh-wrap">{list.join('  ') || none}</span>
  return (
    <>
      <CalendarEnds />
      <Card size="small">
        <Particulars
          items={[
            { key: 'until', label: t('calendar.until'), children: <span className="lh-number">{c.until}</span> },
            { key: 'source', label: t('calendar.source'), children: <span className="lh-wrap">{c.source}</span> },
            { key: 'off', label: t('calendar.off'), children: days(c.off) },
            { key: 'work', label: t('calendar.work'), children: days(c.work) },
          ]}
        />
      </Card>
      <Entries list={c.entries} />
    </>
  )
}

function Entries({ list }: { list: CalendarEntry[] }) {
  const t = useCalendarTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('calendar.entries')}>
      {list.length === 0 ? <EmptyState title={t('calendar.none')} note={t('calendar.noneNote')} /> : (
        <PlainTable<CalendarEntry>
          label={t('calendar.entries')} rowKey={(e) => e.id} dataSource={list} pagination={false}
          columns={[
            { title: t('calendar.field.time'), render: (_, e) => <span className="lh-two lh-wrap"><span className="lh-number">{e.name}</span><span className="lh-muted">{e.source}</span></span> },
            { title: t('calendar.field.off'), responsive: ['md'], render: (_, e) => <span className="lh-number lh-wrap">{e.off.join('  ')}</span> },
            { title: t('calendar.field.work'), responsive: ['md'], render: (_, e) => <span className="lh-number lh-wrap">{e.work.join('  ') || none}</span> },
            { title: t('calendar.field.hands'), responsive: ['lg'], render: (_, e) => <span className="lh-wrap">{e.confirmed ? t('calendar.byBoth', { by: e.set_by, second: e.confirmed_by, at: f.time(e.confirmed_at) }) : t('calendar.by', { by: e.set_by })}</span> },
            { title: t('calendar.field.state'), render: (_, e) => <span className="lh-two"><StatusTag tone={e.confirmed ? 'good' : 'warn'}>{t(e.confirmed ? 'calendar.holds' : 'calendar.waits')}</StatusTag>{!e.confirmed && <Acts entry={e} />}</span> },
          ]}
        />
      )}
    </Card>
  )
}

function Acts({ entry: e }: { entry: CalendarEntry }) {
  const t = useCalendarTexts()
  const params = { path: { id: e.id } }
  const confirm = useChange({ run: () => read(api.POST('/api/security/calendar/{id}/confirmation', { params })), refresh: [calendarKey], done: t('calendar.confirmed'), quiet: true })
  const withdraw = useChange({ run: () => read(api.DELETE('/api/security/calendar/{id}', { params })), refresh: [calendarKey], done: t('calendar.withdrawn'), quiet: true })
  return (
    <span>
      {e.may_confirm && <Confirm title={t('calendar.confirmAsk', { name: e.name })} note={<p>{t('calendar.confirmNote')}</p>} label={t('calendar.confirm')} danger={false} button={{ type: 'primary', size: 'small' }} run={() => confirm.mutateAsync(undefined)} />}
      <Confirm title={t('calendar.withdrawAsk', { name: e.name })} label={t('calendar.withdraw')} button={{ size: 'small', type: 'link' }} run={() => withdraw.mutateAsync(undefined)} />
    </span>
  )
}

interface Values { from: string; until: string; source: string; off: string; work: string }

function Bring({ close }: { close: () => void }) {
  const t = useCalendarTexts()
  const bring = useChange<CalendarSaid, CalendarShown>({ run: (body) => read(api.POST('/api/security/calendar', { body })), refresh: [calendarKey], done: t('calendar.brought'), quiet: true, after: close })
  const wanted = (label: string) => [{ required: true, message: t('calendar.missing', { label }) }]
  const year = new Date().getFullYear() + 1
  return (
    <EntityForm<Values>
      initial={{ from: `${year}-01-01`, until: `${year}-12-31`, source: '', off: '', work: '' }} submitLabel={t('calendar.bring')} cancel={close}
      submit={(v) => bring.mutateAsync({ from: v.from.trim(), until: v.until.trim(), source: v.source, off: daysOf(v.off), work: daysOf(v.work) })}
    >
      <Form.Item name="from" label={t('calendar.field.from')} rules={wanted(t('calendar.field.from'))}><Input maxLength={10} /></Form.Item>
      <Form.Item name="until" label={t('calendar.field.until')} rules={wanted(t('calendar.field.until'))}><Input maxLength={10} /></Form.Item>
      <Form.Item name="source" label={t('calendar.field.source')} rules={wanted(t('calendar.field.source'))}><Input maxLength={400} /></Form.Item>
      <Form.Item name="off" label={t('calendar.field.off')} extra={t('calendar.daysNote')} rules={wanted(t('calendar.field.off'))}><Input.TextArea autoSize={{ minRows: 4 }} maxLength={3000} /></Form.Item>
      <Form.Item name="work" label={t('calendar.field.work')} extra={t('calendar.workNote')}><Input.TextArea autoSize={{ minRows: 2 }} maxLength={1000} /></Form.Item>
    </EntityForm>
  )
}
