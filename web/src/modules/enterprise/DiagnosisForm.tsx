import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Modal, Progress, Radio, Select } from 'antd'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { api, Confirm, ifMatch, PageHeader, problemText, read, StatusTag, useChange, useMay, useText } from '../../kernel'
import { diagnosisKey, sheetKey, type Sheet } from './diagnosis'
import { Marks } from './DiagnosisParts'
import { QuestionField } from './DiagnosisQuestion'
import { Saver } from './saver'
import { progress, questionsOf, type Page } from './questions'
import { useEnterpriseTexts } from './texts'

/** A saver that knows the answers of a draft, and those that others give meanwhile. */
function useSaver(s: Sheet) {
  const [saver] = useState(() => new Saver(
    (question, answer, version) => read(api.PUT('/api/enterprise/diagnosis/sheets/{id}/answers/{question}', { params: { path: { id: s.id, question }, header: ifMatch(version) }, body: { answer } })),
    s.answers,
  ))
  useEffect(() => saver.adopt(s.answers), [saver, s.answers])
  const kept = useSyncExternalStore(saver.subscribe, saver.snapshot)
  useEffect(() => {
    if (kept.open.size === 0) return undefined
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [kept.open.size])
  return { saver, kept }
}

/** A questionnaire, one part at a time; every answer is saved by itself. */
export function Form({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const queries = useQueryClient()
  const { saver, kept } = useSaver(s)
  const [params, setParams] = useSearchParams()
  const top = useRef<HTMLDivElement>(null)
  const pages = s.questionnaire.pages
  const at = Math.max(0, pages.findIndex((p) => p.code === params.get('part')))
  const page = pages[at]!
  const answer = (code: string) => kept.open.get(code)?.answer ?? kept.known.get(code)?.answer
  const files = (code: string) => s.evidence.filter((f) => f.question === code)
  const done = (list: typeof pages) => progress(list.flatMap(questionsOf), answer, (code) => files(code).length)
  const all = done(pages)
  const again = () => void queries.invalidateQueries({ queryKey: sheetKey(s.id) })
  const go = (n: number) => {
    setParams({ part: pages[n]!.code }, { replace: true })
    top.current?.focus()
    top.current?.scrollIntoView({ block: 'start' })
  }
  const lacking = pages.findIndex((p) => { const x = done([p]); return x.answered < x.of || x.evidence > 0 })
  const label = (p: Page) => { const x = done([p]); return `${text(p.title)} ${x.of > 0 ? `${x.answered}/${x.of}` : ''}` }
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(s.name)} note={text(s.questionnaire.title)} marks={<StatusTag tone="idle">{t('diagnosis.states.draft')}</StatusTag>}
        actions={<>{s.acts.includes('discard') && <Discard sheet={s} />}<Submit sheet={s} lacks={{ answers: all.of - all.answered, evidence: all.evidence }} open={kept.open.size} show={() => lacking >= 0 && go(lacking)} /></>}
      />
      <Card size="small" className="lh-diagnosis-progress">
        <Progress percent={all.of === 0 ? 0 : Math.floor((100 * all.answered) / all.of)} aria-label={t('diagnosis.progress', { answered: all.answered, of: all.of })} />
        <div className="lh-bar">
          <span>{t('diagnosis.progress', { answered: all.answered, of: all.of })}{all.evidence > 0 && ` · ${t('diagnosis.evidenceLacks', { count: all.evidence })}`}</span>
          <span role="status" className="lh-note"><SaveState open={[...kept.open.values()]} /></span>
        </div>
        <Marks template={s.questionnaire} />
      </Card>
      <div className="lh-diagnosis-form" ref={top} tabIndex={-1}>
        <nav aria-label={t('diagnosis.pages')} className="lh-diagnosis-pages">
          {pages.map((p, n) => <Button key={p.code} type={n === at ? 'primary' : 'text'} aria-current={n === at ? 'step' : undefined} onClick={() => go(n)} block>{label(p)}</Button>)}
        </nav>
        <div className="lh-diagnosis-choice"><Select aria-label={t('diagnosis.pages')} value={at} onChange={go} options={pages.map((p, n) => ({ value: n, label: label(p) }))} /></div>
        <Card size="small" title={text(page.title)}>
          {page.groups.map((g) => (
            <section key={g.code} aria-label={text(g.title)} className="lh-diagnosis-group">
              <h2 className="lh-section-head">{text(g.title)}</h2>
              {g.questions.map((q) => (
                <QuestionField
                  key={q.code} sheet={s} question={q} answer={answer(q.code)} open={kept.open.get(q.code)} known={kept.known.get(q.code)} files={files(q.code)} disabled={!s.acts.includes('answer')}
                  set={(a) => saver.set(q.code, a)} again={() => saver.again(q.code)} leave={() => saver.leave(q.code)} refresh={again}
                />
              ))}
            </section>
          ))}
          <div className="lh-bar">
            <Button disabled={at === 0} onClick={() => go(at - 1)}>{t('diagnosis.previous')}</Button>
            <Button type="primary" disabled={at === pages.length - 1} onClick={() => go(at + 1)}>{t('diagnosis.next')}</Button>
          </div>
        </Card>
      </div>
    </div>
  )
}

/** Whether everything is saved. */
function SaveState({ open }: { open: { state: string }[] }) {
  const t = useEnterpriseTexts()
  const stuck = open.filter((x) => x.state !== 'saving').length
  if (stuck > 0) return <>{t('diagnosis.unsaved', { count: stuck })}</>
  return <>{t(open.length > 0 ? 'diagnosis.saving' : 'diagnosis.allSaved')}</>
}

function Discard({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const discard = useChange({
    run: () => read(api.DELETE('/api/enterprise/diagnosis/sheets/{id}', { params: { path: { id: s.id } } })), done: t('diagnosis.discarded'), quiet: true,
    after: () => void go('/enterprise/diagnosis'), refresh: [[...diagnosisKey, 'list'], [...diagnosisKey, 'of']],
  })
  return <Confirm title={t('diagnosis.discard')} note={t('diagnosis.discardNote')} label={t('diagnosis.discard')} run={() => discard.mutateAsync()} />
}

interface SubmitProps { sheet: Sheet; lacks: { answers: number; evidence: number }; open: number; show: () => void }

/** Submits a draft, once nothing is lacking, with what the bureau may see. */
function Submit({ sheet: s, lacks, open, show }: SubmitProps) {
  const t = useEnterpriseTexts()
  const may = useMay()
  const [asked, ask] = useState(false)
  const [share, choose] = useState<'result' | 'answers'>('result')
  const submit = useChange({
    run: () => read(api.POST('/api/enterprise/diagnosis/sheets/{id}/submission', { params: { path: { id: s.id } }, body: { share } })),
    refresh: [diagnosisKey], done: t('diagnosis.submitted'), after: () => ask(false), quiet: true,
  })
  const complete = lacks.answers === 0 && lacks.evidence === 0
  if (!may('enterprise.diagnosis.submit')) return <span className="lh-note">{t('diagnosis.submitOnly')}</span>
  return (
    <>
      <Button type="primary" onClick={() => ask(true)}>{t('diagnosis.submit')}</Button>
      <Modal
        open={asked} title={t('diagnosis.submitTitle')} onCancel={() => ask(false)} okText={t('diagnosis.submit')} destroyOnHidden confirmLoading={submit.isPending}
        okButtonProps={{ disabled: !complete || open > 0 }} onOk={() => submit.mutate()}
      >
        {complete ? <p>{t('diagnosis.submitNote')}</p> : (
          <Alert type="warning" showIcon title={t('diagnosis.lacks', { answers: lacks.answers, evidence: lacks.evidence })} action={<Button size="small" onClick={() => { ask(false); show() }}>{t('diagnosis.goOn')}</Button>} />
        )}
        <fieldset className="lh-fieldset lh-diagnosis-share">
          <legend>{t('diagnosis.share')}</legend>
          <Radio.Group value={share} onChange={(e) => choose(e.target.value as 'result' | 'answers')} vertical options={[{ value: 'result', label: t('diagnosis.shareResult') }, { value: 'answers', label: t('diagnosis.shareAnswers') }]} />
        </fieldset>
        {submit.error && <p role="alert" className="lh-error">{problemText(submit.error)}</p>}
      </Modal>
    </>
  )
}
