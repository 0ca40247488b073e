import { useQuery } from '@tanstack/react-query'
import { Button, Card, DatePicker, Drawer, Form, Input, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, Confirm, EntityForm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useText } from '../../kernel'
import { ListedBeside } from './ListedBeside'
import { answerTone, bandTone, stateTone, useWeaknessTexts, weaknessKey, type ExposureDetail } from './weaknesses'

type Kind = 'mended' | 'accepted' | 'not_applicable'
type Reach = 'asset' | 'product' | 'organisation'
interface Values { kind: Kind; reach: Reach; reason: string; until?: Dayjs | null }

/** What one advisory means for one asset: what to do, why, and what was decided. */
export default function AdvisoryExposure() {
  const { id = '' } = useParams()
  const t = useWeaknessTexts()
  const { data, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'exposure', id], queryFn: () => read(api.GET('/api/security/exposures/{id}', { params: { path: { id } } })) })
  if (error) return <><PageHeader title={t('weakness.exposures.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page exposure={data} /> : <Loading />
}

function Page({ exposure: x }: { exposure: ExposureDetail }) {
  const t = useWeaknessTexts()
  return (
    <div className="lh-stack">
      <PageHeader
        title={x.asset} note={<Link to={`/security/advisories/${x.advisory_id}`}>{x.tracking_id} {x.title}</Link>} actions={<Acts exposure={x} />}
        marks={<>{x.synthetic && <SyntheticMark />}<StatusTag tone={answerTone[x.answer]}>{t(`weakness.answers.${x.answer}`)}</StatusTag>{x.answer !== 'not_affected' && <><StatusTag tone={bandTone[x.band]}>{t(`weakness.bands.${x.band}`)}</StatusTag><StatusTag tone={stateTone[x.state]}>{t(`weakness.states.${x.state}`)}</StatusTag></>}</>}
      />
      <div className="lh-main-side">
        <div className="lh-stack">
          <Card size="small" title={t('weakness.exposures.remedy')}><Remedies list={x.remediation} /></Card>
          <ListedBeside list={x.said.flatMap((s) => (s.answer === 'not_affected' ? [] : (s.listed ?? [])))} />
          <Said exposure={x} />
        </div>
        <div className="lh-stack"><About exposure={x} /><Factors exposure={x} /><Decisions exposure={x} /></div>
      </div>
    </div>
  )
}

/** What the advisory says to do. */
export function Remedies({ list }: { list: { category: string; details: string; url?: string; products?: string[] }[] }) {
  const t = useWeaknessTexts()
  if (list.length === 0) return <span className="lh-muted">{t('weakness.exposures.noRemedy')}</span>
  return (
    <div className="lh-stack">
      {list.map((r, i) => (
        <div key={i} className="lh-two lh-wrap">
          <span><StatusTag tone={r.category === 'vendor_fix' ? 'good' : r.category === 'none_available' || r.category === 'no_fix_planned' ? 'warn' : 'info'}>{t(`weakness.remedies.${r.category as 'other'}`)}</StatusTag> {r.details}</span>
          <span className="lh-muted">{r.products && r.products.length > 0 && `${t('weakness.advisories.forProducts')}: ${r.products.slice(0, 5).join('; ')}${r.products.length > 5 ? '…' : ''} `}{r.url && /^https?:/.test(r.url) && <a href={r.url} target="_blank" rel="noreferrer">{r.url}</a>}</span>
        </div>
      ))}
    </div>
  )
}

function About({ exposure: x }: { exposure: ExposureDetail }) {
  const t = useWeaknessTexts()
  const text = useText()
  const f = useFormat()
  return (
    <Card size="small" title={t('weakness.exposures.why')}>
      <Particulars
        items={[
          { key: 'why', label: t('weakness.exposures.why'), children: x.reason ? t(`weakness.reasons.${x.reason as 'version_named'}`) : none },
          { key: 'sentence', label: t('weakness.exposures.sentence'), children: <span className="lh-wrap">{x.sentence}</span> },
          { key: 'firmware', label: t('weakness.exposures.firmware'), children: x.firmware || t('weakness.assets.unknown') },
          { key: 'asset', label: t('weakness.exposures.asset'), children: <Link to={`/security/assets/${x.asset_id}`}>{x.asset}</Link> },
          { key: 'product', label: t('weakness.exposures.product'), children: x.product || none },
          { key: 'enterprise', label: t('weakness.field.enterprise'), children: text(x.enterprise) },
          { key: 'since', label: t('weakness.exposures.since'), children: <span className="lh-number">{f.time(x.since)}</span> },
        ]}
      />
    </Card>
  )
}

function Factors({ exposure: x }: { exposure: ExposureDetail }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  const why = (name: string, code: string) => {
    if (name === 'reach') return t(`weakness.reaches.${code as 'internet'}`)
    if (name === 'criticality') return t(`weakness.assets.critical.c${code as '4'}`)
    if (name === 'answer') return t(`weakness.answers.${code as 'affected'}`)
    return t(`weakness.threats.${code as 'kev'}`)
  }
  return (
    <Card size="small" title={t('weakness.exposures.factors')}>
      <PlainTable<ExposureDetail['factors'][number]>
        label={t('weakness.exposures.factors')} rowKey={(x) => x.name} dataSource={x.factors} pagination={false}
        columns={[
          { title: t('weakness.exposures.factors'), render: (_, y) => <span className="lh-two lh-wrap"><span>{t(`weakness.factors.${y.name}`)}</span><span className="lh-muted">{why(y.name, y.why)} {y.cve}</span></span> },
          { title: t('weakness.exposures.priority'), align: 'right', render: (_, y) => <span className="lh-number">{f.number(y.value, 2)}</span> },
        ]}
      />
    </Card>
  )
}

function Said({ exposure: x }: { exposure: ExposureDetail }) {
  const t = useWeaknessTexts()
  return (
    <Card size="small" title={t('weakness.exposures.said')}>
      <PlainTable<ExposureDetail['said'][number]>
        label={t('weakness.exposures.said')} rowKey={(s) => `${s.cve} ${s.title}`} dataSource={x.said} pagination={x.said.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('weakness.advisories.vulnerabilities'), render: (_, s) => <span className="lh-two lh-wrap"><span className="lh-code">{s.cve || none}</span><span className="lh-muted">{s.title}</span>{s.listed && <span className="lh-muted lh-code">{s.listed.map((y) => y.number).join(', ')}</span>}</span> },
          { title: t('weakness.exposures.answer'), render: (_, s) => <span className="lh-two lh-wrap"><StatusTag tone={answerTone[s.answer]}>{t(`weakness.answers.${s.answer}`)}</StatusTag><span className="lh-muted">{t(`weakness.reasons.${s.reason as 'version_named'}`)}</span></span> },
          { title: t('weakness.exposures.sentence'), responsive: ['md'], render: (_, s) => <span className="lh-wrap">{s.sentence}{s.statement && ` (${s.statement})`}</span> },
        ]}
      />
      {x.more > 0 && <p className="lh-note">{t('weakness.exposures.more', { n: x.more })}</p>}
    </Card>
  )
}

function Decisions({ exposure: x }: { exposure: ExposureDetail }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('weakness.exposures.decisions')}>
      {x.decisions.length === 0 && <span className="lh-muted">{t('weakness.decision.none')}</span>}
      <div className="lh-stack">
        {x.decisions.map((d) => (
          <div key={d.id} className="lh-two lh-wrap">
            <span><StatusTag tone={d.stands ? stateTone[d.kind] : 'idle'}>{t(`weakness.states.${d.kind}`)}</StatusTag> {d.reason}</span>
            <span className="lh-muted">{[t(`weakness.decision.reaches.${d.reach}`), f.time(d.at), d.name, d.until && `${t('weakness.decision.until')} ${f.time(d.until)}`, d.ended_at && t('weakness.decision.ended', { why: d.ended_why === 'expired' ? t('weakness.decision.expired') : d.ended_why })].filter(Boolean).join(' · ')}</span>
          </div>
        ))}
      </div>
    </Card>
  )
}

function Acts({ exposure: x }: { exposure: ExposureDetail }) {
  const t = useWeaknessTexts()
  const [deciding, setDeciding] = useState(false)
  const [reason, setReason] = useState('')
  const at = { params: { path: { id: x.id }, header: ifMatch(x.version) } }
  const decide = useChange({ run: (v: Values) => read(api.POST('/api/security/exposures/{id}/decision', { ...at, body: { kind: v.kind, reach: v.reach, reason: v.reason ?? '', ...(v.kind === 'accepted' && v.until ? { until: v.until.toISOString() } : {}) } })), refresh: [weaknessKey], done: t('weakness.decision.done'), quiet: true, after: () => setDeciding(false) })
  const reopen = useChange({ run: () => read(api.POST('/api/security/exposures/{id}/reopening', { ...at, body: { reason } })), refresh: [weaknessKey], done: t('weakness.decision.reopened'), quiet: true, after: () => setReason('') })
  if (!x.may || x.answer === 'not_affected') return null
  return (
    <>
      {x.state !== 'open' && <Confirm title={t('weakness.decision.reopen')} label={t('weakness.decision.reopen')} danger={false} disabled={reason.trim() === ''} run={() => reopen.mutateAsync()}><Input.TextArea aria-label={t('weakness.decision.reason')} placeholder={t('weakness.decision.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} /></Confirm>}
      {x.state === 'open' && <Button type="primary" onClick={() => setDeciding(true)}>{t('weakness.exposures.decide')}</Button>}
      <Drawer title={t('weakness.exposures.decide')} open={deciding} onClose={() => setDeciding(false)} destroyOnHidden><DecisionForm id={x.id} submit={(v) => decide.mutateAsync(v)} cancel={() => setDeciding(false)} /></Drawer>
    </>
  )
}

function DecisionForm({ id, submit, cancel }: { id: string; submit: (v: Values) => Promise<unknown>; cancel: () => void }) {
  const t = useWeaknessTexts()
  const [form] = Form.useForm<Values>()
  const kind = Form.useWatch('kind', form) ?? 'mended'
  const reach = Form.useWatch('reach', form) ?? 'asset'
  const { data } = useQuery({ queryKey: [...weaknessKey, 'effect', id, reach], queryFn: () => read(api.GET('/api/security/exposures/{id}/effect', { params: { path: { id }, query: { reach } } })) })
  const reason = kind === 'mended' ? t('weakness.decision.evidence') : t('weakness.decision.reason')
  return (
    <EntityForm<Values> form={form} initial={{ kind: 'mended', reach: 'asset', reason: '' }} submitLabel={t('weakness.decision.submit')} cancel={cancel} submit={submit}>
      <Form.Item name="kind" label={t('weakness.decision.kind')}><Select options={(['mended', 'accepted', 'not_applicable'] as const).map((k) => ({ value: k, label: t(`weakness.states.${k}`) }))} /></Form.Item>
      <Form.Item name="reach" label={t('weakness.decision.reach')} extra={data && t('weakness.decision.effect', { n: data.exposures })}><Select options={(['asset', 'product', 'organisation'] as const).map((k) => ({ value: k, label: t(`weakness.decision.reaches.${k}`) }))} /></Form.Item>
      {kind === 'accepted' && <Form.Item name="until" label={t('weakness.decision.until')}><DatePicker style={{ width: '100%' }} /></Form.Item>}
      <Form.Item name="reason" label={reason} rules={[{ required: true, message: t('weakness.missing', { label: reason }) }]}><Input.TextArea maxLength={1000} autoSize={{ minRows: 3, maxRows: 8 }} /></Form.Item>
    </EntityForm>
  )
}
