import { useQueryClient } from '@tanstack/react-query'
import { Button, Card, DatePicker, Form, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, EntityForm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, UploadButton, useChange, useFormat, useMay, useSession, useText } from '../../kernel'
import { leadsKey, stageTone, useLead, type LeadDetail, type LeadStep } from './attraction'
import { EditLead } from './AttractionForm'
import { usePlaces } from './diagnosis'
import { useEnterpriseTexts } from './texts'
import './enterprise.css'

type Act = 'visit' | 'commit' | 'land' | 'lose' | 'reopen'

/** One company to attract: what is known, what became of it, and what may be done now. */
export default function AttractionLead() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const places = usePlaces()
  const { id = '' } = useParams()
  const { data: l, error, refetch } = useLead(id)
  const [act, ask] = useState<Act | 'edit' | null>(null)
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!l) return <Loading />
  const close = () => ask(null)
  const items = [
    { key: 'origin', label: t('attraction.field.origin'), children: l.origin },
    { key: 'industry', label: t('attraction.field.industry'), children: places.title('industries', l.industry) },
    { key: 'gap', label: t('attraction.field.gap'), children: <span className="lh-wrap">{[l.chain, l.gap].filter(Boolean).join(' · ') || none}</span> },
    { key: 'source', label: t('attraction.field.source'), children: t(`attraction.sources.${l.source}`) },
    { key: 'investment', label: t('attraction.field.investment'), children: l.investment ? f.number(l.investment, 0) : none },
    { key: 'owner', label: t('attraction.field.owner'), children: <span className="lh-bar">{l.owner_name}<Take lead={l} /></span> },
    { key: 'next', label: t('attraction.field.next'), children: l.next_on || none },
    ...(l.reason ? [{ key: 'reason', label: t('attraction.field.reason'), children: <span className="lh-wrap">{l.reason}</span> }] : []),
    ...(l.entry_id ? [{ key: 'entry', label: t('attraction.field.entry'), children: <Link to={`/enterprise/entries/${l.entry_id}`} className="lh-code">{l.code}</Link> }, { key: 'landed', label: t('attraction.field.landed'), children: l.landed_on }] : []),
    { key: 'evidence', label: t('attraction.field.evidence'), children: <Evidence lead={l} /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(l.name)} marks={<><StatusTag tone={stageTone[l.stage]}>{t(`attraction.stages.${l.stage}`)}</StatusTag>{l.synthetic && <SyntheticMark />}</>}
        actions={
          <>
            {may('enterprise.lead.follow') && <Button onClick={() => ask('edit')}>{t('attraction.edit')}</Button>}
            {(l.acts as Act[]).map((a) => <Button key={a} type={a === 'lose' ? 'default' : 'primary'} danger={a === 'lose'} onClick={() => ask(a)}>{t(`attraction.acts.${a}`)}</Button>)}
          </>
        }
      />
      <Card size="small"><Particulars items={items} /></Card>
      <Card size="small" title={t('attraction.history')}>
        <PlainTable<LeadStep>
          label={t('attraction.history')} rowKey="number" dataSource={l.steps} pagination={l.steps.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('attraction.day'), render: (_, s) => <span className="lh-number">{s.day || f.date(s.at)}</span> },
            { title: t('attraction.field.stage'), render: (_, s) => t(`attraction.kinds.${s.kind}`) },
            { title: t('attraction.what'), render: (_, s) => <span className="lh-wrap">{s.note || none}</span> },
            { title: t('history.by'), responsive: ['sm'], render: (_, s) => s.name },
          ]}
        />
      </Card>
      {act === 'edit' && <Modal open onCancel={close} title={t('attraction.edit')} footer={null}><EditLead lead={l} close={close} /></Modal>}
      {act && act !== 'edit' && <Doing lead={l} act={act} close={close} />}
    </div>
  )
}

function Take({ lead: l }: { lead: LeadDetail }) {
  const t = useEnterpriseTexts()
  const may = useMay()
  const session = useSession()
  const take = useChange({
    run: () => read(api.PUT('/api/enterprise/leads/{id}', { params: { path: { id: l.id }, header: ifMatch(l.version) }, body: { name: l.name, origin: l.origin, industry: l.industry, chain: l.chain, gap: l.gap, source: l.source, investment: l.investment, next_on: l.next_on, take: true } })),
    refresh: [leadsKey], done: t('attraction.saved'),
  })
  if (!may('enterprise.lead.follow') || session.person.id === l.owner_id) return null
  return <Button size="small" loading={take.isPending} onClick={() => take.mutate()}>{t('attraction.take')}</Button>
}

function Evidence({ lead: l }: { lead: LeadDetail }) {
  const t = useEnterpriseTexts()
  const may = useMay()
  const queries = useQueryClient()
  return (
    <>
      <ul className="lh-enterprise-files">{l.files.map((x) => <li key={x.id}><a href={`/api/enterprise/leads/evidence/${x.id}`} className="lh-wrap">{x.name}</a></li>)}</ul>
      {may('enterprise.lead.follow') && <UploadButton to={`/api/enterprise/leads/${l.id}/evidence`} label={t('attraction.attach')} took={() => queries.invalidateQueries({ queryKey: leadsKey })} />}
    </>
  )
}

interface Values { day?: Dayjs; note: string; next_on?: Dayjs | null; code?: string }

/** Notes what became of a lead. */
function Doing({ lead: l, act, close }: { lead: LeadDetail; act: Act; close: () => void }) {
  const t = useEnterpriseTexts()
  const need = (label: string) => [{ required: true, message: t('attraction.missing', { label }) }]
  const step = useChange({
    run: (v: Values) => read(api.POST('/api/enterprise/leads/{id}/steps', {
      params: { path: { id: l.id }, header: ifMatch(l.version) },
      body: { act, note: v.note, ...(v.day ? { day: v.day.format('YYYY-MM-DD') } : {}), ...(v.next_on ? { next_on: v.next_on.format('YYYY-MM-DD') } : {}), ...(v.code ? { code: v.code } : {}) },
    })),
    refresh: [leadsKey], done: t('attraction.done'), quiet: true, after: close,
  })
  const dated = act !== 'lose' && act !== 'reopen'
  return (
    <Modal open onCancel={close} title={t(`attraction.acts.${act}`)} footer={null}>
      <EntityForm<Values> name="step" submit={(v) => step.mutateAsync(v)} submitLabel={t(`attraction.acts.${act}`)} cancel={close}>
        {act === 'land' && l.files.length === 0 && <p className="lh-note">{t('attraction.needFile')}</p>}
        {dated && <Form.Item name="day" label={t('attraction.day')} rules={need(t('attraction.day'))}><DatePicker /></Form.Item>}
        {act === 'land' && <Form.Item name="code" label={t('attraction.code')} rules={need(t('attraction.code'))}><Input maxLength={18} className="lh-code" /></Form.Item>}
        <Form.Item name="note" label={t(act === 'lose' ? 'attraction.why' : 'attraction.what')} rules={need(t(act === 'lose' ? 'attraction.why' : 'attraction.what'))}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
        {act !== 'land' && act !== 'lose' && <Form.Item name="next_on" label={t('attraction.field.next')}><DatePicker /></Form.Item>}
      </EntityForm>
    </Modal>
  )
}
