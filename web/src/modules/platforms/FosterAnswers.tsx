import { PaperClipOutlined } from '@ant-design/icons'
import { Alert, Button, Form, Input, InputNumber } from 'antd'
import { useState } from 'react'
import { api, EntityForm, ifMatch, read, UploadButton, useChange, useFormat, useText } from '../../kernel'
import { fosterKey, type Application, type Criterion, type EvidenceFile } from './fostering'
import { usePlatformTexts } from './texts'

type Answer = Application['answers'][number]

/** Links to files of evidence. */
function Files({ files, remove }: { files: EvidenceFile[]; remove?: (id: string) => void }) {
  const t = usePlatformTexts()
  return (
    <ul className="lh-foster-files">
      {files.map((x) => (
        <li key={x.id}>
          <a href={`/api/platforms/foster/files/${x.id}`} download title={`SHA-256 ${x.sha256}`}><PaperClipOutlined /> {x.name}</a>
          {remove && <Button type="text" size="small" onClick={() => remove(x.id)} aria-label={t('foster.detach', { name: x.name })}>{t('page.remove')}</Button>}
        </li>
      ))}
    </ul>
  )
}

/** What an applicant answered, by criterion. */
export function Answers({ application: a }: { application: Application }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const files = new Map(a.files.map((x) => [x.id, x]))
  const said = new Map(a.answers.map((x) => [x.code, x]))
  return (
    <>
      {a.call.criteria.map((c) => {
        const answer = said.get(c.code)
        return (
          <section key={c.code} className="lh-foster-answer">
            <Head criterion={c} />
            <p className="lh-note">{t('foster.selfPoints', { points: f.number(answer?.points ?? 0), max: f.number(c.max) })}</p>
            <p className="lh-foster-text">{answer?.text}</p>
            <Files files={(answer?.files ?? []).flatMap((id) => files.get(id) ?? [])} />
          </section>
        )
      })}
    </>
  )
}

/** A criterion at the head of an answer or of points for it. */
export function Head({ criterion: c }: { criterion: Criterion }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  return (
    <>
      <h3 className="lh-section-head">{text(c.title)}</h3>
      <p className="lh-note">{t('foster.evidence')}{t('foster.colon')}{text(c.evidence)}{c.min > 0 && ` · ${t('foster.minOf', { min: f.number(c.min) })}`}</p>
    </>
  )
}

interface Values { answers: Answer[] }

/** The form of an application: saved as a draft as often as one likes, then submitted. */
export function AnswersForm({ application: a }: { application: Application }) {
  const t = usePlatformTexts()
  const [form] = Form.useForm<Values>()
  const [files, setFiles] = useState(() => new Map(a.files.map((x) => [x.id, x])))
  const given = new Map(a.answers.map((x) => [x.code, x]))
  const initial: Values = { answers: a.call.criteria.map((c) => given.get(c.code) ?? { code: c.code, points: 0, text: '', files: [] }) }
  const params = { path: { id: a.id }, header: ifMatch(a.version) }
  const body = () => ({ answers: (form.getFieldsValue(true) as Values).answers.map((x) => ({ code: x.code, points: x.points ?? 0, text: x.text ?? '', files: x.files ?? [] })) })
  const submit = useChange({ run: () => read(api.POST('/api/platforms/foster/applications/{id}/submission', { params, body: body() })), refresh: [fosterKey], done: t('foster.submittedDone'), quiet: true })
  const save = useChange({ run: () => read(api.PUT('/api/platforms/foster/applications/{id}', { params, body: body() })), refresh: [fosterKey], done: t('foster.savedDraft') })
  const keep = (x: EvidenceFile) => setFiles((old) => new Map(old).set(x.id, x))
  return (
    <EntityForm<Values>
      form={form} name="answers" initial={initial} wide submit={() => submit.mutateAsync()} submitLabel={t('foster.submit')}
      extra={<Button onClick={() => save.mutate()} loading={save.isPending}>{t('foster.saveDraft')}</Button>}
    >
      <Alert type="info" showIcon title={t('foster.answersNote')} className="lh-form-problem" />
      {a.call.criteria.map((c, i) => (
        <section key={c.code} className="lh-foster-answer">
          <Head criterion={c} />
          <Form.Item name={['answers', i, 'points']} label={t('foster.selfPointsOf', { max: c.max })}><InputNumber min={0} max={c.max} /></Form.Item>
          <Form.Item name={['answers', i, 'text']} label={t('foster.statement')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 12 }} /></Form.Item>
          <Form.Item name={['answers', i, 'files']} label={t('foster.files')}><Attach application={a.id} files={files} keep={keep} /></Form.Item>
        </section>
      ))}
    </EntityForm>
  )
}

interface AttachProps { application: string; files: Map<string, EvidenceFile>; keep: (x: EvidenceFile) => void; value?: string[]; onChange?: (ids: string[]) => void; id?: string }

/** Uploads files of evidence one by one. */
function Attach({ application, files, keep, value = [], onChange, id }: AttachProps) {
  const t = usePlatformTexts()
  const took = (sent: EvidenceFile) => { keep(sent); onChange?.([...value, sent.id]) }
  return (
    <div id={id}>
      <Files files={value.flatMap((x) => files.get(x) ?? [])} remove={(x) => onChange?.(value.filter((y) => y !== x))} />
      <UploadButton<EvidenceFile> label={t('foster.attach')} to={`/api/platforms/foster/applications/${application}/files`} took={took} />
    </div>
  )
}
