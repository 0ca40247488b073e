import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Card, Form, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, DataTable, EmptyState, EntityForm, Failure, Loading, none, PageHeader, PlainTable, read, StatusTag, useChange, useFormat, useText, type Column, type Schema } from '../../kernel'
import { pilotKey, reviewTone, type Relation, type Task } from './pilots'
import { useScenarioTexts } from './texts'
import './pilot.css'

/** One's own reviews, and the interests that one declares. */
export default function PilotReviews() {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<Task>[] = [
    { key: 'alias', title: t('pilot.alias'), sort: 'alias', render: (r) => <Link className="lh-code" to={`/scenario/reviews/${r.id}`}>{r.alias}</Link> },
    { key: 'project', title: t('pilot.project'), sort: 'project', render: (r) => r.project },
    { key: 'call', title: t('pilot.call'), sort: 'call', from: 'md', render: (r) => text(r.call) },
    { key: 'state', title: t('pilot.state'), sort: 'state', render: (r) => <StatusTag tone={reviewTone[r.state]}>{t(`pilot.reviewStates.${r.state}`)}</StatusTag> },
    { key: 'submitted', title: t('pilot.submittedAt'), sort: 'submitted_at', from: 'md', render: (r) => <span className="lh-number">{f.time(r.submitted_at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('pilot.reviews')} note={t('pilot.reviewsNote')} />
      <Card size="small">
        <DataTable<Task>
          url="/api/scenario/pilot/reviews" queryKey={pilotKey} label={t('pilot.reviews')} rowKey={(r) => r.id} columns={columns} exports search={t('pilot.search')}
          filters={[{ name: 'state', label: t('pilot.state'), options: (['assigned', 'submitted', 'recused'] as const).map((s) => ({ value: s, label: t(`pilot.reviewStates.${s}`) })) }]}
          empty={<EmptyState title={t('pilot.noReviews')} note={t('pilot.noReviewsNote')} />}
        />
      </Card>
      <Declarations />
    </div>
  )
}

interface Values { to: string; to_name: string; kind: Relation['kind']; share?: number; since?: string; until?: string }

function Declarations() {
  const t = useScenarioTexts()
  const [open, show] = useState(false)
  const list = useQuery({ queryKey: [...pilotKey, 'declarations'], queryFn: () => read(api.GET('/api/scenario/pilot/declarations')) })
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/scenario/pilot/declarations/{id}', { params: { path: { id } } })), refresh: [pilotKey], done: t('pilot.removed'), quiet: true })
  const save = useChange({
    run: (v: Values) => read(api.POST('/api/scenario/pilot/declarations', { body: { to: v.to ?? '', to_name: v.to_name ?? '', kind: v.kind, share: v.share ?? 0, since: v.since ?? '', until: v.until ?? '' } })),
    refresh: [pilotKey], done: t('pilot.declared'), after: () => show(false), quiet: true,
  })
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  if (!list.data) return <Loading />
  const need = (label: string) => [{ required: true, message: t('pilot.missing', { label }) }]
  return (
    <Card size="small" title={t('pilot.declarations')} extra={<Button size="small" icon={<PlusOutlined />} onClick={() => show(true)}>{t('pilot.declare')}</Button>}>
      <p className="lh-note">{t('pilot.declarationsNote')}</p>
      {list.data.items.length === 0 ? <EmptyState title={t('pilot.noDeclarations')} /> : (
        <PlainTable<Relation>
          label={t('pilot.declarations')} rowKey="id" dataSource={list.data.items}
          columns={[
            { key: 'kind', title: t('pilot.kind'), render: (_, r) => `${t(`pilot.kinds.${r.kind}`)}${r.share > 0 ? ` ${r.share}%` : ''}` },
            { key: 'to', title: t('pilot.partyName'), render: (_, r) => <span className="lh-two"><span>{r.to_name}</span><span className="lh-code">{r.to}</span></span> },
            { key: 'time', title: t('pilot.since'), responsive: ['sm'], render: (_, r) => <span className="lh-number">{r.since || none} – {r.until || none}</span> },
            { key: 'act', title: '', align: 'right', render: (_, r) => r.source === 'declared' && <Confirm title={t('pilot.remove')} label={t('pilot.remove')} run={() => remove.mutateAsync(r.id)} button={{ size: 'small' }} /> },
          ]}
        />
      )}
      {list.data.employed.length > 0 && (
        <>
          <p className="lh-note lh-pilot-employed">{t('pilot.employedNote')}</p>
          <PlainTable<Schema<'PilotEmployment'>>
            label={t('pilot.employed')} rowKey={(r) => `${r.name} ${r.since} ${r.until}`} dataSource={list.data.employed}
            columns={[
              { key: 'name', title: t('pilot.employed'), render: (_, r) => r.name },
              { key: 'time', title: t('pilot.since'), render: (_, r) => <span className="lh-number">{r.since || none} – {r.until || t('pilot.stillSo')}</span> },
            ]}
          />
        </>
      )}
      <Modal open={open} onCancel={() => show(false)} title={t('pilot.declare')} footer={null} destroyOnHidden>
        <EntityForm<Values> name="declare" initial={{ kind: 'employment' }} submit={(v) => save.mutateAsync(v)} cancel={() => show(false)}>
          <Form.Item name="kind" label={t('pilot.kind')}><Select options={(['employment', 'shareholding', 'cooperation'] as const).map((k) => ({ value: k, label: t(`pilot.kinds.${k}`) }))} /></Form.Item>
          <Form.Item name="to_name" label={t('pilot.partyName')} rules={need(t('pilot.partyName'))}><Input maxLength={200} /></Form.Item>
          <Form.Item name="to" label={t('pilot.party')} rules={need(t('pilot.party'))}><Input maxLength={18} className="lh-code" /></Form.Item>
          <Form.Item name="share" label={t('pilot.share')}><InputNumber min={0} max={100} style={{ width: '100%' }} /></Form.Item>
          <div className="lh-pair">
            <Form.Item name="since" label={t('pilot.since')}><Input maxLength={10} placeholder="2024-01-31" /></Form.Item>
            <Form.Item name="until" label={t('pilot.untilDay')}><Input maxLength={10} placeholder="2025-12-31" /></Form.Item>
          </div>
        </EntityForm>
      </Modal>
    </Card>
  )
}
