import { Button, Card, DatePicker, Form, Input, Modal, Select, Tag } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, EmptyState, EntityForm, PlainTable, read, useFormat, useLanguage, useText, type Schema } from '../../kernel'
import { useAct, useIncidentTexts, type Detail } from './incidentData'

type Report = Schema<'IncidentReport'>

/** What was reported upward, and what the next report says. */
export function Reports({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const [recording, setRecording] = useState(false)
  const names = (ids: string[]) => f.list(ids.map((id) => text(i.facts.find((x) => x.item === id)?.name ?? { zh: id, en: id })))
  return (
    <div className="lh-stack">
      <div className="lh-actions">
        {(i.acts.includes('report') || i.acts.includes('pass_on')) && <Button type="primary" onClick={() => setRecording(true)}>{t('incident.reports.record')}</Button>}{' '}
        <Drafts incident={i} />
      </div>
      <PlainTable<Report>
        scroll={{ x: '100%' }} label={t('incident.tabs.reports')} rowKey={(r) => r.id} dataSource={i.reports} locale={{ emptyText: <EmptyState title={t('incident.reports.none')} note={t('incident.reports.noneNote')} /> }}
        expandable={{ expandedRowRender: (r) => <div className="lh-stack"><span className="lh-comment-text">{r.text}</span><span className="lh-muted">{r.missing.length > 0 ? t('incident.reports.missing', { list: names(r.missing) }) : t('incident.reports.complete')}</span></div> }}
        columns={[
          { title: t('incident.reports.stage'), width: 110, render: (_, r) => <span className="lh-two lh-wrap"><span>{r.number}. {t(`incident.stages.${r.stage}`)}</span><span>{t(r.obligation === 'incident.pass_on' ? 'incident.reports.passOn' : 'incident.reports.own')}</span></span> },
          { title: t('incident.reports.authority'), render: (_, r) => <span className="lh-two lh-wrap"><span>{r.authority}</span><span>{r.channel} · {r.reporter}{r.receipt ? ` · ${r.receipt}` : ''}</span></span> },
          { title: t('incident.reports.sentAt'), responsive: ['sm'], render: (_, r) => <span className="lh-two"><span className="lh-number">{f.time(r.sent_at)}</span><span>{t('incident.reports.by', { name: r.by })}</span></span> },
        ]}
      />
      <Facts key={i.version} incident={i} />
      <Modal open={recording} title={t('incident.reports.record')} footer={null} onCancel={() => setRecording(false)} destroyOnHidden width={680}><Record incident={i} close={() => setRecording(false)} /></Modal>
    </div>
  )
}

/** Drafts that are made from what is known, to print. */
function Drafts({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const language = useLanguage()
  return <>{(['first', 'follow_up', 'final'] as const).map((stage) => <Button key={stage} href={`/api/security/incidents/${i.id}/paper?${new URLSearchParams({ stage, language })}`}>{t('incident.reports.draft')} {t(`incident.stages.${stage}`)}</Button>)}</>
}

/** What a report says, item by item. */
function Facts({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const text = useText()
  const act = useAct(i, t('incident.saved'))
  const may = i.side !== 'guest' && (i.acts.includes('report') || i.acts.includes('correct'))
  return (
    <Card size="small" title={t('incident.reports.facts')} extra={<span className="lh-muted">{t('incident.reports.factsNote')}</span>}>
      <EntityForm<Record<string, string>> wide name="facts" initial={Object.fromEntries(i.facts.map((x) => [x.item, x.text]))} submitLabel={t('incident.reports.save')} submit={(v) => act.mutateAsync({ path: '/facts', method: 'PUT', body: { facts: i.facts.map((x) => ({ item: x.item, text: v[x.item] ?? '' })) } })}>
        {i.facts.map((x) => <Form.Item key={x.item} name={x.item} label={<>{text(x.name)} {x.first && <Tag color="blue">{t('incident.reports.first')}</Tag>}</>}><Input.TextArea disabled={!may} maxLength={4000} autoSize={{ minRows: 1, maxRows: 8 }} /></Form.Item>)}
      </EntityForm>
    </Card>
  )
}

interface Sent {
  stage: Report['stage']
  authority: string
  channel: string
  reporter: string
  sent_at: Dayjs
  receipt?: string
  text: string
}

/** Records a report that somebody made. */
function Record({ incident: i, close }: { incident: Detail; close: () => void }) {
  const t = useIncidentTexts()
  const language = useLanguage()
  const act = useAct(i, t('incident.saved'), close)
  const [form] = Form.useForm<Sent>()
  const need = (label: string) => [{ required: true, whitespace: true, message: t('incident.missing', { label }) }]
  const stages: Report['stage'][] = i.upward === '' || i.side === 'city' ? ['first', 'follow_up', 'final', 'accepted'] : i.upward === 'final' ? ['accepted', 'follow_up'] : ['follow_up', 'final']
  const take = async () => {
    const stage = form.getFieldValue('stage') as string
    const query = { stage: stage === 'accepted' ? 'final' : stage, format: 'txt', language }
    const draft = await read(api.GET('/api/security/incidents/{id}/paper', { params: { path: { id: i.id }, query: query as never }, parseAs: 'text' }))
    form.setFieldValue('text', draft)
  }
  return (
    <EntityForm<Sent> form={form} initial={{ stage: stages[0]!, sent_at: dayjs() }} submitLabel={t('incident.reports.record')} cancel={close} submit={(v) => act.mutateAsync({ path: '/reports', body: { ...v, receipt: v.receipt ?? '', text: v.text ?? '', sent_at: v.sent_at.toISOString() } })}>
      <div className="lh-pair">
        <Form.Item name="stage" label={t('incident.reports.stage')}><Select options={stages.map((s) => ({ value: s, label: t(`incident.stages.${s}`) }))} /></Form.Item>
        <Form.Item name="sent_at" label={t('incident.reports.sentAt')}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="authority" label={t('incident.reports.authority')} rules={need(t('incident.reports.authority'))}><Input maxLength={200} /></Form.Item>
        <Form.Item name="channel" label={t('incident.reports.channel')} rules={need(t('incident.reports.channel'))}><Input maxLength={200} /></Form.Item>
        <Form.Item name="reporter" label={t('incident.reports.reporter')} rules={need(t('incident.reports.reporter'))}><Input maxLength={80} /></Form.Item>
        <Form.Item name="receipt" label={t('incident.reports.receipt')}><Input maxLength={500} /></Form.Item>
      </div>
      <Form.Item name="text" label={t('incident.reports.text')} extra={<Button size="small" type="link" onClick={() => void take()}>{t('incident.reports.copy')}</Button>} rules={need(t('incident.reports.text'))}><Input.TextArea maxLength={20000} autoSize={{ minRows: 4, maxRows: 14 }} /></Form.Item>
    </EntityForm>
  )
}
