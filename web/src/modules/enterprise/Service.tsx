import { Alert, Card, Input } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, Particulars, read, SyntheticMark, useChange, useFormat, useText } from '../../kernel'
import { servicesKey, useService, type ServiceDetail } from './services'
import { Standing, useMatters } from './Services'
import { useEnterpriseTexts } from './texts'
import './enterprise.css'

/** One service to an enterprise, and what the reader may do with it. */
export default function Service() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const { id = '' } = useParams()
  const { data: s, error, refetch } = useService(id)
  const matters = useMatters()
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!s) return <Loading />
  const items = [
    { key: 'enterprise', label: t('services.field.enterprise'), children: <span className="lh-two lh-wrap"><Link to={`/enterprise/entries/${s.entry_id}`}>{text(s.name)}</Link><span className="lh-code">{s.code}</span></span> },
    { key: 'provider', label: t('services.field.provider'), children: <span className="lh-two lh-wrap"><span>{text(s.provider_name)}</span><span className="lh-code">{s.provider === 'city' ? t('services.cityName') : s.provider}</span></span> },
    { key: 'matter', label: t('services.field.matter'), children: matters.title(s.matter) },
    { key: 'about', label: t('services.field.about'), children: <span className="lh-wrap">{s.about}</span> },
    { key: 'days', label: `${t('services.field.started')} – ${t('services.field.ended')}`, children: <span className="lh-number">{s.started_on} – {s.ended_on}</span> },
    { key: 'state', label: t('services.field.state'), children: <Standing service={s} /> },
    { key: 'reason', label: t('services.field.reason'), children: <span className="lh-wrap">{s.reason || none}</span> },
    { key: 'evidence', label: t('services.field.evidence'), children: <Evidence service={s} /> },
    { key: 'recorded', label: t('services.field.recorded'), children: `${s.recorded_name || t('services.system')} · ${f.time(s.recorded_at)} · ${t(`services.origins.${s.origin}`)} · ${t('services.version', { n: s.rule })}` },
    { key: 'due', label: t('services.field.due'), children: <span className="lh-number">{f.time(s.due_at)}</span> },
    { key: 'answered', label: t('services.field.answered'), children: s.answered_at ? `${s.answered_name} · ${f.time(s.answered_at)}` : none },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={`${text(s.name)} · ${matters.title(s.matter)}`} marks={s.synthetic ? <SyntheticMark /> : null} actions={<Acts service={s} />} />
      {s.duplicate_of !== '' && <Alert type="warning" showIcon title={t('services.duplicate')} action={<Link to={`/enterprise/services/${s.duplicate_of}`}>{t('services.openFirst')}</Link>} />}
      <Card size="small"><Particulars items={items} /></Card>
    </div>
  )
}

function Evidence({ service: s }: { service: ServiceDetail }) {
  const t = useEnterpriseTexts()
  if (s.source.startsWith('need/')) return <Link to={`/enterprise/needs/${s.source.slice('need/'.length)}`}>{t('services.origins.agreement')}</Link>
  if (s.source.startsWith('opening/')) return <Link to={`/scenario/openings/${s.source.slice('opening/'.length)}`}>{t('services.origins.opening')}</Link>
  if (s.source.startsWith('diagnosis/')) return <Link to={`/enterprise/diagnosis/${s.source.slice('diagnosis/'.length)}`}>{t('services.origins.diagnosis')}</Link>
  return <ul className="lh-enterprise-files">{s.evidence.map((x) => <li key={x.id}><a href={`/api/enterprise/services/evidence/${x.id}`} className="lh-wrap">{x.name}</a></li>)}</ul>
}

function Acts({ service: s }: { service: ServiceDetail }) {
  const t = useEnterpriseTexts()
  const confirm = useChange({ run: () => read(api.POST('/api/enterprise/services/{id}/confirmation', { params: { path: { id: s.id }, header: ifMatch(s.version) } })), refresh: [servicesKey], done: t('services.confirmed'), quiet: true })
  return (
    <>
      {s.acts.includes('object') && <Reasoned service={s} what="object" />}
      {s.acts.includes('withdraw') && <Reasoned service={s} what="withdraw" />}
      {s.acts.includes('confirm') && <Confirm title={t('services.confirmTitle')} note={t('services.confirmNote')} label={t('services.confirm')} danger={false} run={() => confirm.mutateAsync()} button={{ type: 'primary' }} />}
    </>
  )
}

/** An act that needs a reason. */
function Reasoned({ service: s, what }: { service: ServiceDetail; what: 'object' | 'withdraw' }) {
  const t = useEnterpriseTexts()
  const [reason, setReason] = useState('')
  const act = useChange({
    run: () => {
      const sent = { params: { path: { id: s.id }, header: ifMatch(s.version) }, body: { reason } }
      return what === 'object' ? read(api.POST('/api/enterprise/services/{id}/objection', sent)) : read(api.POST('/api/enterprise/services/{id}/withdrawal', sent))
    },
    refresh: [servicesKey], done: t(what === 'object' ? 'services.objectedDone' : 'services.withdrawn'), quiet: true, after: () => setReason(''),
  })
  return (
    <Confirm title={t(`services.${what}Title`)} note={<p>{t(`services.${what}Note`)}</p>} label={t(`services.${what}`)} disabled={reason.trim() === ''} run={() => act.mutateAsync()}>
      <Input.TextArea aria-label={t('services.reason')} placeholder={t('services.reason')} maxLength={1000} autoSize={{ minRows: 2, maxRows: 8 }} value={reason} onChange={(e) => setReason(e.target.value)} />
    </Confirm>
  )
}
