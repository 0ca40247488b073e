import { DeleteOutlined, PaperClipOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Drawer, Input, Upload } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, Failure, ifMatch, LinkButton, Loading, none, PageHeader, Particulars, PlainTable, read, request, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { providerKey, providerTone, useMarketWords, useProvider, useRecord, type Enquiry, type Provider as Detail, type ProviderProfile } from './market'
import { ProviderForm } from './ProviderForm'
import { useEnterpriseTexts } from './texts'
import './market.css'

/** One service provider. */
export default function Provider() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  const p = useProvider(id)
  if (p.error) return <><PageHeader title={t('market.provider.title')} /><Failure problem={p.error} retry={() => void p.refetch()} /></>
  return p.data ? <Page p={p.data} /> : <Loading />
}

function Page({ p }: { p: Detail }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const inside = p.acts.length > 0 || p.mine || p.reason !== '' || p.decided_name !== ''
  const told = p.status === 'returned' ? 'returnedNote' : p.status === 'suspended' ? 'suspendedNote' : p.status === 'refused' ? 'refusedNote' : p.status === 'expired' ? 'expiredNote' : p.filing_returned ? 'filingReturned' : null
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(p.name)} note={<span className="lh-code">{p.code}</span>} actions={<Actions p={p} />}
        marks={
          <>
            <StatusTag tone={providerTone[p.status]}>{t(`market.provider.status.${p.status}`)}</StatusTag>
            <StatusTag tone={p.answering.online ? 'good' : 'idle'}>{t(p.answering.online ? 'market.provider.online' : 'market.provider.offline')}</StatusTag>
            {p.filing && <StatusTag tone="info">{t(`market.provider.filings.${p.filing}`)}</StatusTag>}
            {p.synthetic && <SyntheticMark />}
          </>
        }
      />
      {told && inside && <Alert type="warning" showIcon title={t(`market.provider.${told}`)} description={p.reason ? <span className="lh-market-text">{p.reason}</span> : null} />}
      {p.check && p.acts.includes('answer') && <Check p={p} due={f.time(p.check.due_at)} />}
      <Facts p={p} />
      {p.filed && <Card size="small" title={t('market.provider.filed')}><Profile p={p} profile={p.filed} /></Card>}
      <Card size="small" title={t(p.filed ? 'market.provider.inForce' : 'market.provider.capabilities')}><Profile p={p} profile={p.profile} /></Card>
      {inside && <Card size="small" title={t('market.provider.requests')}><Requests id={p.id} /></Card>}
    </div>
  )
}

function Check({ p, due }: { p: Detail; due: string }) {
  const t = useEnterpriseTexts()
  const answer = useChange({ run: () => read(api.POST('/api/enterprise/providers/{id}/checks', { params: { path: { id: p.id } } })), refresh: [providerKey], done: t('market.provider.answered') })
  return <Alert type="info" showIcon title={t('market.provider.check')} description={t('market.provider.checkNote', { due })} action={<Button type="primary" loading={answer.isPending} onClick={() => answer.mutate()}>{t('market.provider.answer')}</Button>} />
}

function Facts({ p }: { p: Detail }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const words = useMarketWords()
  const record = useRecord(p.id)
  const a = p.answering
  const r = record.data
  return (
    <Card size="small">
      <Particulars
        items={[
          { key: 'offer', label: t('market.provider.field.offer'), children: <span className="lh-market-text">{p.profile.offer}</span> },
          { key: 'promise', label: t('market.provider.field.promise'), children: t('market.provider.hours', { hours: p.promise }) },
          { key: 'answering', label: t('market.provider.field.answering'), children: <>{a.counted > 0 ? t('market.provider.inTime', { n: a.in_time, of: a.counted, hours: a.hours === undefined ? none : f.number(a.hours, 1) }) : t('market.provider.neverAsked')}<p className="lh-note">{t('market.provider.onlineRule')}</p></> },
          { key: 'record', label: t('market.provider.record'), children: r ? <>{t('market.provider.recordOf', { agreements: r.agreements, completed: r.completed })} · {r.stars === undefined ? t('market.provider.noStars') : t('market.provider.stars', { stars: f.number(r.stars, 1), n: r.ratings })}</> : none },
          { key: 'districts', label: t('market.provider.field.districts'), children: f.list(words.titles('districts', p.profile.districts)) || t('market.provider.everywhere') },
          { key: 'staff', label: t('market.provider.field.staff'), children: f.list((p.profile.staff ?? []).map((s) => `${words.title('staff', s.kind)} ${f.number(s.count)}`)) || none },
          { key: 'capacity', label: t('market.provider.field.capacity'), children: p.profile.capacity ? f.number(p.profile.capacity) : none },
          { key: 'contact', label: t('market.provider.field.contact'), children: p.profile.contact || none },
          { key: 'valid', label: t('market.provider.field.valid'), children: p.valid_until ? f.date(p.valid_until) : none },
          { key: 'entry', label: t('market.provider.field.entry'), children: <Link to={`/enterprise/entries/${p.entry_id}`}>{t('entry.title')}</Link> },
        ]}
      />
    </Card>
  )
}

function Profile({ p, profile }: { p: Detail; profile: ProviderProfile }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const words = useMarketWords()
  return (
    <>
      <PlainTable<ProviderProfile['capabilities'][number]>
        label={t('market.provider.capabilities')} rowKey={(c) => `${c.scenario}${c.text}`} dataSource={profile.capabilities}
        columns={[
          { key: 'scenario', title: t('market.provider.field.scenario'), render: (_, c) => <span className="lh-two lh-wrap"><strong>{words.title('scenarios', c.scenario)}</strong><span className="lh-market-text">{c.text}</span></span> },
          { key: 'technologies', title: t('market.provider.field.technologies'), responsive: ['md'], render: (_, c) => <span className="lh-wrap">{f.list(words.titles('technologies', c.technologies)) || none}</span> },
          { key: 'industries', title: t('market.provider.field.industries'), responsive: ['lg'], render: (_, c) => <span className="lh-wrap">{f.list(words.titles('industries', c.industries)) || t('market.provider.any')}</span> },
          { key: 'price', title: t('market.provider.field.price'), align: 'right', render: (_, c) => <span className="lh-number lh-two"><span>{c.price_from === undefined ? none : `${f.number(c.price_from)}–${f.number(c.price_to ?? 0)}`}</span><span>{c.pricing ? words.title('pricing', c.pricing) : ''}</span></span> },
        ]}
      />
      {(profile.cases ?? []).map((c) => (
        <section key={c.id} className="lh-market-item">
          <div className="lh-market-head"><strong>{c.title}</strong><span className="lh-note">{c.year} · {words.title('scenarios', c.scenario)}{c.customer && ` · ${c.customer}`}</span></div>
          {c.text && <p className="lh-market-text">{c.text}</p>}
          {c.result && <p>{t('market.provider.field.result')}{' '}{c.result}</p>}
          <Evidence p={p} of={c.id ?? ''} />
        </section>
      ))}
    </>
  )
}

/** Files of a case, for the provider itself and the bureau. */
function Evidence({ p, of }: { p: Detail; of: string }) {
  const t = useEnterpriseTexts()
  const files = p.evidence.filter((x) => x.case_id === of)
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/enterprise/provider-evidence/{id}', { params: { path: { id } } })), refresh: [providerKey] })
  const attach = useChange({
    run: (file: File) => request(`/api/enterprise/providers/${p.id}/evidence?case=${encodeURIComponent(of)}&name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } }),
    refresh: [providerKey],
  })
  const own = p.mine && p.acts.includes('file')
  if (files.length === 0 && !own) return null
  return (
    <>
      <ul className="lh-market-files">
        {files.map((x) => (
          <li key={x.id}>
            <a href={`/api/enterprise/provider-evidence/${x.id}`} download title={`SHA-256 ${x.sha256}`}><PaperClipOutlined /> {x.name}</a>
            {own && <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('market.provider.removeFile', { name: x.name })} onClick={() => remove.mutate(x.id)} />}
          </li>
        ))}
      </ul>
      {own && <Upload showUploadList={false} beforeUpload={(file) => { attach.mutate(file); return false }}><Button size="small" loading={attach.isPending} title={t('market.provider.evidenceNote')}>{t('market.provider.attach')}</Button></Upload>}
    </>
  )
}

function Actions({ p }: { p: Detail }) {
  const t = useEnterpriseTexts()
  const [open, show] = useState<'file' | 'renew' | null>(null)
  const params = { path: { id: p.id }, header: ifMatch(p.version) }
  const file = useChange({ run: (profile: ProviderProfile) => read(api.PUT('/api/enterprise/providers/{id}', { params, body: { profile, renew: open === 'renew' } })), refresh: [providerKey], done: t('market.provider.submitted'), after: () => show(null), quiet: true })
  const may = useMay()
  const can = (act: string) => p.acts.includes(act)
  return (
    <>
      {may('enterprise.need.act') && !p.mine && p.status === 'in_force' && <LinkButton type="primary" to={`/enterprise/needs?begin=${p.profile.capabilities[0]?.scenario ?? ''}&invite=${p.id}`}>{t('market.need.begin')}</LinkButton>}
      {can('renew') && <Button type="primary" onClick={() => show('renew')}>{t('market.provider.renew')}</Button>}
      {can('file') && <Button onClick={() => show('file')}>{t(p.status === 'returned' ? 'market.provider.mend' : 'market.provider.edit')}</Button>}
      {can('decide') && <Decide p={p} />}
      <Ruling p={p} />
      <Drawer open={open !== null} onClose={() => show(null)} size={960} title={t(open === 'renew' ? 'market.provider.renew' : 'market.provider.edit')} destroyOnHidden>
        {open === 'renew' && <Alert type="info" showIcon title={t('market.provider.renewNote')} className="lh-form-problem" />}
        <ProviderForm initial={p.filed ?? p.profile} submit={(x) => file.mutateAsync(x)} cancel={() => show(null)} />
      </Drawer>
    </>
  )
}

function Decide({ p }: { p: Detail }) {
  const t = useEnterpriseTexts()
  const [reason, setReason] = useState('')
  const decide = useChange({
    run: (decision: 'accepted' | 'returned' | 'refused') => read(api.POST('/api/enterprise/providers/{id}/decision', { params: { path: { id: p.id }, header: ifMatch(p.version) }, body: { decision, ...(reason ? { reason } : {}) } })),
    refresh: [providerKey], done: t('market.provider.decided'), quiet: true, after: () => setReason(''),
  })
  return (['accepted', 'returned', 'refused'] as const).map((d) => (
    <Confirm key={d} title={t('market.provider.decideTitle')} label={t(`market.provider.decide.${d}`)} danger={d === 'refused'} disabled={d !== 'accepted' && reason.trim() === ''} run={() => decide.mutateAsync(d)} button={{ type: d === 'accepted' ? 'primary' : 'default' }}>
      <Input.TextArea aria-label={t('market.provider.reason')} placeholder={t('market.provider.reason')} maxLength={1000} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
    </Confirm>
  ))
}

/** The bureau suspends a provider, or ends that. */
function Ruling({ p }: { p: Detail }) {
  const t = useEnterpriseTexts()
  const [reason, setReason] = useState('')
  const params = { path: { id: p.id }, header: ifMatch(p.version) }
  const suspend = useChange({ run: () => read(api.POST('/api/enterprise/providers/{id}/suspension', { params, body: { reason } })), refresh: [providerKey], done: t('market.provider.decided'), quiet: true })
  const resume = useChange({ run: () => read(api.DELETE('/api/enterprise/providers/{id}/suspension', { params })), refresh: [providerKey], done: t('market.provider.decided'), quiet: true })
  return (
    <>
      {p.acts.includes('suspend') && (
        <Confirm title={t('market.provider.suspend')} note={<p>{t('market.provider.suspendNote')}</p>} label={t('market.provider.suspend')} disabled={reason.trim() === ''} run={() => suspend.mutateAsync()}>
          <Input.TextArea aria-label={t('market.provider.reason')} placeholder={t('market.provider.reason')} maxLength={1000} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
        </Confirm>
      )}
      {p.acts.includes('resume') && <Confirm title={t('market.provider.resume')} note={<p>{t('market.provider.resumeNote')}</p>} label={t('market.provider.resume')} danger={false} run={() => resume.mutateAsync()} />}
    </>
  )
}

function Requests({ id }: { id: string }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const columns: Column<Enquiry>[] = [
    { key: 'kind', title: t('market.provider.kind'), render: (r) => t(`market.provider.requestKind.${r.kind}`) },
    { key: 'asked_at', title: t('market.provider.asked'), sort: 'asked_at', from: 'sm', render: (r) => <span className="lh-number">{f.time(r.asked_at)}</span> },
    { key: 'due_at', title: t('market.provider.due'), sort: 'due_at', render: (r) => <span className="lh-number">{f.time(r.due_at)}</span> },
    { key: 'answered_at', title: t('market.provider.answeredAt'), render: (r) => (r.answered_at ? <><span className="lh-number">{f.time(r.answered_at)}</span> {!r.in_time && <StatusTag tone="bad">{t('market.provider.late')}</StatusTag>}</> : none) },
  ]
  return <DataTable<Enquiry> url={`/api/enterprise/providers/${id}/requests`} queryKey={[...providerKey, 'requests', id]} label={t('market.provider.requests')} rowKey={(r) => r.id} columns={columns} exports views="" prefix="r." empty={<EmptyState title={t('market.provider.noRequests')} />} />
}
