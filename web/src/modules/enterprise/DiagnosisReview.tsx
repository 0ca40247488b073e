import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, EntityForm, ifMatch, problemText, read, StatusTag, useChange, useText } from '../../kernel'
import { diagnosisKey, sheetKey, type Sheet, type Verdict } from './diagnosis'
import { Choice } from './DiagnosisQuestion'
import { blank, type Answer } from './saver'
import type { Question } from './questions'
import { useEnterpriseTexts } from './texts'

interface OfVerdict { sheet: Sheet; question: Question; verdict: Verdict | undefined }

/** Saves what the expert says to an answer. */
function useVerdict({ sheet: s, question: q, verdict: v }: OfVerdict, after?: () => void) {
  return useChange({
    run: (body: { kind: 'confirmed' | 'changed'; answer?: Answer; reason?: string }) =>
      read(api.PUT('/api/enterprise/diagnosis/sheets/{id}/verdicts/{question}', { params: { path: { id: s.id, question: q.code }, header: ifMatch(v?.version ?? 0) }, body })),
    refresh: [sheetKey(s.id)], ...(after ? { after, quiet: true } : {}),
  })
}

/** Confirms an answer. */
export function Confirmed(of: OfVerdict) {
  const t = useEnterpriseTexts()
  const text = useText()
  const confirm = useVerdict(of)
  return <Button size="small" disabled={of.verdict?.kind === 'confirmed'} loading={confirm.isPending} onClick={() => confirm.mutate({ kind: 'confirmed' })} aria-label={`${t('diagnosis.confirm')} · ${text(of.question.title)}`}>{t('diagnosis.confirm')}</Button>
}

/** Changes an answer, with a reason. */
export function ChangeAnswer({ close, ...of }: OfVerdict & { close: () => void }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const own = of.sheet.answers.find((a) => a.question === of.question.code)?.answer
  const [answer, choose] = useState<Answer | undefined>(of.verdict?.kind === 'changed' ? of.verdict.answer : own)
  const change = useVerdict(of, close)
  return (
    <Modal open onCancel={close} title={t('diagnosis.changeTitle', { question: text(of.question.title) })} footer={null}>
      <EntityForm<{ reason: string }> name="verdict" initial={{ reason: of.verdict?.reason ?? '' }} submit={(v) => change.mutateAsync({ kind: 'changed', reason: v.reason, ...(blank(answer) ? {} : { answer: answer! }) })} submitLabel={t('diagnosis.change')} cancel={close}>
        <fieldset className="lh-fieldset"><legend>{t('diagnosis.expertAnswer')}</legend><Choice question={of.question} answer={answer} set={choose} disabled={false} /></fieldset>
        <Form.Item name="reason" label={t('diagnosis.reason')} rules={[{ required: true, whitespace: true, message: t('diagnosis.reasonNeeded') }]}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
      </EntityForm>
    </Modal>
  )
}

/** Makes the review final. */
export function GiveReview({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const count = (kind: Verdict['kind']) => s.verdicts.filter((v) => v.kind === kind).length
  const give = useChange({
    run: (v: { note?: string }) => read(api.POST('/api/enterprise/diagnosis/sheets/{id}/review/submission', { params: { path: { id: s.id }, header: ifMatch(s.review?.version ?? 0) }, body: { note: v.note ?? '' } })),
    refresh: [diagnosisKey], done: t('diagnosis.given'), quiet: true,
  })
  return (
    <Card size="small" title={t('diagnosis.give')}>
      <EntityForm<{ note?: string }> name="give" submit={(v) => give.mutateAsync(v)} submitLabel={t('diagnosis.give')} wide>
        <p>{t('diagnosis.giveNote', { confirmed: count('confirmed'), changed: count('changed') })}</p>
        <Form.Item name="note" label={t('diagnosis.note_')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
      </EntityForm>
    </Card>
  )
}

/** What the bureau does about a review: assigns an expert, or takes it back. */
export function ReviewActions({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const [asked, ask] = useState(false)
  const release = useChange({ run: () => read(api.DELETE('/api/enterprise/diagnosis/sheets/{id}/review', { params: { path: { id: s.id } } })), refresh: [diagnosisKey], done: t('diagnosis.released'), quiet: true })
  return (
    <>
      {s.review?.state === 'assigned' && <StatusTag tone="info">{t('diagnosis.reviewing', { name: s.review.name })}</StatusTag>}
      {s.acts.includes('release') && <Confirm title={t('diagnosis.release')} note={t('diagnosis.releaseNote')} label={t('diagnosis.release')} run={() => release.mutateAsync()} />}
      {s.acts.includes('assign') && <Button type="primary" onClick={() => ask(true)}>{t('diagnosis.assign')}</Button>}
      {asked && <Assign sheet={s} close={() => ask(false)} />}
    </>
  )
}

function Assign({ sheet: s, close }: { sheet: Sheet; close: () => void }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const [name, find] = useState('')
  const [person, choose] = useState<string>()
  const experts = useQuery({ queryKey: [...sheetKey(s.id), 'experts', name], queryFn: () => read(api.GET('/api/enterprise/diagnosis/sheets/{id}/experts', { params: { path: { id: s.id }, query: { name } } })) })
  const assign = useChange({ run: (id: string) => read(api.POST('/api/enterprise/diagnosis/sheets/{id}/review', { params: { path: { id: s.id } }, body: { person_id: id } })), refresh: [diagnosisKey], done: t('diagnosis.assigned'), after: close, quiet: true })
  const problem = experts.error ?? assign.error
  return (
    <Modal open title={t('diagnosis.assign')} onCancel={close} okText={t('diagnosis.assign')} okButtonProps={{ disabled: person === undefined }} confirmLoading={assign.isPending} onOk={() => person !== undefined && assign.mutate(person)}>
      <p className="lh-note">{t('diagnosis.assignNote')}</p>
      <Select
        aria-label={t('diagnosis.reviewer')} placeholder={t('diagnosis.findExpert')} style={{ width: '100%' }} value={person} onChange={choose} showSearch={{ filterOption: false, onSearch: find }} loading={experts.isFetching}
        options={(experts.data?.items ?? []).map((x) => ({ value: x.person_id, disabled: x.partial, label: `${x.name} · ${text(x.organisation)}${x.partial ? ` · ${t('diagnosis.partial')}` : ''}` }))}
      />
      {problem && <Alert type="error" showIcon title={problemText(problem)} />}
    </Modal>
  )
}
