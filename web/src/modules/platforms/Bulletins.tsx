import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Drawer, Form, Input, InputNumber, Progress, Segmented, Select, Switch } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, DataTable, EmptyState, EntityForm, ifMatch, Loading, PageHeader, read, StatusTag, SyntheticMark, useChange, useFormat, useLive, useMay, useText, type Column } from '../../kernel'
import { bulletinsKey, bulletinTone, lastQuarters, useBulletinPlans, type Bulletin, type BulletinPlan } from './bulletins'
import { roomKey } from './data'
import { lastMonths } from './matrix'
import { usePlatformTexts } from './texts'

/** Monitoring reports of months and quarters: every version, and what is being made. */
export default function Bulletins() {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()('platforms.publish')
  const [making, make] = useState(false)
  const [planning, plan] = useState(false)
  useLive('platforms.bulletins', bulletinsKey)
  const columns: Column<Bulletin>[] = [
    { key: 'about', title: t('bulletin.about'), sort: 'platform', render: (b) => <span className="lh-two"><span><Link to={`/platforms/reports/${b.id}`}>{b.platform_id ? text(b.platform) : t('bulletin.city')}</Link> {b.synthetic && <SyntheticMark />}</span><span>{t(`bulletin.kinds.${b.kind}`)}{b.number > 1 && ` · ${t('bulletin.version')} ${b.number}`}</span></span> },
    { key: 'period', title: t('field.period'), sort: 'period', render: (b) => <span className="lh-number">{b.period}</span> },
    { key: 'number', title: t('bulletin.version'), sort: 'number', align: 'right', from: 'md', render: (b) => <span className="lh-number">{b.number || ''}</span> },
    { key: 'state', title: t('bulletin.state'), sort: 'state', render: (b) => <State bulletin={b} /> },
    { key: 'changes', title: t('bulletin.changes'), align: 'right', from: 'lg', render: (b) => <span className="lh-number">{b.number > 1 ? f.number(b.changes) : ''}</span> },
    { key: 'made', title: t('bulletin.made'), sort: 'made_at', from: 'md', render: (b) => <span className="lh-number">{f.time(b.made_at)}</span> },
    { key: 'by', title: t('bulletin.by'), from: 'xl', render: (b) => b.by || t('bulletin.itself') },
  ]
  const kinds = (['month', 'quarter'] as const).map((k) => ({ value: k, label: t(`bulletin.kinds.${k}`) }))
  const states = (['making', 'failed', 'draft', 'released'] as const).map((k) => ({ value: k, label: t(`bulletin.states.${k}`) }))
  return (
    <div className="lh-stack">
      <PageHeader title={t('bulletin.title')} note={t(may ? 'bulletin.note' : 'bulletin.noteOwn')} actions={may && <><Button onClick={() => plan(true)}>{t('bulletin.plan')}</Button><Button type="primary" onClick={() => make(true)}>{t('bulletin.make')}</Button></>} />
      <Card size="small">
        <DataTable<Bulletin>
          url="/api/platforms/bulletin/reports" queryKey={bulletinsKey} label={t('bulletin.title')} rowKey={(b) => b.id} columns={columns} exports search={t('bulletin.search')}
          filters={[{ name: 'kind', label: t('bulletin.kind'), options: kinds }, { name: 'state', label: t('bulletin.state'), options: states }]}
          empty={<EmptyState title={t('bulletin.none')} note={t(may ? 'bulletin.noneHow' : 'bulletin.noneNote')} />}
        />
      </Card>
      <Make open={making} close={() => make(false)} />
      <Drawer open={planning} onClose={() => plan(false)} size={480} title={t('bulletin.plan')} destroyOnHidden><Plans /></Drawer>
    </div>
  )
}

/** Where a report is; while it is made, how far, and how to stop it. */
export function State({ bulletin: b }: { bulletin: Bulletin }) {
  const t = usePlatformTexts()
  const may = useMay()('platforms.publish')
  const cancel = useChange({ run: () => read(api.POST('/api/platforms/bulletin/reports/{id}/cancel', { params: { path: { id: b.id } } })), refresh: [bulletinsKey], done: t('bulletin.cancelled'), quiet: true })
  const why = b.problem === 'platforms.bulletin.same' ? 'same' : b.problem === 'platforms.bulletin.cancelled' ? 'cancelled' : 'other'
  return (
    <span className="lh-two">
      <StatusTag tone={bulletinTone[b.state]}>{t(`bulletin.states.${b.state}`)}</StatusTag>
      <span>
        {b.state === 'failed' && t(`bulletin.because.${why}`)}
        {b.state === 'making' && <Progress percent={Math.round(b.progress * 100)} size="small" status="active" aria-label={t('bulletin.progress')} style={{ maxWidth: 160, margin: 0 }} />}
        {b.state === 'making' && may && <Confirm title={t('bulletin.cancelTitle')} label={t('bulletin.cancel')} button={{ size: 'small' }} run={() => cancel.mutateAsync()} />}
      </span>
    </span>
  )
}

interface Asked { kind: 'month' | 'quarter'; period: string; platform?: string; reason?: string }

function Make({ open, close }: { open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const [q, search] = useState('')
  const [kind, choose] = useState<Asked['kind']>('month')
  const found = useQuery({ queryKey: [...roomKey, 'choice', q], enabled: open, queryFn: () => read(api.GET('/api/platforms', { params: { query: { q, limit: 50, sort: 'name' } } })) })
  const ask = useChange({ run: (body: Asked) => read(api.POST('/api/platforms/bulletin/reports', { body })), refresh: [bulletinsKey], done: t('bulletin.asked'), after: close, quiet: true })
  const periods = kind === 'month' ? lastMonths(36) : lastQuarters(12)
  return (
    <Drawer open={open} onClose={close} size={480} title={t('bulletin.make')} destroyOnHidden>
      <Segmented block value={kind} onChange={choose} options={(['month', 'quarter'] as const).map((k) => ({ value: k, label: t(`bulletin.kinds.${k}`) }))} className="lh-list-bar" />
      <EntityForm<Asked> key={kind} name="bulletin" initial={{ period: periods[0]! }} submit={(v) => ask.mutateAsync({ ...v, kind })} submitLabel={t('bulletin.make')} cancel={close}>
        <Form.Item name="period" label={t('field.period')}><Select options={periods.map((p) => ({ value: p, label: p }))} /></Form.Item>
        <Form.Item name="platform" label={t('page.title')} extra={t('bulletin.platformNote')}>
          <Select allowClear showSearch={{ filterOption: false, onSearch: search }} placeholder={t('bulletin.city')} options={(found.data?.items ?? []).map((p) => ({ value: p.id, label: text(p.name) }))} />
        </Form.Item>
        <Form.Item name="reason" label={t('field.reason')} extra={t('bulletin.reasonNote')}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} /></Form.Item>
        <Alert type="info" showIcon title={t('bulletin.draftNote')} className="lh-form-problem" />
      </EntityForm>
    </Drawer>
  )
}

function Plans() {
  const t = usePlatformTexts()
  const { data } = useBulletinPlans(true)
  if (!data) return <Loading />
  return <div className="lh-stack"><p className="lh-muted">{t('bulletin.planNote')}</p>{data.items.map((p) => <Plan key={`${p.kind} ${p.version}`} plan={p} />)}</div>
}

function Plan({ plan }: { plan: BulletinPlan }) {
  const t = usePlatformTexts()
  type Values = Pick<BulletinPlan, 'enabled' | 'days' | 'platforms'>
  const save = useChange({ run: (body: Values) => read(api.PUT('/api/platforms/bulletin/plans/{id}', { params: { path: { id: plan.kind }, header: ifMatch(plan.version) }, body })), refresh: [bulletinsKey], done: t('bulletin.planned'), quiet: true })
  return (
    <Card size="small" title={t(`bulletin.kinds.${plan.kind}`)}>
      <EntityForm<Values> name={`plan-${plan.kind}`} initial={{ enabled: plan.enabled, days: plan.days, platforms: plan.platforms }} submit={(v) => save.mutateAsync(v)} submitLabel={t('bulletin.save')}>
        <Form.Item name="enabled" label={t('bulletin.enabled')} valuePropName="checked"><Switch /></Form.Item>
        <Form.Item name="days" label={t('bulletin.days')} extra={t('bulletin.daysNote')}><InputNumber min={1} max={60} precision={0} /></Form.Item>
        <Form.Item name="platforms" label={t('bulletin.each')} valuePropName="checked"><Switch /></Form.Item>
      </EntityForm>
    </Card>
  )
}
