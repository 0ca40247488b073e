import { Alert, Button, Checkbox, InputNumber, Radio } from 'antd'
import { useState } from 'react'
import { api, problemText, read, StatusTag, useChange, useFormat, useText } from '../../kernel'
import type { EvidenceFile, Sheet } from './diagnosis'
import { Attach, Files, useAnswerText } from './DiagnosisParts'
import { blank, type Answer, type Answered, type Open } from './saver'
import { needsEvidence, ticked, type Question } from './questions'
import { useEnterpriseTexts } from './texts'

interface Props {
  sheet: Sheet
  question: Question
  answer: Answer | undefined
  open: Open | undefined
  known: Answered | undefined
  files: EvidenceFile[]
  disabled: boolean
  set: (a: Answer) => void
  again: () => void
  leave: () => void
  /** Reads the sheet again. */
  refresh: () => void
}

/** One question: its options, who answered, its evidence, and what became of saving. */
export function QuestionField({ sheet, question: q, answer, open, known, files, disabled, set, again, leave, refresh }: Props) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/enterprise/diagnosis/evidence/{id}', { params: { path: { id } } })), after: refresh })
  const needs = needsEvidence(q, answer)
  return (
    <fieldset className="lh-diagnosis-question" disabled={disabled}>
      <legend>{text(q.title)}{q.starred && <abbr title={t('diagnosis.star')}> ★</abbr>}</legend>
      <Choice question={q} answer={answer} set={set} disabled={disabled} />
      <div className="lh-diagnosis-under">
        {q.computed && <span className="lh-note">{t('diagnosis.computed')}</span>}
        {known && !open && <span className="lh-note">{t('diagnosis.answeredBy', { name: known.name, time: f.time(known.at) })}</span>}
        {!blank(answer) && !disabled && <Button type="link" size="small" onClick={() => set({})} aria-label={`${t('diagnosis.clear')} · ${text(q.title)}`}>{t('diagnosis.clear')}</Button>}
      </div>
      <Trouble question={q} open={open} known={known} again={again} leave={leave} refresh={refresh} />
      {needs && files.length === 0 && <StatusTag tone="warn">{t('diagnosis.evidenceNeeded')}</StatusTag>}
      <Files files={files} {...(disabled ? {} : { remove: (id: string) => remove.mutate(id) })} />
      {!disabled && q.evidence !== 'none' && q.kind !== 'number' && !blank(answer) && <Attach sheet={sheet.id} question={q.code} took={refresh} />}
    </fieldset>
  )
}

/** Radio buttons, boxes or a number. */
export function Choice({ question: q, answer, set, disabled }: { question: Question; answer: Answer | undefined; set: (a: Answer) => void; disabled: boolean }) {
  const text = useText()
  const label = text(q.title)
  const options = q.options.map((o) => ({ value: o.code, label: text(o.title) }))
  const chosen = answer?.options ?? []
  if (q.kind === 'number') return <Figure question={q} answer={answer} set={set} disabled={disabled} />
  if (q.kind === 'single') {
    return <Radio.Group className="lh-diagnosis-options" aria-label={label} name={q.code} disabled={disabled} value={chosen[0] ?? null} onChange={(e) => set({ options: [e.target.value as string] })} options={options} />
  }
  return <Checkbox.Group className="lh-diagnosis-options" aria-label={label} disabled={disabled} value={chosen} onChange={(v) => set({ options: ticked(q, chosen, v) })} options={options} />
}

/** A raw figure; it is saved when one leaves the field. */
function Figure({ question: q, answer, set, disabled }: { question: Question; answer: Answer | undefined; set: (a: Answer) => void; disabled: boolean }) {
  const text = useText()
  const [typed, type] = useState<number | null>()
  const value = typed === undefined ? (answer?.number ?? null) : typed
  const save = () => {
    if (typed === undefined) return
    if (typed !== (answer?.number ?? null)) set(typed === null ? {} : { number: typed })
    type(undefined)
  }
  return <InputNumber className="lh-diagnosis-number" aria-label={text(q.title)} suffix={text(q.unit)} min={0} max={q.max} {...(q.whole ? { precision: 0 } : {})} value={value} onChange={(v) => type(v)} onBlur={save} onPressEnter={save} disabled={disabled} />
}

/** What could not be saved, and what to do about it. */
function Trouble({ question: q, open, known, again, leave, refresh }: { question: Question; open: Open | undefined; known: Answered | undefined; again: () => void; leave: () => void; refresh: () => void }) {
  const t = useEnterpriseTexts()
  const words = useAnswerText()
  if (!open || open.state === 'saving') return null
  if (open.state === 'failed') return <Alert type="error" showIcon title={t('diagnosis.failed', { why: problemText(open.problem) })} action={<Button size="small" onClick={again}>{t('diagnosis.again')}</Button>} />
  return (
    <Alert
      type="warning" showIcon title={t('diagnosis.stale', { by: known?.name ?? '', answer: words(q, known?.answer) })}
      action={<div className="lh-bar"><Button size="small" onClick={again}>{t('diagnosis.keepMine')}</Button><Button size="small" onClick={() => { leave(); refresh() }}>{t('diagnosis.takeTheirs')}</Button></div>}
    />
  )
}
