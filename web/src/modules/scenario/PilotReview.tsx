import { PaperClipOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Form, Input, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { api, EntityForm, Failure, ifMatch, Loading, PageHeader, read, StatusTag, useChange, useFormat, useText } from '../../kernel'
import { pilotKey, reviewTone, useReview, type Review } from './pilots'
import { useScenarioTexts } from './texts'
import './pilot.css'

/** One's own review of an application, which in a blind call has a pseudonym only. */
export default function PilotReview() {
  const { id = '' } = useParams()
  const t = useScenarioTexts()
  const review = useReview(id)
  if (review.error) return <><PageHeader title={t('pilot.reviews')} /><Failure problem={review.error} retry={() => void review.refetch()} /></>
  return review.data ? <Page review={review.data} /> : <Loading />
}

function Page({ review: r }: { review: Review }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const marks = new Map(r.marks.map((x) => [x.code, x]))
  return (
    <div className="lh-stack">
      <PageHeader title={`${r.alias} · ${r.project}`} note={<>{text(r.call)} · {f.list(r.fields)}{r.organisation && <> · {text(r.organisation)}</>}</>} marks={<><StatusTag tone={reviewTone[r.state]}>{t(`pilot.reviewStates.${r.state}`)}</StatusTag>{r.blind && <StatusTag tone="info">{t('pilot.blind')}</StatusTag>}</>} />
      <Card size="small" title={t('pilot.answers')}>
        {r.answers.map((x) => (
          <section key={x.code} className="lh-pilot-answer">
            <h3 className="lh-section-head">{text(r.criteria.find((c) => c.code === x.code)?.title ?? { zh: x.code, en: x.code })}</h3>
            <p className="lh-pilot-text">{x.text}</p>
            <ShownFiles review={r} files={x.files} />
            {!r.open && marks.has(x.code) && <p className="lh-note">{f.number(marks.get(x.code)!.points)} · {marks.get(x.code)!.reason}</p>}
          </section>
        ))}
        {r.supplement && <section className="lh-pilot-answer"><h3 className="lh-section-head">{t('pilot.added')}</h3><p className="lh-pilot-text">{r.supplement}</p><ShownFiles review={r} files={r.files} /></section>}
      </Card>
      {r.open && <Card size="small" title={t('pilot.reviews')}><ReviewForm review={r} /></Card>}
    </div>
  )
}

function ShownFiles({ review: r, files }: { review: Review; files: Review['files'] }) {
  return <ul className="lh-pilot-files">{files.map((x) => <li key={x.n}><a href={`/api/scenario/pilot/reviewing/file?review=${r.id}&n=${x.n}`} download><PaperClipOutlined /> {x.name}</a></li>)}</ul>
}

interface Values { marks: Review['marks']; note: string }

function ReviewForm({ review: r }: { review: Review }) {
  const t = useScenarioTexts()
  const text = useText()
  const [form] = Form.useForm<Values>()
  const [recusing, recuse] = useState(false)
  const given = new Map(r.marks.map((x) => [x.code, x]))
  const initial = { marks: r.criteria.map((c) => given.get(c.code) ?? { code: c.code, reason: '' }), note: r.note } as Values
  const params = { path: { id: r.id }, header: ifMatch(r.version) }
  // Points that were not given are left out: the server then says that they are missing.
  const body = () => {
    const v = form.getFieldsValue(true) as Values
    return { marks: v.marks.filter((x) => typeof x.points === 'number').map((x) => ({ code: x.code, points: x.points, reason: x.reason ?? '' })), note: v.note ?? '' }
  }
  const submit = useChange({ run: () => read(api.POST('/api/scenario/pilot/reviews/{id}/submission', { params, body: body() })), refresh: [pilotKey], done: t('pilot.reviewSubmitted'), quiet: true })
  const save = useChange({ run: () => read(api.PUT('/api/scenario/pilot/reviews/{id}', { params, body: body() })), refresh: [pilotKey], done: t('pilot.saved') })
  const leave = useChange({ run: (v: { reason: string }) => read(api.POST('/api/scenario/pilot/reviews/{id}/recusal', { params, body: { reason: v.reason ?? '' } })), refresh: [pilotKey], done: t('pilot.recused'), after: () => recuse(false), quiet: true })
  const need = (label: string) => [{ required: true, message: t('pilot.missing', { label }) }]
  return (
    <>
      <EntityForm<Values> form={form} name="pilotreview" initial={initial} wide submit={() => submit.mutateAsync()} submitLabel={t('pilot.submitReview')} extra={<><Button onClick={() => save.mutate()} loading={save.isPending}>{t('pilot.save')}</Button><Button onClick={() => recuse(true)}>{t('pilot.recuse')}</Button></>}>
        <Alert type="info" showIcon title={t('pilot.reviewNote')} className="lh-form-problem" />
        {r.criteria.map((c, i) => (
          <section key={c.code} className="lh-pilot-answer">
            <h3 className="lh-section-head">{text(c.title)}</h3>
            <Form.Item name={['marks', i, 'points']} label={t('pilot.points', { max: c.max })} rules={need(t('pilot.points', { max: c.max }))}><InputNumber min={0} max={c.max} /></Form.Item>
            <Form.Item name={['marks', i, 'reason']} label={t('pilot.why')} rules={need(t('pilot.why'))}><Input.TextArea maxLength={2000} autoSize={{ minRows: 1, maxRows: 8 }} /></Form.Item>
          </section>
        ))}
        <Form.Item name="note" label={t('pilot.whole')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 1, maxRows: 8 }} /></Form.Item>
      </EntityForm>
      <Modal open={recusing} onCancel={() => recuse(false)} title={t('pilot.recuse')} footer={null} destroyOnHidden>
        <EntityForm<{ reason: string }> name="pilotrecuse" submit={(v) => leave.mutateAsync(v)} submitLabel={t('pilot.recuse')} cancel={() => recuse(false)}>
          <p className="lh-note">{t('pilot.recuseNote')}</p>
          <Form.Item name="reason" label={t('pilot.conflictOf')} rules={need(t('pilot.conflictOf'))}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}
