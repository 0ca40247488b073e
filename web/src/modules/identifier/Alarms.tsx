import { Button, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, ifMatch, none, read, StatusTag, useChange, useFormat, useText, type Column, type Filter, type Schema } from '../../kernel'
import { eventsKey } from './data'
import { useIdentifierTexts } from './texts'

type Alarm = Schema<'IdentifierAlarm'>

const kinds = ['slow', 'availability', 'identifiers', 'registrations', 'requests', 'prefixes', 'contract', 'escrow'] as const

/** What of one's own nodes, and of those below, passed a threshold. */
export function AlarmList() {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  const [noted, note] = useState<Alarm | null>(null)
  const columns: Column<Alarm>[] = [
    { key: 'since', title: t('alarms.since'), sort: 'since', from: 'sm', render: (a) => <span className="lh-number">{f.time(a.since)}</span> },
    { key: 'node', title: t('field.node'), sort: 'prefix', render: (a) => <span className="lh-two"><Link to={`/identifier/nodes/${a.node_id}`} className="lh-code">{a.prefix}</Link><span>{text({ zh: a.name_zh, en: a.name_en })}</span></span> },
    { key: 'kind', title: t('alarms.what'), sort: 'kind', render: (a) => <span className="lh-two"><span>{t(`alarms.kinds.${a.kind}`)}</span><span className="lh-number">{t(`alarms.values.${a.kind}`, { value: f.number(a.value, 1), bound: f.number(a.bound, 1) })}</span></span> },
    { key: 'state', title: t('field.state'), sort: 'ended_at', render: (a) => (a.ended_at ? <StatusTag tone="idle">{t('alarms.ended', { time: f.time(a.ended_at) })}</StatusTag> : <StatusTag tone="warn">{t('alarms.lasts')}</StatusTag>) },
    { key: 'note', title: t('alarms.note'), from: 'md', render: (a) => <span className="lh-wrap">{a.note || none}</span> },
    { key: 'act', title: '', render: (a) => <Button size="small" onClick={() => note(a)}>{t('alarms.noteIt')}</Button> },
  ]
  const filters: Filter[] = [
    { name: 'lasts', label: t('field.state'), options: [{ value: 'true', label: t('alarms.lasts') }, { value: 'false', label: t('alarms.over') }] },
    { name: 'kind', label: t('alarms.what'), options: kinds.map((k) => ({ value: k, label: t(`alarms.kinds.${k}`) })) },
  ]
  return (
    <>
      <p className="lh-muted">{t('alarms.about')}</p>
      <DataTable<Alarm>
        url="/api/identifier/alarms" queryKey={[...eventsKey, 'alarms']} label={t('alarms.title')} rowKey={(a) => a.id} columns={columns} filters={filters} search={t('alarms.search')} exports prefix="a." views=""
        empty={<EmptyState title={t('alarms.none')} note={t('alarms.noneNote')} />}
      />
      <NoteForm alarm={noted} close={() => note(null)} />
    </>
  )
}

function NoteForm({ alarm, close }: { alarm: Alarm | null; close: () => void }) {
  const t = useIdentifierTexts()
  const change = useChange({
    run: (v: { note?: string }) => read(api.PUT('/api/identifier/alarms/{id}', { params: { path: { id: alarm!.id }, header: ifMatch(alarm!.version) }, body: { note: v.note ?? '' } })),
    refresh: [eventsKey], done: t('alarms.noted'), after: close, quiet: true,
  })
  return (
    <Modal open={alarm !== null} title={alarm && t('alarms.noteTitle', { prefix: alarm.prefix, kind: t(`alarms.kinds.${alarm.kind}`) })} footer={null} onCancel={close} destroyOnHidden>
      {alarm && (
        <EntityForm<{ note?: string }> initial={{ note: alarm.note }} submit={(v) => change.mutateAsync(v)} cancel={close} name="alarm">
          <Form.Item name="note" label={t('alarms.note')}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      )}
    </Modal>
  )
}
