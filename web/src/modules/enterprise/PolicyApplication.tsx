import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Checkbox, Form, Input } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, Confirm, EntityForm, Failure, ifMatch, LinkButton, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, UploadButton, useChange, useFormat, useText } from '../../kernel'
import { claimKey, policyKey, stageTone, type ClaimDetail, type Outcome } from './policies'
import { CityActions } from './PolicyDecision'
import { FindingTree, Lacks, OutcomeTag } from './PolicyParts'
import { useEnterpriseTexts } from './texts'
import './policy.css'

/** One application: filled in and submitted by the enterprise, reviewed and decided by the bureau. */
export default function PolicyApplication() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  const claim = useQuery({ queryKey: claimKey(id), queryFn: () => read(api.GET('/api/enterprise/policy-applications/{id}', { params: { path: { id } } })) })
  if (claim.error) return <><PageHeader title={t('policy.application.title')} /><Failure problem={claim.error} retry={() => void claim.refetch()} /></>
  return claim.data ? <Shown claim={claim.data} /> : <Loading />
}

function Shown({ claim: a }: { claim: ClaimDetail }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const withdraw = useChange({ run: () => read(api.POST('/api/enterprise/policy-applications/{id}/withdrawal', { params: { path: { id: a.id }, header: ifMatch(a.version) } })), refresh: [policyKey], quiet: true })
  const fills = a.acts.includes('fill')
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(a.policy)} note={<>{text(a.name)} · <Link to={`/enterprise/policies/${a.policy_id}`}>{t('policy.more')}</Link></>}
        marks={<><StatusTag tone={stageTone[a.state]}>{t(`policy.stages.${a.state}`)}</StatusTag>{a.synthetic && <SyntheticMark />}</>}
        actions={<>{a.acts.includes('withdraw') && <Confirm title={t('policy.application.withdraw')} note={t('policy.application.withdrawNote')} label={t('policy.application.withdraw')} run={() => withdraw.mutateAsync()} />}<CityActions claim={a} /></>}
      />
      {a.state === 'returned' && <Alert type="warning" showIcon title={a.supplement_until ? t('policy.application.supplement', { time: f.time(a.supplement_until) }) : ''} description={a.reason} />}
      {(a.state === 'granted' || a.state === 'rejected') && <Card size="small"><Particulars items={[
        { key: 'amount', label: t('policy.field.granted'), children: <span className="lh-number">{a.state === 'granted' ? f.number(a.amount) : none}</span> },
        { key: 'paid', label: t('policy.field.paid'), children: <span className="lh-number">{f.number(a.paid)}</span> },
        { key: 'announced', label: t('policy.field.announced'), children: a.announced_from ? `${a.announced_from} – ${a.announced_until}` : none },
        { key: 'reason', label: t('policy.application.reason'), children: a.reason || none },
      ]} /></Card>}
      {a.side === 'city' && a.advice && <Alert type="info" showIcon title={`${t('policy.application.advice')} · ${a.reviewer}`} description={a.advice} />}
      {a.result && <Card size="small" title={t('policy.conditions')} extra={<OutcomeTag outcome={a.result.outcome} />}><FindingTree finding={a.result.finding} /><Lacks lacks={a.result.lacks} /></Card>}
      <Card size="small" title={t(fills ? 'policy.application.profile' : 'policy.application.profileKept')} extra={fills && <LinkButton size="small" to={`/enterprise/entries/${a.entry_id}?edit`}>{t('policy.application.toProfile')}</LinkButton>}>
        {fills && <p className="lh-note">{t('policy.application.profileNote')}</p>}
        <Particulars items={a.profile.map((l) => ({ key: l.key, label: text(l.title), children: text(l.value) || none }))} />
        {a.submitted && !fills && <><p>{t('policy.application.outcome', { outcome: t(`policy.conditionOutcomes.${a.submitted.outcome as Outcome}`) })}</p><Lacks lacks={a.submitted.lacks} /></>}
      </Card>
      {fills ? <Fill claim={a} /> : <Answers claim={a} />}
      <Papers claim={a} fills={fills} />
      {a.acts.includes('submit') && <Submit claim={a} />}
      <Record claim={a} />
    </div>
  )
}

function Answers({ claim: a }: { claim: ClaimDetail }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const questions = a.of.questions ?? []
  if (questions.length === 0) return null
  return <Card size="small" title={t('policy.application.questions')}><Particulars items={questions.map((q) => ({ key: q.code, label: text(q.title), children: <span className="lh-policy-text">{a.answers.find((x) => x.code === q.code)?.text ?? none}</span> }))} /></Card>
}

function Fill({ claim: a }: { claim: ClaimDetail }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const questions = a.of.questions ?? []
  const save = useChange({
    run: (v: Record<string, string | undefined>) => read(api.PUT('/api/enterprise/policy-applications/{id}', { params: { path: { id: a.id }, header: ifMatch(a.version) }, body: { answers: questions.map((q) => ({ code: q.code, text: v[q.code] ?? '' })) } })),
    refresh: [policyKey], done: t('policy.application.saved'), quiet: true,
  })
  if (questions.length === 0) return null
  return (
    <Card size="small" title={t('policy.application.questions')}>
      <EntityForm<Record<string, string | undefined>> name="answers" initial={Object.fromEntries(a.answers.map((x) => [x.code, x.text]))} submit={(v) => save.mutateAsync(v)} submitLabel={t('policy.application.save')} wide>
        {questions.map((q) => (
          <Form.Item key={q.code} name={q.code} label={`${text(q.title)}${q.required ? ` · ${t('policy.application.needed')}` : ''}`}>
            {q.kind === 'text' ? <Input.TextArea maxLength={4000} autoSize={{ minRows: 1, maxRows: 8 }} /> : <Input type={q.kind === 'day' ? 'date' : 'text'} inputMode={q.kind === 'number' ? 'decimal' : 'text'} maxLength={100} />}
          </Form.Item>
        ))}
      </EntityForm>
    </Card>
  )
}

function Papers({ claim: a, fills }: { claim: ClaimDetail; fills: boolean }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/enterprise/policy-files/{id}', { params: { path: { id } } })), refresh: [policyKey] })
  const papers = a.of.papers ?? []
  if (papers.length === 0) return null
  return (
    <Card size="small" title={t('policy.application.papers')}>
      {papers.map((p) => (
        <section key={p.code} aria-label={text(p.title)}>
          <div className="lh-bar"><span>{text(p.title)}{p.required ? ` · ${t('policy.application.needed')}` : ''}</span>{fills && <Attach claim={a} paper={p.code} label={text(p.title)} />}</div>
          <ul className="lh-policy-files">
            {a.files.filter((x) => x.paper === p.code).map((x) => (
              <li key={x.id}><a href={`/api/enterprise/policy-files/${x.id}`} download={x.name}>{x.name}</a>{fills && <Button type="link" size="small" onClick={() => remove.mutate(x.id)}>{t('policy.application.removeFile', { name: x.name })}</Button>}</li>
            ))}
          </ul>
        </section>
      ))}
    </Card>
  )
}

function Attach({ claim: a, paper, label }: { claim: ClaimDetail; paper: string; label: string }) {
  const t = useEnterpriseTexts()
  const queries = useQueryClient()
  return <UploadButton to={`/api/enterprise/policy-applications/${a.id}/files`} query={{ paper }} label={t('policy.application.upload')} hint={`${t('policy.application.upload')} · ${label}`} took={() => queries.invalidateQueries({ queryKey: policyKey })} />
}

/** Confirms what the profile fills in, and submits. */
function Submit({ claim: a }: { claim: ClaimDetail }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const [confirmed, confirm] = useState(false)
  const submit = useChange({ run: () => read(api.POST('/api/enterprise/policy-applications/{id}/submission', { params: { path: { id: a.id }, header: ifMatch(a.version) }, body: { confirmed } })), refresh: [policyKey], done: t('policy.application.submitted') })
  const titles = [...(a.of.questions ?? []), ...(a.of.papers ?? [])]
  const lacking = a.lacking.map((code) => text(titles.find((x) => x.code === code)?.title) || code)
  return (
    <Card size="small" title={t('policy.application.submit')}>
      {lacking.length > 0 && <p>{t('policy.application.lacking', { what: f.list(lacking) })}</p>}
      {a.result?.outcome === 'unmet' && <Alert type="error" showIcon title={t('policy.application.notMet')} />}
      {a.result?.outcome === 'unknown' && <Alert type="warning" showIcon title={t('policy.application.unsure')} />}
      <p><Checkbox checked={confirmed} onChange={(e) => confirm(e.target.checked)}>{t('policy.application.confirm')}</Checkbox></p>
      <Button type="primary" disabled={!confirmed || lacking.length > 0 || a.result?.outcome === 'unmet'} loading={submit.isPending} onClick={() => submit.mutate()}>{t('policy.application.submit')}</Button>
    </Card>
  )
}

/** Payments, digest and what became of it. */
function Record({ claim: a }: { claim: ClaimDetail }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('policy.application.steps')}>
      {a.digest && <p className="lh-wrap">{t('policy.application.digest')}: <span className="lh-code lh-policy-digest">{a.digest}</span></p>}
      {a.payments.length > 0 && (
        <PlainTable
          label={t('policy.application.payments')} rowKey="id" dataSource={a.payments}
          columns={[{ title: t('policy.application.day'), dataIndex: 'day' }, { title: t('policy.application.voucher'), dataIndex: 'voucher' }, { title: t('policy.application.payAmount'), align: 'right', render: (_, y) => <span className="lh-number">{f.number(y.amount)}</span> }]}
        />
      )}
      <ul className="lh-policy-files">{a.steps.map((s) => <li key={s.number}><span className="lh-number">{f.time(s.at)}</span> · {t(`policy.application.kinds.${s.kind}`)} · {s.name}{s.note && <span className="lh-note"> · {s.note}</span>}</li>)}</ul>
    </Card>
  )
}
