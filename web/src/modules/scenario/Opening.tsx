import { Alert, Card, Drawer, Input, Button } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useText } from '../../kernel'
import { openingTone, roomKey, useOpening, useTaxonomy, type Effect, type OpeningDetail } from './data'
import { Applications } from './OpeningApplications'
import { Evaluation, Milestones } from './OpeningCourse'
import { OpeningForm } from './OpeningForm'
import './scenario.css'
import { useScenarioTexts } from './texts'

/** One opening, from where the reader looks at it. */
export default function Opening() {
  const { id = '' } = useParams()
  const t = useScenarioTexts()
  const { data, error, refetch } = useOpening(id)
  if (error) return <><PageHeader title={t('opening.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page opening={data} /> : <Loading />
}

function Page({ opening: o }: { opening: OpeningDetail }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const judging = o.state === 'open' && !o.accepts
  return (
    <div className="lh-stack">
      <PageHeader
        title={o.terms.title} note={<Link to={`/scenario/${o.scenario_id}`}>{text(o.scenario)}</Link>}
        marks={<><StatusTag tone={openingTone[o.state]}>{judging ? t('opening.judging') : t(`opening.states.${o.state}`)}</StatusTag>{o.synthetic && <SyntheticMark />}</>} actions={<Acts opening={o} />}
      />
      {o.accepts && <Alert type="info" showIcon title={t('opening.serverTime', { time: f.time(o.now) })} description={t('opening.sealed')} />}
      <div className="lh-main-side">
        <div className="lh-stack">
          <About opening={o} />
          {o.effects.length > 0 && <Brought opening={o} />}
          {o.state !== 'draft' && o.state !== 'cancelled' && <Applications opening={o} />}
        </div>
        <div className="lh-stack">
          {o.milestones.length > 0 && <Milestones opening={o} />}
          {o.state === 'completed' && <Evaluation opening={o} />}
        </div>
      </div>
    </div>
  )
}

function Acts({ opening: o }: { opening: OpeningDetail }) {
  const t = useScenarioTexts()
  const [reason, setReason] = useState('')
  const [editing, setEditing] = useState(false)
  const at = { params: { path: { id: o.id }, header: ifMatch(o.version) } }
  const edit = useChange({ run: (body: OpeningDetail['terms']) => read(api.PUT('/api/scenario/openings/{id}', { ...at, body })), refresh: [roomKey], done: t('opening.saved'), quiet: true, after: () => setEditing(false) })
  const open = useChange({ run: () => read(api.POST('/api/scenario/openings/{id}/opening', at)), refresh: [roomKey], done: t('opening.opened'), quiet: true })
  const cancel = useChange({ run: () => read(api.POST('/api/scenario/openings/{id}/cancellation', { ...at, body: { reason } })), refresh: [roomKey], done: t('opening.cancelled'), quiet: true, after: () => setReason('') })
  return (
    <>
      {o.acts.includes('edit') && <Button onClick={() => setEditing(true)}>{t('form.edit')}</Button>}
      {o.acts.includes('open') && <Confirm title={t('opening.open')} note={<p>{t('opening.openNote')}</p>} label={t('opening.open')} danger={false} button={{ type: 'primary' }} run={() => open.mutateAsync()} />}
      {o.acts.includes('cancel') && (
        <Confirm title={t('opening.cancel')} note={<p>{t('opening.cancelNote')}</p>} label={t('opening.cancel')} disabled={reason.trim() === ''} run={() => cancel.mutateAsync()}>
          <Input.TextArea aria-label={t('opening.field.reason')} placeholder={t('opening.field.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} />
        </Confirm>
      )}
      <Drawer title={t('opening.one')} open={editing} onClose={() => setEditing(false)} size="large" destroyOnHidden><OpeningForm initial={o.terms} submit={(terms) => edit.mutateAsync(terms)} cancel={() => setEditing(false)} /></Drawer>
    </>
  )
}

function About({ opening: o }: { opening: OpeningDetail }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const said = (field: 'data' | 'site' | 'schedule') => (o.hidden.includes(field) ? <StatusTag tone="idle">{t('opening.hidden')}</StatusTag> : <span className="lh-scenario-text">{o.terms[field] || none}</span>)
  const secret = (field: 'data' | 'site' | 'schedule' | 'budget') => (o.side !== 'stranger' && o.terms.confidential.includes(field) ? t('form.aside', { what: t(`opening.field.${field}`), more: t('opening.hidden') }) : t(`opening.field.${field}`))
  return (
    <Card size="small" title={t('opening.about')}>
      <Particulars
        items={[
          { key: 'enterprise', label: t('opening.field.enterprise'), children: text(o.enterprise) },
          { key: 'what', label: t('opening.field.what'), children: <span className="lh-scenario-text">{o.terms.what}</span> },
          ...(['data', 'site', 'schedule'] as const).map((field) => ({ key: field, label: secret(field), children: said(field) })),
          { key: 'budget', label: secret('budget'), children: o.hidden.includes('budget') ? <StatusTag tone="idle">{t('opening.hidden')}</StatusTag> : t('scenario.yuan', { from: f.number(o.terms.budget_from, 1), to: f.number(o.terms.budget_to, 1) }) },
          { key: 'deadline', label: t('opening.field.deadline'), children: <span className="lh-number">{f.time(o.terms.deadline)}</span> },
          { key: 'applications', label: t('opening.field.applications'), children: f.number(o.applications, 0) },
          ...(o.provider_id ? [{ key: 'provider', label: t('opening.field.provider'), children: text(o.provider) }] : []),
          ...(o.reason ? [{ key: 'reason', label: t('opening.field.reason'), children: <span className="lh-scenario-text">{o.reason}</span> }] : []),
        ]}
      />
    </Card>
  )
}

/** The figures that carrying out brought. */
function Brought({ opening: o }: { opening: OpeningDetail }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const taxonomy = useTaxonomy()
  return (
    <Card size="small" title={t('field.effects')}>
      <PlainTable<Effect>
        label={t('field.effects')} rowKey={(e) => `${e.kind} ${e.name} ${e.value}`} dataSource={o.effects}
        columns={[
          { title: t('field.figure'), render: (_, e) => <span className="lh-two lh-wrap"><span>{e.name}</span><span className="lh-muted">{taxonomy.title('value', e.kind)}</span></span> },
          { title: t('field.before'), align: 'right', responsive: ['sm'], render: (_, e) => (e.before === undefined ? none : <span className="lh-number">{f.number(e.before, 2)} {e.unit}</span>) },
          { title: t('field.value'), align: 'right', render: (_, e) => <span className="lh-number">{f.number(e.value, 2)} {e.unit}</span> },
          { title: t('field.evidence'), render: (_, e) => <span className="lh-wrap">{e.evidence}</span> },
        ]}
      />
    </Card>
  )
}
