import { Alert, Button, Card } from 'antd'
import { StatusTag, useFormat, useOpen, useText } from '../../kernel'
import type { Sheet, Verdict } from './diagnosis'
import { Files, useAnswerText } from './DiagnosisParts'
import { ChangeAnswer, Confirmed, GiveReview } from './DiagnosisReview'
import { blank } from './saver'
import type { Question } from './questions'
import { useEnterpriseTexts } from './texts'

/** What was answered, with evidence and what the expert says to it. */
export function Answers({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const [open, show] = useOpen()
  const reviews = s.acts.includes('review')
  const changing = s.questionnaire.pages.flatMap((p) => p.groups).flatMap((g) => g.questions).find((q) => reviews && q.code === open)
  if (s.side === 'city' && s.share !== 'answers') return <Alert type="info" showIcon title={t('diagnosis.notShared')} />
  return (
    <div className="lh-stack">
      {reviews && <Alert type="info" showIcon title={t('diagnosis.reviewNote')} />}
      {s.review?.state === 'given' && <Alert type="success" showIcon title={t('diagnosis.reviewedBy', { name: s.review.name, time: f.time(s.review.given_at) })} description={s.review.note} />}
      {s.questionnaire.pages.map((p) => (
        <Card key={p.code} size="small" title={text(p.title)}>
          {p.groups.map((g) => (
            <section key={g.code} aria-label={text(g.title)}>
              <h3 className="lh-section-head">{text(g.title)}</h3>
              {g.questions.map((q) => <Given key={q.code} sheet={s} question={q} verdict={s.verdicts.find((v) => v.question === q.code)} change={() => show(q.code)} />)}
            </section>
          ))}
        </Card>
      ))}
      {reviews && <GiveReview sheet={s} />}
      {changing && <ChangeAnswer key={changing.code} sheet={s} question={changing} verdict={s.verdicts.find((v) => v.question === changing.code)} close={() => show(null)} />}
    </div>
  )
}

/** One answer; the expert's stands beside the enterprise's own. */
function Given({ sheet: s, question: q, verdict: v, change }: { sheet: Sheet; question: Question; verdict: Verdict | undefined; change: () => void }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const words = useAnswerText()
  const f = useFormat()
  const answered = s.answers.find((a) => a.question === q.code)
  if (blank(answered?.answer) && q.kind === 'number') return null
  const finding = s.result.findings.find((x) => x.question === q.code && x.kind === 'differs')
  const title = text(q.title)
  return (
    <div className="lh-diagnosis-given" role="group" aria-label={title}>
      <div>
        <strong>{title}{q.starred && ' ★'}</strong>
        <p className="lh-wrap">{v?.kind === 'changed' && <span className="lh-note">{t('diagnosis.ownAnswer')}: </span>}{words(q, answered?.answer)}</p>
        {v?.kind === 'changed' && <p className="lh-wrap"><StatusTag tone="warn">{t('diagnosis.changed')}</StatusTag> <strong>{words(q, v.answer)}</strong><br /><span className="lh-note">{v.reason} · {v.name}</span></p>}
        {v?.kind === 'confirmed' && <p><StatusTag tone="good">{t('diagnosis.confirmed')}</StatusTag></p>}
        {finding && <p><StatusTag tone="bad">{t('diagnosis.findings')}: {text(q.options.find((o) => o.code === finding.computed)?.title)} ({f.number(finding.value ?? 0)} %)</StatusTag></p>}
        {answered && <p className="lh-note">{t('diagnosis.answeredBy', { name: answered.name, time: f.time(answered.at) })}</p>}
        <Files files={s.evidence.filter((x) => x.question === q.code)} />
      </div>
      {s.acts.includes('review') && (
        <div className="lh-bar">
          <Confirmed sheet={s} question={q} verdict={v} />
          <Button size="small" onClick={change} aria-label={`${t('diagnosis.change')} · ${title}`}>{t('diagnosis.change')}</Button>
        </div>
      )}
    </div>
  )
}
