import { Card, DatePicker, Form, Input, InputNumber, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useNavigate, useSearchParams } from 'react-router'
import { api, EntityForm, ifMatch, NameFields, PageHeader, read, useChange } from '../../kernel'
import { leadsKey, sources, type LeadDetail, type LeadInput } from './attraction'
import { usePlaces } from './diagnosis'
import { useEnterpriseTexts } from './texts'

type Values = Omit<LeadInput, 'next_on' | 'investment'> & { next_on?: Dayjs | null; investment?: number | null }

/** Adds a lead. */
export default function NewLead() {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const [params] = useSearchParams()
  const of = (name: string) => params.get(name) ?? ''
  // A gap of a chain leads here with who could fill it.
  const found: Partial<Values> | undefined = of('zh') || of('en') ? { name: { zh: of('zh'), en: of('en') }, chain: of('chain'), gap: of('gap'), source: 'analysis' } : undefined
  const add = useChange({ run: (body: LeadInput) => read(api.POST('/api/enterprise/leads', { body })), refresh: [leadsKey], quiet: true, after: (l) => void go(`/enterprise/attraction/${l.id}`) })
  return (
    <div className="lh-stack">
      <PageHeader title={t('attraction.add')} note={t('attraction.note')} />
      <Card size="small"><LeadForm {...(found ? { found } : {})} send={(body) => add.mutateAsync(body)} cancel={() => void go(-1)} /></Card>
    </div>
  )
}

/** Edits a lead. */
export function EditLead({ lead: l, close }: { lead: LeadDetail; close: () => void }) {
  const t = useEnterpriseTexts()
  const edit = useChange({ run: (body: LeadInput) => read(api.PUT('/api/enterprise/leads/{id}', { params: { path: { id: l.id }, header: ifMatch(l.version) }, body })), refresh: [leadsKey], done: t('attraction.saved'), quiet: true, after: close })
  return <LeadForm lead={l} send={(body) => edit.mutateAsync(body)} cancel={close} />
}

function LeadForm({ lead: l, found, send, cancel }: { lead?: LeadDetail; found?: Partial<Values>; send: (body: LeadInput) => Promise<unknown>; cancel: () => void }) {
  const t = useEnterpriseTexts()
  const places = usePlaces()
  const need = (label: string) => [{ required: true, message: t('attraction.missing', { label }) }]
  const initial: Partial<Values> = l ? { name: l.name, origin: l.origin, industry: l.industry, chain: l.chain, gap: l.gap, source: l.source, investment: l.investment || null, next_on: l.next_on ? dayjs(l.next_on) : null } : found ?? { source: 'city' }
  const submit = ({ next_on, investment, ...v }: Values) => send({ ...v, name: { zh: v.name.zh ?? '', en: v.name.en ?? '' }, ...(next_on ? { next_on: next_on.format('YYYY-MM-DD') } : {}), ...(investment ? { investment } : {}) })
  return (
    <EntityForm<Values> name="lead" initial={initial} submit={submit} submitLabel={t('attraction.save')} cancel={cancel}>
      <NameFields name="name" label={t('attraction.field.company')} required />
      <Form.Item name="origin" label={t('attraction.field.origin')} rules={need(t('attraction.field.origin'))}><Input maxLength={100} /></Form.Item>
      <Form.Item name="industry" label={t('attraction.field.industry')} rules={need(t('attraction.field.industry'))}><Select showSearch={{ optionFilterProp: 'label' }} options={places.options('industries')} /></Form.Item>
      <div className="lh-pair">
        <Form.Item name="chain" label={t('attraction.field.chain')}><Input maxLength={100} /></Form.Item>
        <Form.Item name="gap" label={t('attraction.field.gap')}><Input maxLength={100} /></Form.Item>
      </div>
      <Form.Item name="source" label={t('attraction.field.source')}><Select options={sources.map((s) => ({ value: s, label: t(`attraction.sources.${s}`) }))} /></Form.Item>
      <div className="lh-pair">
        <Form.Item name="investment" label={t('attraction.field.investment')}><InputNumber min={0} max={1e9} /></Form.Item>
        <Form.Item name="next_on" label={t('attraction.field.next')}><DatePicker /></Form.Item>
      </div>
    </EntityForm>
  )
}
