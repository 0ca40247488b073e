import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Input, Segmented, Select } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, LinkButton, Loading, PageHeader, read, StatusTag, UploadButton, useChange, useFormat, useMay, useText, type Schema } from '../../kernel'
import { criterionTone, cultivationKey, provenTone, type Judged, type Ladder, type Proof } from './cultivation'
import { checkedTone } from './diagnosis'
import { outcomeTone } from './policies'
import { Lacks } from './PolicyParts'
import { useEnterpriseTexts } from './texts'
import './policy.css'

type View = Schema<'CultivationStandingView'>
interface Place { entry: string; ladder: string; year: number; rung: string; criterion: string }

/** What thresholds of a ladder rest on. */
export function Rests({ ladder: l }: { ladder: Pick<Ladder, 'checked' | 'source' | 'number'> }) {
  const t = useEnterpriseTexts()
  const text = useText()
  return <p className="lh-note"><StatusTag tone={checkedTone[l.checked]}>{t(`cultivation.checked.${l.checked}`)}</StatusTag> {text(l.source)}{l.number ? ` · ${l.number}` : ''}</p>
}

/** Where an enterprise stands, for the assessor of its evidence. */
export default function AssessedPage() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  return (
    <div className="lh-stack">
      <PageHeader title={t('cultivation.assessed')} note={t('cultivation.assessedNote')} />
      <Standing entry={id} />
    </div>
  )
}

/** Where an enterprise stands on each ladder in a year, with the evidence beside the criteria. entry: that of others, for the bureau. */
export function Standing({ entry }: { entry?: string }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const now = new Date().getFullYear()
  const [year, set] = useState(now)
  const standing = useQuery({ queryKey: [...cultivationKey, 'standing', entry, year], queryFn: () => read(api.GET('/api/enterprise/cultivation/standing', { params: { query: { year, ...(entry ? { entry } : {}) } } })) })
  if (standing.error) return <Failure problem={standing.error} retry={() => void standing.refetch()} />
  if (!standing.data) return <Loading />
  const v = standing.data
  if (!v.entry_id) return <Alert type="info" showIcon title={t('policy.noEnterprise')} description={t('cultivation.noEnterpriseNote')} action={<LinkButton size="small" to="/enterprise/mine">{t('policy.toMine')}</LinkButton>} />
  return (
    <div className="lh-stack">
      <div className="lh-bar">
        <strong>{text(v.name)}</strong>
        <Segmented aria-label={t('cultivation.year')} value={year} onChange={set} options={[now - 1, now].map((y) => ({ value: y, label: String(y) }))} />
        {!entry && <LinkButton size="small" to={`/enterprise/entries/${v.entry_id}?edit`}>{t('policy.fill')}</LinkButton>}
      </div>
      {v.items.map((s) => (
        <Card key={s.ladder} size="small" title={text(s.title)} extra={s.edition > 1 ? t('cultivation.editionNumber', { n: s.edition }) : undefined}>
          <Rests ladder={s} />
          <ol className="lh-policy-list">
            {s.steps.map((x) => (
              <li key={x.rung} className="lh-policy-fit">
                <header><StatusTag tone={outcomeTone[x.outcome]}>{t(`cultivation.outcomes.${x.outcome}`)}</StatusTag><strong>{text(x.title)}</strong>{x.holds && <StatusTag tone="good">{t('cultivation.holds')}</StatusTag>}</header>
                {x.lacks.length > 0 && <p>{t('cultivation.toRung')}</p>}
                <Lacks lacks={x.lacks} />
                <Evidence view={v} ladder={s.ladder} edition={s.edition} rung={x.rung} criteria={x.criteria} own={!entry} />
              </li>
            ))}
          </ol>
        </Card>
      ))}
    </div>
  )
}

interface EvidenceProps { view: View; ladder: string; edition: number; rung: string; criteria: Judged[]; own: boolean }

/** The criteria of a rung that take evidence, with what was given. */
function Evidence({ view, ladder, edition, rung, criteria, own }: EvidenceProps) {
  const t = useEnterpriseTexts()
  const text = useText()
  const may = useMay()
  const list = criteria.filter((c) => c.evidence !== 'none')
  const given = view.proofs.filter((p) => p.ladder === ladder && p.edition === edition && p.rung === rung)
  if (list.length === 0 || (!own && given.length === 0)) return null
  return (
    <details className="lh-ladder-evidence" open={given.length > 0 || list.some((c) => c.evidence === 'required')}>
      <summary>{t('cultivation.evidenceOf', { n: given.length })}</summary>
      <ul className="lh-policy-list">
        {list.map((c) => (
          <li key={c.code} className="lh-ladder-criterion">
            <header>
              <StatusTag tone={criterionTone[c.outcome]}>{t(`policy.conditionOutcomes.${c.outcome}`)}</StatusTag><span>{text(c.title)}</span>
              {c.evidence === 'required' && <StatusTag tone="warn">{t('cultivation.evidence.required')}</StatusTag>}
              {c.proven && <StatusTag tone={provenTone[c.proven]}>{t(`cultivation.proven.${c.proven}`)}</StatusTag>}
            </header>
            {text(c.asks) && <p className="lh-note">{text(c.asks)}</p>}
            <ul className="lh-policy-files">{given.filter((p) => p.criterion === c.code).map((p) => <Given key={p.id} proof={p} own={own} />)}</ul>
            {own && view.takes && may('enterprise.cultivation.prove') && <Give at={{ entry: view.entry_id, ladder, year: view.year, rung, criterion: c.code }} qualifications={view.qualifications} label={text(c.title)} />}
          </li>
        ))}
      </ul>
    </details>
  )
}

function Given({ proof: p, own }: { proof: Proof; own: boolean }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const may = useMay()
  const back = useChange({ run: () => read(api.DELETE('/api/enterprise/cultivation/proofs/{id}', { params: { path: { id: p.id } } })), refresh: [cultivationKey] })
  return (
    <li>
      <StatusTag tone={provenTone[p.state]}>{t(`cultivation.proven.${p.state}`)}</StatusTag>{' '}
      {p.qualification_id ? <span>{p.name}</span> : <a href={`/api/enterprise/cultivation/proofs/${p.id}/content`} className="lh-wrap">{p.name}</a>}
      <span className="lh-note"> · {p.by} · {f.time(p.at)}</span>
      {p.reason && <span className="lh-note"> · {t('cultivation.said', { by: p.judged_by, reason: p.reason })}</span>}
      {own && p.state === 'waiting' && may('enterprise.cultivation.prove') && <Button size="small" type="link" loading={back.isPending} onClick={() => back.mutate()}>{t('cultivation.takeBack')}</Button>}
      {!own && may('enterprise.cultivation.run') && <Verdict proof={p} />}
    </li>
  )
}

/** The assessor's word on one piece of evidence. */
function Verdict({ proof: p }: { proof: Proof }) {
  const t = useEnterpriseTexts()
  const [reason, set] = useState('')
  const judge = useChange({
    run: (accepted: boolean) => read(api.POST('/api/enterprise/cultivation/proofs/{id}/verdict', { params: { path: { id: p.id }, header: ifMatch(p.version) }, body: { accepted, ...(reason.trim() ? { reason } : {}) } })),
    refresh: [cultivationKey], done: t('cultivation.judged'), quiet: true, after: () => set(''),
  })
  const ask = (accepted: boolean) => (
    <Confirm
      title={t(accepted ? 'cultivation.accept' : 'cultivation.refuse')} note={<p>{p.name}</p>} label={t(accepted ? 'cultivation.accept' : 'cultivation.refuse')} danger={!accepted} disabled={!accepted && reason.trim() === ''}
      run={() => judge.mutateAsync(accepted)} button={{ size: 'small' }}
    >
      <Input.TextArea aria-label={t('cultivation.reason')} placeholder={t(accepted ? 'cultivation.reasonOptional' : 'cultivation.reason')} maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} value={reason} onChange={(e) => set(e.target.value)} />
    </Confirm>
  )
  return <span className="lh-bar lh-ladder-verdict">{p.state !== 'accepted' && ask(true)}{p.state !== 'refused' && ask(false)}</span>
}

/** Gives a file, or a qualification that the directory has. */
function Give({ at, qualifications, label }: { at: Place; qualifications: View['qualifications']; label: string }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const queries = useQueryClient()
  const took = () => queries.invalidateQueries({ queryKey: cultivationKey })
  const named = useChange({ run: (qualification: string) => read(api.POST('/api/enterprise/cultivation/proofs/qualification', { body: { ...at, qualification } })), refresh: [cultivationKey] })
  return (
    <div className="lh-bar">
      <UploadButton to="/api/enterprise/cultivation/proofs" query={{ ...at, year: String(at.year) }} label={t('cultivation.giveFile')} hint={`${t('cultivation.giveFile')} ${label}`} took={took} />
      {qualifications.length > 0 && (
        <Select size="small" aria-label={`${t('cultivation.giveQualification')} ${label}`} placeholder={t('cultivation.giveQualification')} value={null} disabled={named.isPending} popupMatchSelectWidth={false} className="lh-ladder-pick" onChange={(q: string | null) => { if (q) named.mutate(q) }} options={qualifications.map((q) => ({ value: q.id, label: text(q.title) }))} />
      )}
    </div>
  )
}
