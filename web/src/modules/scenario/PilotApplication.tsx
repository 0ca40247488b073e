import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, Confirm, CopyBlock, EntityForm, Failure, ifMatch, Loading, PageHeader, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useText } from '../../kernel'
import { AttachButton, Files } from './PilotAttach'
import { Judge, ReviewersOf } from './PilotJudge'
import { applicationTone, pilotKey, useApplication, type Application, type EvidenceFile } from './pilots'
import { useScenarioTexts } from './texts'
import './pilot.css'

/** One application: what is applied with, what the city found, and what came of it. */
export default function PilotApplication() {
  const { id = '' } = useParams()
  const t = useScenarioTexts()
  const application = useApplication(id)
  if (application.error) return <><PageHeader title={t('pilot.application')} /><Failure problem={application.error} retry={() => void application.refetch()} /></>
  return application.data ? <Page application={application.data} /> : <Loading />
}

function Page({ application: a }: { application: Application }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const can = (act: string) => a.acts.includes(act)
  return (
    <div className="lh-stack">
      <PageHeader
        title={a.project || t('pilot.application')} note={<><Link to={`/scenario/pilots/calls/${a.call_id}`}>{text(a.call.title)}</Link> · {text(a.organisation)} · {t('pilot.closes')} {f.time(a.call.closes_at)}</>}
        marks={<><StatusTag tone={applicationTone[a.state]}>{t(`pilot.states.${a.state}`)}</StatusTag>{a.synthetic && <SyntheticMark />}</>} actions={<Actions application={a} />}
      />
      {a.state === 'draft' && !a.accepts && <Alert type="warning" showIcon title={t('pilot.tooLate')} />}
      {a.state === 'returned' && <Alert type="warning" showIcon title={t('pilot.returnedFor', { reason: a.reason, time: f.time(a.supplement_until) })} />}
      {a.state === 'ineligible' && <Alert type="error" showIcon title={t('pilot.ineligibleFor', { reason: a.reason })} />}
      {a.state === 'selected' && <Alert type="success" showIcon title={t('pilot.selectedFor')} description={a.reason} />}
      {a.state === 'not_selected' && <Alert type="info" showIcon title={t('pilot.notSelectedFor')} description={a.reason} />}
      {can('supplement') && <Card size="small" title={t('pilot.supplement')}><Supplement application={a} /></Card>}
      {can('judge') && <Card size="small" title={t('pilot.judge')}><Judge application={a} key={a.version} /></Card>}
      {a.commitment && <Commitment application={a} />}
      <Card size="small" title={t('pilot.answers')}>{can('save') ? <AnswersForm application={a} /> : <Answers application={a} />}</Card>
      {a.supplement && <Card size="small" title={t('pilot.added')}><p className="lh-pilot-text">{a.supplement}</p><Files files={a.files.filter((x) => x.part === 'supplement')} /></Card>}
      {a.said.length > 0 && <Card size="small" title={t('pilot.said')}><Said application={a} /></Card>}
      {a.side === 'city' && a.call.state !== 'open' && <ReviewersOf application={a} />}
    </div>
  )
}

function Commitment({ application: a }: { application: Application }) {
  const t = useScenarioTexts()
  return (
    <Card size="small" title={t('pilot.commitment')}>
      <CopyBlock text={a.commitment} label={t('pilot.commitment')} />
      <p className="lh-note">{t('pilot.receiptNote')}</p>
      <Button size="small" icon={<DownloadOutlined />} href={`/api/scenario/pilot/applications/${a.id}/submission`}>{t('pilot.receipt')}</Button>
    </Card>
  )
}

function Answers({ application: a }: { application: Application }) {
  const text = useText()
  const f = useFormat()
  const files = new Map(a.files.map((x) => [x.id, x]))
  return (
    <>
      <p className="lh-note">{f.list(a.fields)}</p>
      {a.answers.map((x) => (
        <section key={x.code} className="lh-pilot-answer">
          <h3 className="lh-section-head">{text(a.call.criteria.find((c) => c.code === x.code)?.title ?? { zh: x.code, en: x.code })}</h3>
          <p className="lh-pilot-text">{x.text}</p>
          <Files files={x.files.flatMap((id) => files.get(id) ?? [])} />
        </section>
      ))}
    </>
  )
}

function Said({ application: a }: { application: Application }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  return (
    <PlainTable<Application['said'][number]>
      label={t('pilot.said')} rowKey="code" dataSource={a.said}
      columns={[
        { key: 'title', title: t('pilot.criterion'), render: (_, x) => <span className="lh-two"><strong>{text(a.call.criteria.find((c) => c.code === x.code)?.title ?? { zh: x.code, en: x.code })}</strong><ul className="lh-pilot-files">{x.reasons.map((r, i) => <li key={i} className="lh-pilot-text">{r}</li>)}</ul></span> },
        { key: 'mean', title: t('pilot.mean'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.mean, 2)}</span> },
      ]}
    />
  )
}

interface Values { project: string; fields: string[]; answers: { code: string; text: string; files: string[] }[] }

/** The form of an application: saved as a draft as often as one likes, then submitted. */
function AnswersForm({ application: a }: { application: Application }) {
  const t = useScenarioTexts()
  const text = useText()
  const [form] = Form.useForm<Values>()
  const [files, setFiles] = useState(() => new Map(a.files.map((x) => [x.id, x])))
  const given = new Map(a.answers.map((x) => [x.code, x]))
  const initial: Values = { project: a.project, fields: a.fields, answers: a.call.criteria.map((c) => given.get(c.code) ?? { code: c.code, text: '', files: [] }) }
  const params = { path: { id: a.id }, header: ifMatch(a.version) }
  const body = () => {
    const v = form.getFieldsValue(true) as Values
    return { project: v.project ?? '', fields: v.fields ?? [], answers: v.answers.map((x) => ({ code: x.code, text: x.text ?? '', files: x.files ?? [] })) }
  }
  const submit = useChange({ run: () => read(api.POST('/api/scenario/pilot/applications/{id}/submission', { params, body: body() })), refresh: [pilotKey], done: t('pilot.submitted'), quiet: true })
  const save = useChange({ run: () => read(api.PUT('/api/scenario/pilot/applications/{id}', { params, body: body() })), refresh: [pilotKey], done: t('pilot.saved') })
  const keep = (x: EvidenceFile) => setFiles((old) => new Map(old).set(x.id, x))
  const need = (label: string) => [{ required: true, message: t('pilot.missing', { label }) }]
  return (
    <EntityForm<Values> form={form} name="pilotapplication" initial={initial} wide submit={() => submit.mutateAsync()} submitLabel={t('pilot.submit')} extra={<Button onClick={() => save.mutate()} loading={save.isPending}>{t('pilot.save')}</Button>}>
      <Alert type="info" showIcon title={t('pilot.draftNote')} description={a.call.blind ? t('pilot.blindNote') : undefined} className="lh-form-problem" />
      <Form.Item name="project" label={t('pilot.project')} rules={need(t('pilot.project'))}><Input maxLength={200} /></Form.Item>
      <Form.Item name="fields" label={t('pilot.fields')} rules={need(t('pilot.fields'))}><Select mode="multiple" options={a.call.fields.map((v) => ({ value: v, label: v }))} /></Form.Item>
      {a.call.criteria.map((c, i) => (
        <section key={c.code} className="lh-pilot-answer">
          <h3 className="lh-section-head">{text(c.title)}</h3>
          <Form.Item name={['answers', i, 'text']} label={t('pilot.statement')} rules={need(t('pilot.statement'))}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 12 }} /></Form.Item>
          <Form.Item name={['answers', i, 'files']} label={t('pilot.files')}><Attach application={a.id} files={files} keep={keep} /></Form.Item>
        </section>
      ))}
    </EntityForm>
  )
}

interface AttachProps { application: string; files: Map<string, EvidenceFile>; keep: (x: EvidenceFile) => void; value?: string[]; onChange?: (ids: string[]) => void; id?: string }

function Attach({ application, files, keep, value = [], onChange, id }: AttachProps) {
  return (
    <div id={id}>
      <Files files={value.flatMap((x) => files.get(x) ?? [])} remove={(x) => onChange?.(value.filter((y) => y !== x))} />
      <AttachButton application={application} part="answer" took={(x) => { keep(x); onChange?.([...value, x.id]) }} />
    </div>
  )
}

/** Hands in what the city asked for; it stands beside what was sealed. */
function Supplement({ application: a }: { application: Application }) {
  const t = useScenarioTexts()
  const [files, setFiles] = useState(a.files.filter((x) => x.part === 'supplement'))
  const save = useChange({ run: (v: { text: string }) => read(api.POST('/api/scenario/pilot/applications/{id}/supplement', { params: { path: { id: a.id }, header: ifMatch(a.version) }, body: { text: v.text ?? '' } })), refresh: [pilotKey], done: t('pilot.supplemented'), quiet: true })
  return (
    <EntityForm<{ text: string }> name="supplement" submit={(v) => save.mutateAsync(v)} submitLabel={t('pilot.supplementSubmit')} wide>
      <Form.Item name="text" label={t('pilot.supplement')} rules={[{ required: true, message: t('pilot.missing', { label: t('pilot.supplement') }) }]}><Input.TextArea maxLength={20000} autoSize={{ minRows: 3 }} /></Form.Item>
      <Form.Item label={t('pilot.supplementFiles')}><Files files={files} /><AttachButton application={a.id} part="supplement" took={(x) => setFiles((old) => [...old, x])} /></Form.Item>
    </EntityForm>
  )
}

function Actions({ application: a }: { application: Application }) {
  const t = useScenarioTexts()
  const params = { path: { id: a.id }, header: ifMatch(a.version) }
  const recall = useChange({ run: () => read(api.DELETE('/api/scenario/pilot/applications/{id}/submission', { params })), refresh: [pilotKey], done: t('pilot.recalled'), quiet: true })
  const withdraw = useChange({ run: () => read(api.POST('/api/scenario/pilot/applications/{id}/withdrawal', { params })), refresh: [pilotKey], done: t('pilot.withdrawn'), quiet: true })
  return (
    <>
      {a.acts.includes('recall') && <Confirm title={t('pilot.recallTitle')} note={t('pilot.recallNote')} label={t('pilot.recall')} run={() => recall.mutateAsync()} danger={false} />}
      {a.acts.includes('withdraw') && <Confirm title={t('pilot.withdrawTitle')} note={t('pilot.withdrawNote')} label={t('pilot.withdraw')} run={() => withdraw.mutateAsync()} />}
    </>
  )
}
