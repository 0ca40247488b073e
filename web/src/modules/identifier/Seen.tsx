import { PlusOutlined } from '@ant-design/icons'
import { Button, DatePicker, Form, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, Failure, Loading, none, PlainTable, read, StatusTag, useChange, useFormat } from '../../kernel'
import { eventsKey, healthTone, useProbes, type NodeDetail } from './data'
import { EventList } from './Events'
import { useIdentifierTexts } from './texts'

/** What probes see of a node: now, month by month, its events and its planned stops. */
export function Seen({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const seen = useProbes(node.id)
  if (seen.error) return <Failure problem={seen.error} retry={() => void seen.refetch()} />
  if (!seen.data) return <Loading />
  const ms = (v: number | null) => <span className="lh-number">{v === null ? none : v.toLocaleString('en-US', { maximumFractionDigits: 3 })}</span>
  const { probes, months } = seen.data
  return (
    <div className="lh-stack">
      {probes.length === 0 ? <EmptyState title={t('events.noLooks')} note={t('events.noLooksNote')} /> : (
        <PlainTable
          label={t('events.probes')} rowKey="probe" dataSource={probes}
          columns={[
            { key: 'name', title: t('events.probes'), render: (_, p) => (p.probe === 'city' ? t('events.own') : p.probe_name) },
            { key: 'state', title: t('field.state'), render: (_, p) => <StatusTag tone={p.fresh ? healthTone[p.down ? 'down' : 'up'] : 'idle'}>{t(p.fresh ? (p.down ? 'events.health.down' : 'events.health.up') : 'events.silent')}</StatusTag> },
            { key: 'since', title: t('events.seen'), responsive: ['md'], render: (_, p) => <span className="lh-two"><span className="lh-number">{f.time(p.at)}</span><span>{t('events.since', { time: f.time(p.since) })}</span></span> },
            { key: 'fault', title: t('field.reason'), render: (_, p) => <span className="lh-wrap">{p.fault || none}</span> },
          ]}
        />
      )}
      {months.length > 0 && (
        <PlainTable
          label={t('events.sla')} rowKey="month" dataSource={months}
          columns={[
            { key: 'month', title: t('events.month'), render: (_, m) => <span className="lh-number">{m.month}</span> },
            { key: 'sla', title: t('events.sla'), align: 'right', render: (_, m) => <span className="lh-number">{m.sla === null ? none : `${(Math.floor(m.sla * 1000) / 1000).toFixed(3)}%`}</span> },
            { key: 'looks', title: t('events.looks'), align: 'right', responsive: ['md'], render: (_, m) => <span className="lh-number">{f.number(m.looks)}</span> },
            { key: 'resolution', title: t('events.resolutionMs'), align: 'right', render: (_, m) => ms(m.resolution_ms) },
            { key: 'registration', title: t('events.registrationMs'), align: 'right', responsive: ['md'], render: (_, m) => ms(m.registration_ms) },
            { key: 'visible', title: t('events.visibleMs'), align: 'right', responsive: ['md'], render: (_, m) => ms(m.visible_ms) },
          ]}
        />
      )}
      <Stops node={node} seen={seen.data} />
      <EventList node={node.id} />
    </div>
  )
}

function Stops({ node, seen }: { node: NodeDetail; seen: NonNullable<ReturnType<typeof useProbes>['data']> }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const [open, setOpen] = useState(false)
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/identifier/stops/{id}', { params: { path: { id } } })), refresh: [eventsKey], done: t('events.stopRemoved') })
  const add = useChange({
    run: (v: { from: Dayjs; to: Dayjs; reason: string }) => read(api.POST('/api/identifier/nodes/{id}/stops', { params: { path: { id: node.id } }, body: { from: v.from.toISOString(), to: v.to.toISOString(), reason: v.reason } })),
    refresh: [eventsKey], done: t('events.stopAdded'), after: () => setOpen(false), quiet: true,
  })
  const need = (label: string) => [{ required: true, message: t('events.missing', { label }) }]
  return (
    <section aria-label={t('events.stops')}>
      <div className="lh-bar lh-list-bar">
        <strong>{t('events.stops')}</strong>
        {seen.yours && <Button size="small" icon={<PlusOutlined />} onClick={() => setOpen(true)}>{t('events.addStop')}</Button>}
      </div>
      {seen.stops.length === 0 ? <span className="lh-muted">{t('events.noStops')}</span> : (
        <ul className="lh-rows">
          {seen.stops.map((s) => (
            <li key={s.id} className="lh-row">
              <span><span className="lh-number">{f.time(s.from)} – {f.time(s.to)}</span> {s.reason}</span>
              {seen.yours && !s.begun && <Confirm title={t('events.removeStop')} label={t('handle.remove')} run={() => remove.mutateAsync(s.id)} button={{ size: 'small' }} />}
            </li>
          ))}
        </ul>
      )}
      <Modal open={open} title={t('events.addStop')} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
        <EntityForm<{ from: Dayjs; to: Dayjs; reason: string }> submit={(v) => add.mutateAsync(v)} cancel={() => setOpen(false)} name="stop">
          <Form.Item name="from" label={t('events.from')} rules={need(t('events.from'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
          <Form.Item name="to" label={t('events.to')} rules={need(t('events.to'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
          <Form.Item name="reason" label={t('field.reason')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('field.reason') }) }]}><Input maxLength={500} /></Form.Item>
        </EntityForm>
      </Modal>
    </section>
  )
}
