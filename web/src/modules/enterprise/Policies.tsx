import { useQuery } from '@tanstack/react-query'
import { Alert, Select } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, DataTable, EmptyState, Failure, LinkButton, Loading, none, PageHeader, PageTabs, read, StatusTag, SyntheticMark, useFormat, useMay, useText, type Column } from '../../kernel'
import { usePlaces } from './diagnosis'
import { kinds, levels, policyKey, policyTone, stageTone, type Claim, type Fit, type Grant, type Policy } from './policies'
import { Lacks, OutcomeTag } from './PolicyParts'
import { useEnterpriseTexts } from './texts'
import './policy.css'

/** Policies: what fits one's own enterprise, the library, applications, and what is announced. */
export default function Policies() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const tabs = [
    ...(may('enterprise.policy.fill') ? [{ key: 'fits', label: t('policy.tabs.fits'), children: <Fits /> }] : []),
    { key: 'library', label: t('policy.tabs.library'), children: <Library /> },
    { key: 'applications', label: t('policy.tabs.applications'), children: <Claims /> },
    { key: 'grants', label: t('policy.tabs.grants'), children: <Grants /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('policy.title')} note={t('policy.note')} actions={may('enterprise.policy.edit') ? <LinkButton type="primary" to="/enterprise/policies/new">{t('policy.add')}</LinkButton> : null} />
      <PageTabs label={t('policy.title')} active={params.get('tab') ?? tabs[0]!.key} change={(tab) => setParams({ tab }, { replace: true })} items={tabs} />
    </div>
  )
}

/** Which policies fit an own enterprise, and what is missing. */
function Fits() {
  const t = useEnterpriseTexts()
  const text = useText()
  const [entry, choose] = useState('')
  const fits = useQuery({ queryKey: [...policyKey, 'fits', entry], queryFn: () => read(api.GET('/api/enterprise/policy-fits', { params: { query: entry ? { entry } : {} } })) })
  if (fits.error) return <Failure problem={fits.error} retry={() => void fits.refetch()} />
  if (!fits.data) return <Loading />
  const v = fits.data
  if (!v.entry.id) return <Alert type="info" showIcon title={t('policy.noEnterprise')} description={t('policy.noEnterpriseNote')} action={<LinkButton size="small" to="/enterprise/mine">{t('policy.toMine')}</LinkButton>} />
  const count = (o: Fit['outcome']) => v.items.filter((x) => x.outcome === o).length
  return (
    <div className="lh-stack">
      <div className="lh-bar">
        {v.own.length > 1 && <Select aria-label={t('policy.of')} value={v.entry.id} onChange={choose} options={v.own.map((o) => ({ value: o.id, label: text(o.name) }))} />}
        <span>{t('policy.fitCounts', { met: count('met'), unknown: count('unknown'), unmet: count('unmet') })}</span>
        <LinkButton size="small" to={`/enterprise/entries/${v.entry.id}?edit`}>{t('policy.fill')}</LinkButton>
      </div>
      {v.items.length === 0 ? <EmptyState title={t('policy.noFits')} /> : <ul className="lh-policy-list">{v.items.map((x) => <FitRow key={x.policy.id} fit={x} />)}</ul>}
    </div>
  )
}

function FitRow({ fit: x }: { fit: Fit }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  return (
    <li className="lh-policy-fit">
      <header>
        <OutcomeTag outcome={x.outcome} />
        <Link to={`/enterprise/policies/${x.policy.id}`}>{text(x.policy.title)}</Link>
        {x.policy.synthetic && <SyntheticMark />}
        <span className="lh-note">{f.list([t(`policy.levels.${x.policy.level as 'city'}`), text(x.policy.issuer), ...(x.policy.number ? [x.policy.number] : [])])}</span>
        {x.policy.open && <StatusTag tone="info">{t('policy.openNow')}{x.policy.closes_at ? ` · ${t('policy.closesAt', { time: f.time(x.policy.closes_at) })}` : ''}</StatusTag>}
      </header>
      {(text(x.policy.benefit) || x.policy.amount_most !== undefined) && <p>{text(x.policy.benefit)} {x.policy.amount_most !== undefined && <span className="lh-note">{t('policy.mostAmount', { amount: f.number(x.policy.amount_most) })}</span>}</p>}
      <Lacks lacks={x.lacks} />
    </li>
  )
}

function Library() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const places = usePlaces()
  const columns: Column<Policy>[] = [
    { key: 'title', title: t('policy.field.title'), sort: 'title', render: (p) => <><Link to={`/enterprise/policies/${p.id}`} className="lh-wrap">{text(p.title)}</Link>{p.synthetic && <SyntheticMark />}</> },
    { key: 'number', title: t('policy.field.number'), sort: 'number', from: 'lg', render: (p) => p.number || none },
    { key: 'issuer', title: t('policy.field.issuer'), sort: 'issuer', from: 'md', render: (p) => text(p.issuer) },
    { key: 'level', title: t('policy.field.level'), sort: 'level', from: 'sm', render: (p) => t(`policy.levels.${p.level}`) },
    { key: 'kind', title: t('policy.field.kind'), sort: 'kind', from: 'md', render: (p) => t(`policy.kinds.${p.kind}`) },
    { key: 'effective', title: t('policy.field.effective'), sort: 'effective_from', from: 'xl', render: (p) => <span className="lh-number">{p.effective_from} – {p.effective_until}</span> },
    { key: 'closes', title: t('policy.field.closes'), sort: 'closes_at', from: 'lg', render: (p) => <span className="lh-number">{p.closes_at ? f.time(p.closes_at) : none}</span> },
    { key: 'state', title: t('policy.field.state'), sort: 'state', render: (p) => <StatusTag tone={policyTone[p.state]}>{t(`policy.states.${p.state}`)}</StatusTag> },
  ]
  return (
    <DataTable<Policy>
      url="/api/enterprise/policies" queryKey={[...policyKey, 'list']} label={t('policy.tabs.library')} rowKey={(p) => p.id} columns={columns} search={t('policy.search')} exports prefix="p."
      filters={[
        { name: 'when', label: t('policy.field.when'), options: (['valid', 'open', 'ended'] as const).map((x) => ({ value: x, label: t(`policy.whens.${x}`) })) },
        { name: 'level', label: t('policy.field.level'), options: levels.map((x) => ({ value: x, label: t(`policy.levels.${x}`) })) },
        { name: 'kind', label: t('policy.field.kind'), options: kinds.map((x) => ({ value: x, label: t(`policy.kinds.${x}`) })) },
        { name: 'district', label: t('policy.field.district'), options: places.options('districts') },
        ...(may('enterprise.policy.edit') ? [{ name: 'state', label: t('policy.field.state'), options: (['draft', 'published', 'withdrawn'] as const).map((x) => ({ value: x, label: t(`policy.states.${x}`) })) }] : []),
      ]}
      empty={<EmptyState title={t('policy.none')} note={t('policy.noneNote')} />}
    />
  )
}

/** Applications that one may see. */
function Claims() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const places = usePlaces()
  const columns: Column<Claim>[] = [
    { key: 'policy', title: t('policy.field.title'), sort: 'policy', render: (a) => <Link to={`/enterprise/policy-applications/${a.id}`} className="lh-wrap">{text(a.policy)}</Link> },
    { key: 'name', title: t('policy.field.enterprise'), sort: 'name', from: 'sm', render: (a) => <>{text(a.name)} {a.synthetic && <SyntheticMark />}</> },
    { key: 'district', title: t('policy.field.district'), sort: 'district', from: 'lg', render: (a) => places.title('districts', a.district) },
    { key: 'state', title: t('policy.field.state'), sort: 'state', render: (a) => <StatusTag tone={stageTone[a.state]}>{t(`policy.stages.${a.state}`)}</StatusTag> },
    { key: 'submitted', title: t('policy.field.submitted'), sort: 'submitted_at', from: 'md', render: (a) => <span className="lh-number">{a.submitted_at ? f.time(a.submitted_at) : none}</span> },
    { key: 'amount', title: t('policy.field.granted'), sort: 'amount', align: 'right', from: 'md', render: (a) => <span className="lh-number">{a.state === 'granted' ? f.number(a.amount) : none}</span> },
    { key: 'paid', title: t('policy.field.paid'), align: 'right', from: 'lg', render: (a) => <span className="lh-number">{a.state === 'granted' ? f.number(a.paid) : none}</span> },
  ]
  const stages = Object.keys(stageTone) as Claim['state'][]
  return (
    <DataTable<Claim>
      url="/api/enterprise/policy-applications" queryKey={[...policyKey, 'claims']} label={t('policy.tabs.applications')} rowKey={(a) => a.id} columns={columns} search={t('policy.application.search')} exports
      filters={[
        { name: 'state', label: t('policy.field.state'), options: stages.map((x) => ({ value: x, label: t(`policy.stages.${x}`) })) },
        { name: 'district', label: t('policy.field.district'), options: places.options('districts') },
      ]}
      empty={<EmptyState title={t('policy.application.none')} note={t('policy.application.noneNote')} />}
    />
  )
}

/** What is or was announced. */
function Grants() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const places = usePlaces()
  const columns: Column<Grant>[] = [
    { key: 'name', title: t('policy.field.enterprise'), sort: 'name', render: (g) => <>{text(g.name)} {g.synthetic && <SyntheticMark />}</> },
    { key: 'policy', title: t('policy.field.title'), sort: 'policy', render: (g) => <Link to={`/enterprise/policies/${g.policy_id}`} className="lh-wrap">{text(g.policy)}</Link> },
    { key: 'code', title: t('policy.field.code'), from: 'lg', render: (g) => <span className="lh-code">{g.code}</span> },
    { key: 'district', title: t('policy.field.district'), sort: 'district', from: 'md', render: (g) => places.title('districts', g.district) },
    { key: 'amount', title: t('policy.field.granted'), sort: 'amount', align: 'right', render: (g) => <span className="lh-number">{f.number(g.amount)}</span> },
    { key: 'announced', title: t('policy.field.announced'), sort: 'announced_from', from: 'sm', render: (g) => <span className="lh-number">{g.announced_from} – {g.announced_until}</span> },
  ]
  return (
    <DataTable<Grant>
      url="/api/enterprise/policy-grants" queryKey={[...policyKey, 'grants']} label={t('policy.tabs.grants')} rowKey={(g) => g.id} columns={columns} search={t('policy.application.search')} exports prefix="g."
      filters={[{ name: 'now', label: t('policy.grants.now'), options: [{ value: 'true', label: t('policy.grants.yes') }] }]}
      empty={<EmptyState title={t('policy.grants.none')} note={t('policy.grants.noneNote')} />}
    />
  )
}
