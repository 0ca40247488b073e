import { PlusOutlined } from '@ant-design/icons'
import { Button, Drawer, Form, Input } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, none, read, StatusTag, SyntheticMark, useChange, useFormat, useText, type Column } from '../../kernel'
import { usePlanTexts, type Plan } from './planTexts'
import { useDeclares, weaknessKey } from './weaknesses'

interface About { name: string; note: string }

/** Plans that the reader may see. */
export function AssetPlans() {
  const t = usePlanTexts()
  const f = useFormat()
  const text = useText()
  const mine = useDeclares()
  const go = useNavigate()
  const [adding, setAdding] = useState(false)
  const add = useChange({ run: (body: About) => read(api.POST('/api/security/asset-plans', { body })), refresh: [weaknessKey], done: t('plan.saved'), quiet: true, after: (p: Plan) => { setAdding(false); void go(`/security/assets/plans/${p.id}`) } })
  const columns: Column<Plan>[] = [
    { key: 'name', title: t('plan.one'), sort: 'name', render: (p) => <span className="lh-two lh-wrap"><span><Link to={`/security/assets/plans/${p.id}`}>{p.name}</Link> {p.synthetic && <SyntheticMark />}</span><span className="lh-muted">{mine ? p.note : text(p.enterprise)}</span></span> },
    { key: 'state', title: t('plan.list.state'), render: (p) => <PlanState plan={p} /> },
    { key: 'released', title: t('plan.list.released'), from: 'sm', sort: 'released_at', render: (p) => (p.released_at ? <span className="lh-two lh-wrap"><span>{t('plan.revision', { n: p.released })}</span><span className="lh-muted">{p.released_by} {f.time(p.released_at)}</span></span> : none) },
    { key: 'things', title: t('plan.list.things'), align: 'right', sort: 'things', from: 'sm', render: (p) => <span className="lh-number">{f.number(p.things, 0)}</span> },
  ]
  return (
    <div className="lh-stack">
      {mine && <div className="lh-actions"><Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{t('plan.list.add')}</Button></div>}
      <DataTable<Plan>
        url="/api/security/asset-plans" queryKey={[...weaknessKey, 'plans']} label={t('plan.title')} prefix="n." views="" rowKey={(p) => p.id} columns={columns} search={t('plan.list.search')} exports
        filters={[{ name: 'ended', label: t('plan.list.state'), options: [{ value: 'no', label: t('plan.list.going') }, { value: 'yes', label: t('plan.list.ended') }] }]}
        empty={<EmptyState title={t('plan.list.empty')} note={mine ? t('plan.list.emptyNote') : t('plan.list.emptyCity')} />}
      />
      <Drawer title={t('plan.list.add')} open={adding} onClose={() => setAdding(false)} destroyOnHidden><AboutPlan submit={(x) => add.mutateAsync(x)} cancel={() => setAdding(false)} /></Drawer>
    </div>
  )
}

/** Whether a plan counts. */
export function PlanState({ plan: p }: { plan: Plan }) {
  const t = usePlanTexts()
  if (p.ended) return <StatusTag tone="idle">{t('plan.list.ended')}</StatusTag>
  return p.released > 0 ? <StatusTag tone="good">{t('plan.list.going')}</StatusTag> : <StatusTag tone="warn">{t('plan.list.unreleased')}</StatusTag>
}

/** The words on a plan. */
export function AboutPlan({ initial, submit, cancel }: { initial?: About; submit: (x: About) => Promise<unknown>; cancel: () => void }) {
  const t = usePlanTexts()
  return (
    <EntityForm<About> initial={initial ?? { name: '', note: '' }} cancel={cancel} submit={submit}>
      <Form.Item name="name" label={t('plan.field.name')} rules={[{ required: true, message: t('plan.missing', { label: t('plan.field.name') }) }]}><Input maxLength={120} /></Form.Item>
      <Form.Item name="note" label={t('plan.field.note')}><Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} /></Form.Item>
    </EntityForm>
  )
}
