import { Button, DatePicker, Form, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { DataTable, EmptyState, EntityForm, useFormat, useText, type Column, type Schema } from '../../kernel'
import { incidentKey, useAct, useIncidentTexts, type Detail, type Level } from './incidentData'
import './incident.css'

type Event = Schema<'IncidentCaseEvent'>
const kinds = ['state', 'level', 'task', 'report', 'guest', 'note', 'evidence', 'response', 'handler', 'merge', 'closing', 'review', 'correction', 'clock'] as const

/** Everything that happened, with the time when it did. */
export function Timeline({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const [writing, setWriting] = useState(false)
  const what = useEventText()
  const columns: Column<Event>[] = [
    { key: 'at', title: t('incident.timeline.time'), sort: 'at', render: (e) => <span className="lh-two"><span className="lh-number">{f.time(e.at)}</span>{Math.abs(new Date(e.written_at).getTime() - new Date(e.at).getTime()) > 60_000 && <span>{t('incident.timeline.written', { time: f.time(e.written_at) })}</span>}</span> },
    { key: 'what', title: t('incident.timeline.what'), render: (e) => <span className="lh-two lh-wrap lh-incident-text"><strong>{what(e)}</strong><span>{e.text}</span></span> },
    { key: 'by', title: t('incident.timeline.by'), from: 'sm', render: (e) => <span className="lh-two lh-wrap"><span>{e.by}</span><span>{text(e.organisation)}</span></span> },
  ]
  return (
    <div className="lh-stack">
      {i.acts.includes('note') && <div><Button onClick={() => setWriting(true)}>{t('incident.timeline.write')}</Button></div>}
      <DataTable<Event>
        url={`/api/security/incidents/${i.id}/timeline`} queryKey={[...incidentKey, 'timeline', i.id]} label={t('incident.tabs.timeline')} rowKey={(e) => e.id} columns={columns} search={t('incident.timeline.search')} exports prefix="t." views="" every={30_000}
        filters={[{ name: 'kind', label: t('incident.timeline.kind'), options: kinds.map((k) => ({ value: k, label: t(`incident.timeline.kinds.${k}`) })) }]}
        empty={<EmptyState title={t('incident.timeline.none')} />}
      />
      <Modal open={writing} title={t('incident.timeline.write')} footer={null} onCancel={() => setWriting(false)} destroyOnHidden><Write incident={i} close={() => setWriting(false)} /></Modal>
    </div>
  )
}

/** What an event says beside its text: the values that it went from and to. */
function useEventText() {
  const t = useIncidentTexts()
  const state = (s: string) => {
    const [name, level] = s.split(':')
    return `${t(`incident.states.${name as 'new'}`)}${level ? ` ${t(`incident.levels.l${level as '1'}`)}` : ''}`
  }
  const arrow = (a: string, b: string) => (a ? `${a} → ${b}` : b)
  const level = (l: string) => (l === '0' ? '—' : t(`incident.levels.l${Number(l) as Level}`))
  return (e: Event) => {
    const kind = t(`incident.timeline.kinds.${e.kind}`)
    switch (e.kind) {
      case 'state': return arrow(e.from && state(e.from), state(e.to))
      case 'review': return e.to === 'reviewed' ? state(e.to) : kind
      case 'level':
      case 'response': return `${kind} ${arrow(level(e.from), level(e.to))}`
      case 'report': return `${t(`incident.clock.${e.from.replace('incident.', '') as 'report'}`)} · ${t(`incident.stages.${e.to as 'first'}`)}`
      case 'clock': return `${t(`incident.clock.${e.from.replace('incident.', '') as 'report'}`)} · ${t(Number(e.to) > 1 ? 'incident.timeline.values.escalated' : 'incident.timeline.values.over')}`
      case 'handler':
      case 'merge': return `${kind} ${arrow(e.from, e.to)}`
      case 'task':
      case 'guest':
      case 'evidence': return `${kind} · ${t(`incident.timeline.values.${e.to as 'open'}`)}`
      default: return kind
    }
  }
}

function Write({ incident: i, close }: { incident: Detail; close: () => void }) {
  const t = useIncidentTexts()
  const act = useAct(i, t('incident.saved'), close)
  return (
    <EntityForm<{ text: string; at?: Dayjs | null }> submitLabel={t('incident.timeline.write')} cancel={close} submit={(v) => act.mutateAsync({ path: '/notes', body: { text: v.text ?? '', ...(v.at ? { at: v.at.toISOString() } : {}) } })}>
      <Form.Item name="text" label={t('incident.timeline.text')} rules={[{ required: true, whitespace: true, message: t('incident.missing', { label: t('incident.timeline.text') }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 10 }} /></Form.Item>
      <Form.Item name="at" label={t('incident.field.at')} extra={t('incident.help.at')}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
    </EntityForm>
  )
}
