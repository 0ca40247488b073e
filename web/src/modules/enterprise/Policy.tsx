import { useQuery } from '@tanstack/react-query'
import { App, Button, Card, Input } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, Figure, Figures, ifMatch, LinkButton, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText } from '../../kernel'
import { useOwnEnterprises, usePlaces } from './diagnosis'
import { policyKey, policyTone, useFields, usePolicy, type Policy } from './policies'
import { FindingTree, Lacks, OutcomeTag } from './PolicyParts'
import { useEnterpriseTexts } from './texts'
import './policy.css'

/** One policy: what it says, whom it fits, applying. */
export default function PolicyPage() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  const policy = usePolicy(id)
  if (policy.error) return <><PageHeader title={t('policy.title')} /><Failure problem={policy.error} retry={() => void policy.refetch()} /></>
  return policy.data ? <Shown policy={policy.data} /> : <Loading />
}

function Shown({ policy: p }: { policy: Policy }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const places = usePlaces()
  const line = (key: string, label: string, value: React.ReactNode) => ({ key, label, children: value || none })
  const items = [
    line('number', t('policy.field.number'), p.number), line('issuer', t('policy.field.issuer'), text(p.issuer)),
    line('level', t('policy.field.level'), `${t(`policy.levels.${p.level}`)}${p.district ? ` · ${places.title('districts', p.district)}` : ''}`), line('kind', t('policy.field.kind'), t(`policy.kinds.${p.kind}`)),
    line('effective', t('policy.field.effective'), `${p.effective_from} – ${p.effective_until ?? ''}`), line('benefit', t('policy.field.benefit'), text(p.benefit)),
    line('amount', t('policy.field.amount'), p.amount_most === undefined ? '' : f.number(p.amount_most)),
    line('opens', t('policy.field.opens'), p.opens_at ? f.time(p.opens_at) : ''), line('closes', t('policy.field.closes'), p.closes_at ? f.time(p.closes_at) : ''),
    ...(p.link ? [line('link', t('policy.official'), <a href={p.link} rel="noreferrer" target="_blank">{p.link}</a>)] : []),
    ...(p.superseded_by ? [line('superseded', t('policy.field.supersededBy'), <Link to={`/enterprise/policies/${p.superseded_by}`}>{p.superseded_by}</Link>)] : []),
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={text(p.title)} note={text(p.summary)} marks={<><StatusTag tone={policyTone[p.state]}>{t(`policy.states.${p.state}`)}</StatusTag>{p.synthetic && <SyntheticMark />}</>} actions={<Actions policy={p} />} />
      {may('enterprise.policy.fill') && p.state === 'published' && <OwnFit policy={p} />}
      <Card size="small"><Particulars items={items} /></Card>
      {text(p.text) && <Card size="small" title={t('policy.field.text')}><p className="lh-policy-text">{text(p.text)}</p></Card>}
      {may('enterprise.policy.reach') && p.state !== 'withdrawn' && <Reach id={p.id} />}
      {p.edition > 0 && <Editions id={p.id} />}
    </div>
  )
}

/** What the conditions come to for an own enterprise, and applying. */
function OwnFit({ policy: p }: { policy: Policy }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const go = useNavigate()
  const own = useOwnEnterprises()
  const fit = useQuery({ queryKey: [...policyKey, 'fit', p.id], queryFn: () => read(api.GET('/api/enterprise/policies/{id}/fit', { params: { path: { id: p.id } } })) })
  const entry = fit.data?.entry.id ?? ''
  const claims = useQuery({ queryKey: [...policyKey, 'claims', p.id, entry], enabled: entry !== '', queryFn: () => read(api.GET('/api/enterprise/policy-applications', { params: { query: { policy: p.id, entry } } })) })
  const apply = useChange({
    run: () => read(api.POST('/api/enterprise/policies/{id}/applications', { params: { path: { id: p.id } }, body: { entry_id: entry } })),
    refresh: [policyKey], after: (a) => void go(`/enterprise/policy-applications/${a.id}`),
  })
  if (fit.error) return <Failure problem={fit.error} retry={() => void fit.refetch()} />
  const r = fit.data?.result
  if (!r || own.data?.items.length === 0) return null
  const current = claims.data?.items.find((a) => a.state !== 'withdrawn' && a.state !== 'rejected')
  const open = p.opens_at !== undefined && new Date(p.opens_at) <= new Date() && (p.closes_at === undefined || new Date(p.closes_at) > new Date())
  return (
    <Card size="small" title={t('policy.conditions')} extra={<OutcomeTag outcome={r.outcome} />}>
      <p className="lh-note">{t('policy.fitOf', { name: text(fit.data?.entry.name) })}</p>
      <FindingTree finding={r.finding} />
      {r.lacks.length > 0 && <><h3 className="lh-section-head">{t('policy.lacks')}</h3><Lacks lacks={r.lacks} /></>}
      <div className="lh-bar lh-diagnosis-begin">
        {current && <LinkButton type="primary" to={`/enterprise/policy-applications/${current.id}`}>{t('policy.toApplication')}</LinkButton>}
        {!current && open && claims.data && <Button type="primary" loading={apply.isPending} disabled={r.outcome === 'unmet'} onClick={() => apply.mutate()}>{t('policy.apply')}</Button>}
        {r.outcome !== 'met' && <LinkButton to={`/enterprise/entries/${entry}?edit`}>{t('policy.fill')}</LinkButton>}
      </div>
    </Card>
  )
}

/** How many enterprises a policy fits. */
function Reach({ id }: { id: string }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const places = usePlaces()
  const fields = useFields()
  const reach = useQuery({ queryKey: [...policyKey, 'reach', id], queryFn: () => read(api.GET('/api/enterprise/policies/{id}/reach', { params: { path: { id } } })) })
  if (reach.error) return <Failure problem={reach.error} retry={() => void reach.refetch()} />
  if (!reach.data) return <Loading />
  const v = reach.data
  const number = (n: number) => <span className="lh-number">{f.number(n)}</span>
  const title = (code: string) => text(fields.data?.items.find((x) => x.code === code)?.title) || code
  return (
    <section aria-label={t('policy.reach')} className="lh-stack">
      <h2 className="lh-section-head">{t('policy.reach')}</h2>
      <p className="lh-note">{t('policy.reachNote')}</p>
      <Figures>
        <Figure label={t('policy.met')} value={f.number(v.met)} />
        <Figure label={t('policy.unknown')} value={f.number(v.unknown)} />
        <Figure label={t('policy.unmet')} value={f.number(v.unmet)} />
      </Figures>
      <div className="lh-policy-two">
        <PlainTable
          label={t('policy.byDistrict')} rowKey="code" dataSource={v.districts}
          columns={[{ title: t('policy.field.district'), render: (_, d) => places.title('districts', d.code) }, { title: t('policy.met'), align: 'right', render: (_, d) => number(d.met) }, { title: t('policy.unknown'), align: 'right', render: (_, d) => number(d.unknown) }, { title: t('policy.unmet'), align: 'right', render: (_, d) => number(d.unmet) }]}
        />
        <PlainTable
          label={t('policy.lackMost')} rowKey="code" dataSource={v.lacks}
          columns={[{ title: t('policy.fieldName'), render: (_, d) => title(d.code) }, { title: t('policy.unknown'), align: 'right', render: (_, d) => number(d.unknown) }, { title: t('policy.unmet'), align: 'right', render: (_, d) => number(d.unmet) }]}
        />
      </div>
      {v.some.length > 0 && <Card size="small" title={t('policy.some')}><p>{v.some.map((o, i) => <span key={o.id}>{i > 0 && ' · '}<Link to={`/enterprise/entries/${o.id}`}>{text(o.name)}</Link></span>)}</p></Card>}
    </section>
  )
}

function Editions({ id }: { id: string }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const editions = useQuery({ queryKey: [...policyKey, 'editions', id], queryFn: () => read(api.GET('/api/enterprise/policies/{id}/editions', { params: { path: { id } } })) })
  if (!editions.data) return null
  return <Card size="small" title={t('policy.editions')}><ul className="lh-policy-files">{editions.data.items.map((e) => <li key={e.edition}>{t('policy.editionBy', { edition: e.edition, by: e.by, time: f.time(e.at) })}</li>)}</ul></Card>
}

/** What the bureau does with a policy. */
function Actions({ policy: p }: { policy: Policy }) {
  const t = useEnterpriseTexts()
  const may = useMay()
  const go = useNavigate()
  const of = { params: { path: { id: p.id }, header: ifMatch(p.version) } }
  const act = { refresh: [policyKey], quiet: true as const }
  const publish = useChange({ run: () => read(api.POST('/api/enterprise/policies/{id}/publication', of)), done: t('policy.published'), ...act })
  const withdraw = useChange({ run: () => read(api.POST('/api/enterprise/policies/{id}/withdrawal', of)), done: t('policy.withdrawn'), ...act })
  const discard = useChange({ run: () => read(api.DELETE('/api/enterprise/policies/{id}', { params: { path: { id: p.id } } })), after: () => void go('/enterprise/policies?tab=library'), ...act })
  if (!may('enterprise.policy.edit')) return null
  return (
    <>
      {p.state !== 'withdrawn' && <LinkButton to={`/enterprise/policies/${p.id}/edit`}>{t('policy.edit')}</LinkButton>}
      {p.state === 'draft' && <Confirm title={t('policy.publish')} note={t('policy.publishNote')} label={t('policy.publish')} danger={false} button={{ type: 'primary' }} run={() => publish.mutateAsync()} />}
      {p.state === 'published' && <Announce id={p.id} />}
      {p.state === 'published' && <Confirm title={t('policy.withdraw')} note={t('policy.withdrawNote')} label={t('policy.withdraw')} run={() => withdraw.mutateAsync()} />}
      {(p.state === 'draft' || p.synthetic) && <Confirm title={t('policy.discard')} note={t('policy.discardNote')} label={t('policy.discard')} run={() => discard.mutateAsync()} />}
    </>
  )
}

/** Announces grants for some days. */
function Announce({ id }: { id: string }) {
  const t = useEnterpriseTexts()
  const { message } = App.useApp()
  const [from, begin] = useState('')
  const [until, end] = useState('')
  const announce = useChange({
    run: () => read(api.POST('/api/enterprise/policies/{id}/announcement', { params: { path: { id } }, body: { from, until } })),
    refresh: [policyKey], quiet: true, after: (v) => void message.success(t('policy.announced', { n: v.grants })),
  })
  return (
    <Confirm title={t('policy.announce')} note={t('policy.announceNote')} label={t('policy.announce')} danger={false} disabled={!from || !until} run={() => announce.mutateAsync()}>
      <p>{t('policy.days')}</p>
      <div className="lh-pair">
        <Input type="date" aria-label={`${t('policy.days')} 1`} value={from} onChange={(e) => begin(e.target.value)} />
        <Input type="date" aria-label={`${t('policy.days')} 2`} value={until} onChange={(e) => end(e.target.value)} />
      </div>
    </Confirm>
  )
}
