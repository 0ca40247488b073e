import { useQuery } from '@tanstack/react-query'
import { Button, Drawer, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, Failure, Loading, PageHeader, read, StatusTag, useChange, useFormat, useLive, useMay, useSession, useText, type Column } from '../../kernel'
import { baselineKey, baselineStates, baselineTone, useBaselineTexts, type BaselineRow } from './baselineTexts'

/** Communication baselines that the reader may see. */
export default function Baselines() {
  const t = useBaselineTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const session = useSession()
  const [open, setOpen] = useState(false)
  useLive('security.baselines', baselineKey)
  const begin = may('security.baseline.review') && session.organisation.kind !== 'bureau'
  const columns: Column<BaselineRow>[] = [
    { key: 'name', title: t('baseline.field.name'), sort: 'name', render: (b) => <span className="lh-two lh-wrap"><Link to={`/security/baselines/${b.id}`}>{b.name}</Link>{!b.own && <span className="lh-muted">{text(b.enterprise)}</span>}</span> },
    { key: 'state', title: t('baseline.field.state'), sort: 'state', render: (b) => <StatusTag tone={baselineTone[b.state]}>{t(`baseline.states.${b.state}`)}</StatusTag> },
    { key: 'edition', title: t('baseline.field.edition'), sort: 'edition', from: 'sm', render: (b) => (b.edition > 0 ? t('baseline.editionOf', { n: b.edition }) : t('baseline.noEdition')) },
    { key: 'lines', title: t('baseline.field.lines'), sort: 'lines', from: 'md', render: (b) => <span className="lh-number">{t('baseline.linesNow', { n: f.number(b.lines, 0), undecided: f.number(b.undecided, 0) })}</span> },
    { key: 'deviations', title: t('baseline.tabs.deviations'), align: 'right', from: 'md', render: (b) => <span className="lh-number">{f.number(b.deviations, 0)}</span> },
    { key: 'until', title: t('baseline.field.until'), sort: 'learn_to', from: 'lg', render: (b) => <span className="lh-number">{f.time(b.learn_to)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('baseline.title')} note={t('baseline.note')} actions={begin && <Button type="primary" onClick={() => setOpen(true)}>{t('baseline.begin')}</Button>} />
      <DataTable<BaselineRow>
        url="/api/security/baselines" queryKey={[...baselineKey, 'list']} label={t('baseline.title')} rowKey={(b) => b.id} columns={columns} search={t('baseline.search')} exports
        filters={[{ name: 'state', label: t('baseline.field.state'), options: baselineStates.map((s) => ({ value: s, label: t(`baseline.states.${s}`) })) }]}
        empty={<EmptyState title={t('baseline.empty')} note={t('baseline.emptyNote')} />}
      />
      <Drawer title={t('baseline.begin')} open={open} onClose={() => setOpen(false)} destroyOnHidden><Begin cancel={() => setOpen(false)} /></Drawer>
    </div>
  )
}

interface Values { name: string; sensors: string[]; days: number; past_days: number }

function Begin({ cancel }: { cancel: () => void }) {
  const t = useBaselineTexts()
  const navigate = useNavigate()
  const session = useSession()
  const [form] = Form.useForm<Values>()
  const { data, error, refetch } = useQuery({ queryKey: ['security', 'sensors', 'of', session.organisation.id], queryFn: () => read(api.GET('/api/security/sensors', { params: { query: { organisation: session.organisation.id, limit: 500 } } })) })
  const begin = useChange({ run: (v: Values) => read(api.POST('/api/security/baselines', { body: v })), refresh: [baselineKey], quiet: true, after: (b: { id: string }) => void navigate(`/security/baselines/${b.id}`) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  const sensors = data.items.filter((s) => s.own && s.state !== 'retired')
  if (sensors.length === 0) return <EmptyState title={t('baseline.beginForm.none')} note={t('baseline.beginForm.noneNote')} />
  return (
    <EntityForm<Values> form={form} initial={{ name: '', sensors: sensors.length === 1 ? [sensors[0]!.id] : [], days: 14, past_days: 0 }} submit={(v) => begin.mutateAsync(v)} submitLabel={t('baseline.beginForm.submit')} cancel={cancel}>
      <p className="lh-note">{t('baseline.beginForm.note')}</p>
      <Form.Item name="name" label={t('baseline.field.name')} extra={t('baseline.beginForm.name')} rules={[{ required: true, whitespace: true, message: t('baseline.missing', { label: t('baseline.field.name') }) }]}><Input maxLength={80} /></Form.Item>
      <Form.Item name="sensors" label={t('baseline.field.sensors')} rules={[{ required: true, message: t('baseline.missing', { label: t('baseline.field.sensors') }) }]}><Select mode="multiple" options={sensors.map((s) => ({ value: s.id, label: s.name }))} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>
      <Form.Item name="days" label={t('baseline.beginForm.days')}><InputNumber min={1} max={90} precision={0} /></Form.Item>
      <Form.Item name="past_days" label={t('baseline.beginForm.past')} extra={t('baseline.beginForm.pastNote')}><InputNumber min={0} max={90} precision={0} /></Form.Item>
    </EntityForm>
  )
}
