import { PlusOutlined } from '@ant-design/icons'
import { Button, Card, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import {
  api, Confirm, CopyBlock, DataTable, EmptyState, EntityForm, ifMatch, none, PageHeader, PageTabs, read, StatusTag, useChange, useFormat, useLive, useMay, useSession, useText, type Column, type Filter,
} from '../../kernel'
import { AlarmList } from './Alarms'
import { eventsKey, nodesKey, topics, type EventRow, type ProbeRow } from './data'
import './identifier.css'
import { useIdentifierTexts } from './texts'

const causes = ['network', 'system', 'attack', 'other'] as const

/** What became abnormal and what ended it, what passed a threshold, and who looks at nodes. */
export default function Events() {
  const t = useIdentifierTexts()
  const may = useMay()
  const { organisation } = useSession()
  const [params, setParams] = useSearchParams()
  useLive(topics.nodes, eventsKey)
  const tabs = [
    { key: 'events', label: t('events.events'), children: <EventList /> },
    ...(may('identifier.apply') ? [{ key: 'alarms', label: t('alarms.title'), children: <AlarmList /> }] : []),
    {
      key: 'probes', label: t('events.probes'),
      children: <div className="lh-stack">{may('identifier.review') && organisation.kind === 'bureau' && <div><NewProbe /></div>}<Probes /></div>,
    },
  ]
  const asked = params.get('tab')
  const active = tabs.some((x) => x.key === asked) ? asked! : 'events'
  return (
    <div className="lh-stack">
      <PageHeader title={t('events.title')} note={t('events.note')} />
      <Card size="small">
        <PageTabs label={t('events.title')} active={active} change={(tab) => setParams(tab === 'events' ? {} : { tab }, { replace: true })} items={tabs} />
      </Card>
    </div>
  )
}

/** Events of all nodes that one may see, or of one. */
export function EventList({ node }: { node?: string }) {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  const [edited, edit] = useState<EventRow | null>(null)
  const columns: Column<EventRow>[] = [
    { key: 'number', title: t('events.number'), sort: 'number', render: (e) => <span className="lh-number">{e.number}</span> },
    { key: 'at', title: t('events.at'), sort: 'at', render: (e) => <span className="lh-number">{f.time(e.at)}</span> },
    ...(node ? [] : [{ key: 'node', title: t('field.node'), sort: 'prefix', render: (e: EventRow) => <span className="lh-two"><Link to={`/identifier/nodes/${e.node_id}`} className="lh-code">{e.prefix}</Link><span>{text({ zh: e.name_zh, en: e.name_en })}</span></span> }]),
    {
      key: 'kind', title: t('statistics.kind'), sort: 'kind',
      render: (e) => (e.kind === 'recovered' ? <StatusTag tone="good">{t('events.recoveredOf', { number: e.ends })}</StatusTag> : <StatusTag tone={e.ended_by ? 'idle' : 'bad'}>{t(e.ended_by ? 'events.endedBy' : 'events.lasts', { number: e.ended_by })}</StatusTag>),
    },
    { key: 'cause', title: t('events.cause'), from: 'md', render: (e) => t(`events.causes.${e.cause}`) },
    { key: 'reason', title: t('field.reason'), from: 'md', render: (e) => <span className="lh-wrap">{e.reason || none}</span> },
    { key: 'cure', title: t('events.cure'), from: 'lg', render: (e) => <span className="lh-wrap">{e.cure || none}</span> },
    { key: 'act', title: '', render: (e) => (e.yours && e.kind === 'abnormal' ? <Button size="small" onClick={() => edit(e)}>{t('events.explain')}</Button> : null) },
  ]
  const filters: Filter[] = [{ name: 'kind', label: t('statistics.kind'), options: (['abnormal', 'recovered'] as const).map((k) => ({ value: k, label: t(`events.${k}`) })) }]
  return (
    <>
      <DataTable<EventRow>
        url="/api/identifier/events" queryKey={eventsKey} label={t('events.title')} rowKey={(e) => String(e.number)} columns={columns} filters={filters} search={t('events.search')} exports
        empty={<EmptyState title={t('events.none')} note={t('events.noneNote')} />} {...(node ? { fixed: { node }, prefix: 'e.', views: '' } : {})}
      />
      <Explain event={edited} close={() => edit(null)} />
    </>
  )
}

interface Explained { cause: (typeof causes)[number]; reason?: string; cure?: string }

function Explain({ event, close }: { event: EventRow | null; close: () => void }) {
  const t = useIdentifierTexts()
  const change = useChange({
    run: (v: Explained) => read(api.PUT('/api/identifier/events/{id}', { params: { path: { id: event!.number }, header: ifMatch(event!.version) }, body: { cause: v.cause, reason: v.reason ?? '', cure: v.cure ?? '' } })),
    refresh: [eventsKey], done: t('events.explained'), after: close, quiet: true,
  })
  return (
    <Modal open={event !== null} title={event && t('events.explainTitle', { number: event.number, prefix: event.prefix })} footer={null} onCancel={close} destroyOnHidden>
      {event && (
        <EntityForm<Explained> initial={{ cause: event.cause, reason: event.reason, cure: event.cure }} submit={(v) => change.mutateAsync(v)} cancel={close} name="explain">
          <Form.Item name="cause" label={t('events.cause')}><Select options={causes.map((c) => ({ value: c, label: t(`events.causes.${c}`) }))} /></Form.Item>
          <Form.Item name="reason" label={t('field.reason')}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} /></Form.Item>
          <Form.Item name="cure" label={t('events.cure')}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      )}
    </Modal>
  )
}

function Probes() {
  const t = useIdentifierTexts()
  const f = useFormat()
  const may = useMay()
  const { organisation } = useSession()
  const rules = may('identifier.review') && organisation.kind === 'bureau'
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/identifier/probes/{id}', { params: { path: { id } } })), refresh: [eventsKey], done: t('events.probeRemoved') })
  const columns: Column<ProbeRow>[] = [
    { key: 'name', title: t('field.name'), sort: 'name', render: (p) => <span className="lh-two"><span>{p.id === 'city' ? t('events.own') : p.name}</span>{p.id !== 'city' && <span className="lh-code">{p.id}</span>}</span> },
    { key: 'fresh', title: t('field.state'), render: (p) => <StatusTag tone={p.fresh ? 'good' : 'idle'}>{t(p.fresh ? 'events.fresh' : 'events.silent')}</StatusTag> },
    { key: 'seen', title: t('events.seen'), sort: 'seen_at', render: (p) => <span className="lh-number">{f.time(p.seen_at)}</span> },
    { key: 'act', title: '', render: (p) => (rules && p.id !== 'city' ? <Confirm title={t('events.removeProbe', { name: p.name })} label={t('handle.remove')} run={() => remove.mutateAsync(p.id)} button={{ size: 'small' }} /> : null) },
  ]
  return <DataTable<ProbeRow> url="/api/identifier/probes" queryKey={eventsKey} label={t('events.probes')} rowKey={(p) => p.id} columns={columns} prefix="p." views="" empty={<EmptyState title={t('events.noProbes')} note={t('events.noProbesNote')} />} />
}

function NewProbe() {
  const t = useIdentifierTexts()
  const [open, setOpen] = useState(false)
  const [made, setMade] = useState('')
  const add = useChange({
    run: (v: { name: string }) => read(api.POST('/api/identifier/probes', { body: { name: v.name } })),
    refresh: [eventsKey, nodesKey], done: t('events.probeAdded'), after: (p) => setMade(p.id), quiet: true,
  })
  const close = () => { setOpen(false); setMade('') }
  return (
    <>
      <Button icon={<PlusOutlined />} onClick={() => setOpen(true)}>{t('events.addProbe')}</Button>
      <Modal open={open} title={t('events.addProbe')} footer={null} onCancel={close} destroyOnHidden>
        {made ? (
          <><p>{t('events.run')}</p><CopyBlock label={t('events.command')} text={`linghang node probe --report ${window.location.origin} --token-file token --probe ${made}`} /></>
        ) : (
          <EntityForm<{ name: string }> submit={(v) => add.mutateAsync(v)} cancel={close} name="probe">
            <Form.Item name="name" label={t('events.probeName')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('events.probeName') }) }]}><Input maxLength={100} /></Form.Item>
          </EntityForm>
        )}
      </Modal>
    </>
  )
}
