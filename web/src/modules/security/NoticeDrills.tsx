import { Button, Drawer, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, PageHeader, read, StatusTag, useChange, useFormat, useMay, type Column } from '../../kernel'
import { noticeKey, useAddressees, type DrillDetail, type DrillRow } from './noticeData'
import { useNoticeTexts } from './noticeTexts'

interface Values { title: string; plan: string; pace: number; organisations: string[] }

/** Drills of the city. */
export default function NoticeDrills() {
  const t = useNoticeTexts()
  const f = useFormat()
  const may = useMay()
  const go = useNavigate()
  const everybody = useAddressees()
  const [holding, setHolding] = useState(false)
  const hold = useChange<Values, DrillDetail>({ run: (body) => read(api.POST('/api/security/drills', { body })), refresh: [noticeKey], done: t('drill.held'), quiet: true, after: (x) => void go(`/security/drills/${x.id}`) })
  const missing = (name: 'title' | 'plan' | 'organisations') => [{ required: true, message: t('form.missing', { label: t(`drill.field.${name}`) }) }]
  const columns: Column<DrillRow>[] = [
    { key: 'title', title: t('drill.field.title'), sort: 'title', render: (x) => <span className="lh-wrap"><Link to={`/security/drills/${x.id}`}>{x.title}</Link></span> },
    { key: 'state', title: t('drill.field.state'), render: (x) => <StatusTag tone={x.ended_at ? 'idle' : 'warn'}>{t(x.ended_at ? 'drill.over' : 'drill.running')}</StatusTag> },
    { key: 'pace', title: t('drill.field.pace'), align: 'right', from: 'md', render: (x) => f.number(x.pace, 1) },
    { key: 'by', title: t('drill.field.by'), from: 'md', render: (x) => x.by },
    { key: 'made', title: t('drill.field.made'), sort: 'created_at', from: 'sm', render: (x) => <span className="lh-number">{f.time(x.created_at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('drill.title')} note={t('drill.note')} actions={may('security.notice.write') && <Button type="primary" onClick={() => setHolding(true)}>{t('drill.hold')}</Button>} />
      <DataTable<DrillRow> url="/api/security/drills" queryKey={[...noticeKey, 'drills']} label={t('drill.title')} rowKey={(x) => x.id} columns={columns} search={t('drill.search')} exports empty={<EmptyState title={t('drill.empty')} note={t('drill.emptyNote')} />} />
      <Drawer title={t('drill.hold')} open={holding} onClose={() => setHolding(false)} size="large" destroyOnHidden>
        <EntityForm<Values> initial={{ pace: 1, organisations: [] }} submitLabel={t('drill.hold')} cancel={() => setHolding(false)} submit={(v) => hold.mutateAsync(v)}>
          <Form.Item name="title" label={t('drill.field.title')} rules={missing('title')}><Input maxLength={120} /></Form.Item>
          <Form.Item name="plan" label={t('drill.field.plan')} rules={missing('plan')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 3 }} /></Form.Item>
          <Form.Item name="pace" label={t('drill.field.pace')} extra={t('drill.paceNote')}><InputNumber min={1} max={1000} /></Form.Item>
          <Form.Item name="organisations" label={t('drill.field.organisations')} rules={missing('organisations')}><Select mode="multiple" options={everybody} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>
        </EntityForm>
      </Drawer>
    </div>
  )
}
