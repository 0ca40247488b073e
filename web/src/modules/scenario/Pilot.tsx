import { Alert, Button, Card, Form, Input, InputNumber, Modal, Select } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, EmptyState, EntityForm, Failure, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useText, type Tone } from '../../kernel'
import { pilotKey, type ListingDetail } from './pilots'
import { useScenarioTexts } from './texts'
import './pilot.css'

type Inspection = ListingDetail['inspections'][number]

const tone: Record<Inspection['outcome'], Tone> = { kept: 'good', warned: 'warn', removed: 'bad' }

/** One pilot on the published list, with its yearly inspections. */
export default function Pilot() {
  const { id = '' } = useParams()
  const t = useScenarioTexts()
  const pilot = useQuery({ queryKey: [...pilotKey, 'listing', id], queryFn: () => read(api.GET('/api/scenario/pilot/listing', { params: { query: { pilot: id } } })) })
  if (pilot.error) return <><PageHeader title={t('pilot.title')} /><Failure problem={pilot.error} retry={() => void pilot.refetch()} /></>
  return pilot.data ? <Page pilot={pilot.data} /> : <Loading />
}

function Page({ pilot: l }: { pilot: ListingDetail }) {
  const t = useScenarioTexts()
  const text = useText()
  const items = [
    { key: 'organisation', label: t('pilot.organisation'), children: text(l.organisation) },
    { key: 'uscc', label: t('pilot.party'), children: <span className="lh-code">{l.uscc || none}</span> },
    { key: 'on', label: t('pilot.publishedOn'), children: <span className="lh-number">{l.published_on}</span> },
    { key: 'call', label: t('pilot.call'), children: <Link to={`/scenario/pilots/calls/${l.call_id}`}>{t('pilot.call')} {l.year}</Link> },
    ...(l.application_id ? [{ key: 'application', label: t('pilot.application'), children: <Link to={`/scenario/pilots/applications/${l.application_id}`}>{l.project}</Link> }] : []),
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={l.project} note={<span className="lh-code">{l.number}</span>} marks={<><StatusTag tone={l.removed_on ? 'bad' : 'good'}>{t(`pilot.listStates.${l.removed_on ? 'removed' : 'listed'}`)}</StatusTag>{l.synthetic && <SyntheticMark />}</>} actions={l.acts.includes('inspect') && <Inspect pilot={l} />} />
      {l.removed_on && <Alert type="error" showIcon title={t('pilot.removedOn', { date: l.removed_on, why: l.why })} />}
      <Card size="small"><Particulars items={items} /></Card>
      <Card size="small" title={t('pilot.inspections')}><Inspections list={l.inspections} /></Card>
    </div>
  )
}

function Inspections({ list }: { list: Inspection[] }) {
  const t = useScenarioTexts()
  const f = useFormat()
  if (list.length === 0) return <EmptyState title={t('pilot.noInspections')} note={t('pilot.noInspectionsNote')} />
  return (
    <PlainTable<Inspection>
      label={t('pilot.inspections')} rowKey="id" dataSource={list}
      columns={[
        { key: 'year', title: t('pilot.year'), render: (_, i) => <span className="lh-number">{i.year}</span> },
        { key: 'outcome', title: t('pilot.outcome'), render: (_, i) => <StatusTag tone={tone[i.outcome]}>{t(`pilot.outcomes.${i.outcome}`)}</StatusTag> },
        { key: 'reason', title: t('pilot.found'), render: (_, i) => <span className="lh-wrap">{i.reason}</span> },
        { key: 'at', title: t('pilot.inspectedAt'), responsive: ['md'], render: (_, i) => <span className="lh-number">{f.time(i.at)}</span> },
      ]}
    />
  )
}

interface Values { year: number; outcome: Inspection['outcome']; reason: string }

function Inspect({ pilot: l }: { pilot: ListingDetail }) {
  const t = useScenarioTexts()
  const [open, show] = useState(false)
  const save = useChange({ run: (v: Values) => read(api.POST('/api/scenario/pilot/pilots/{id}/inspections', { params: { path: { id: l.id } }, body: { ...v, reason: v.reason ?? '' } })), refresh: [pilotKey], done: t('pilot.inspected'), after: () => show(false), quiet: true })
  return (
    <>
      <Button type="primary" onClick={() => show(true)}>{t('pilot.inspect')}</Button>
      <Modal open={open} onCancel={() => show(false)} title={t('pilot.inspect')} footer={null} destroyOnHidden>
        <EntityForm<Values> name="inspect" initial={{ year: new Date().getFullYear(), outcome: 'kept' }} submit={(v) => save.mutateAsync(v)} cancel={() => show(false)}>
          <Form.Item name="year" label={t('pilot.year')}><InputNumber min={2000} max={2100} precision={0} style={{ width: '100%' }} /></Form.Item>
          <Form.Item name="outcome" label={t('pilot.outcome')}><Select options={(['kept', 'warned', 'removed'] as const).map((o) => ({ value: o, label: t(`pilot.outcomes.${o}`) }))} /></Form.Item>
          <Form.Item name="reason" label={t('pilot.found')} rules={[{ required: true, message: t('pilot.missing', { label: t('pilot.found') }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}
