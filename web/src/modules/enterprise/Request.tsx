import { Card, Input } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useText, type Schema } from '../../kernel'
import { roomKey } from './data'
import { requestTone, useRequest, type EntryRequest } from './requests'
import { Said } from './Said'
import { useEnterpriseTexts } from './texts'
import './enterprise.css'

type Part = Schema<'EnterprisePart'>
type Correction = Schema<'EnterpriseCorrection'>

/** One request about an entry, and what may be done with it now. */
export default function Request() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const { data: q, error, refetch } = useRequest(id)
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!q) return <Loading />
  const long = (s: string) => <span className="lh-enterprise-text">{s}</span>
  const gone = q.kind === 'deletion' && q.state === 'done'
  const items = [
    { key: 'code', label: t('field.code'), children: gone ? <span className="lh-code">{q.code}</span> : <Link to={`/enterprise/entries/${q.entry_id}`} className="lh-code">{q.code}</Link> },
    { key: 'filed', label: t('request.filed'), children: f.time(q.filed_at) },
    { key: 'by', label: t('request.filedBy'), children: q.filed_name || none },
    ...(q.state === 'open' ? [{ key: 'due', label: t('request.due'), children: f.time(q.due_at) }] : []),
    { key: 'text', label: t('request.text'), children: long(q.text) },
    ...(q.decided_at ? [{ key: 'decided', label: t('request.decided'), children: f.time(q.decided_at) }, { key: 'decidedBy', label: t('request.decidedBy'), children: q.decided_name || none }] : []),
    ...(q.answer ? [{ key: 'answer', label: t('request.answer'), children: long(q.answer) }] : []),
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(q.name)} note={t(`request.kinds.${q.kind}`)}
        marks={<><StatusTag tone={requestTone[q.state]}>{t(`request.states.${q.state}`)}</StatusTag>{q.overdue && <StatusTag tone="bad">{t('request.overdue')}</StatusTag>}{q.synthetic && <SyntheticMark />}</>}
        actions={<Acts request={q} />}
      />
      <Card size="small"><Particulars items={items} /></Card>
      {q.kind === 'correction' && <Card size="small" title={t('request.changes')}><Corrections list={q.changes} before={t(q.state === 'done' ? 'request.before' : 'request.now')} /></Card>}
      {q.kind === 'deletion' && q.state === 'open' && <p className="lh-note">{t('request.goes')}</p>}
      {q.outcome && (
        <>
          <Card size="small" title={t('request.removed')}><Parts label={t('request.removed')} list={q.outcome.removed} /></Card>
          {q.outcome.kept.length > 0 && <Card size="small" title={t('request.kept')}><Parts label={t('request.kept')} list={q.outcome.kept} why /></Card>}
        </>
      )}
    </div>
  )
}

/** Fields with what they said and what they are to say. */
function Corrections({ list, before }: { list: Correction[]; before: string }) {
  const t = useEnterpriseTexts()
  return (
    <PlainTable<Correction>
      label={t('request.changes')} rowKey="field" dataSource={list} pagination={false}
      columns={[
        { title: t('request.field'), render: (_, c) => t(`request.fields.${c.field}`) },
        { title: before, render: (_, c) => <Said field={c.field} value={c.before} /> },
        { title: t('request.after'), render: (_, c) => <Said field={c.field} value={c.after} /> },
      ]}
    />
  )
}

function Parts({ label, list, why }: { label: string; list: Part[]; why?: boolean }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const reasons: Partial<Record<Part['what'], string>> = { services: t('request.whys.services'), agreements: t('request.whys.agreements'), decisions: t('request.whys.decisions'), offers: t('request.whys.offers'), landed: t('request.whys.landed') }
  return (
    <PlainTable<Part>
      label={label} rowKey="what" dataSource={list} pagination={false}
      columns={[
        { title: t('history.kind'), render: (_, p) => t(`request.parts.${p.what}`) },
        { title: t('request.number'), align: 'right', render: (_, p) => <span className="lh-number">{f.number(p.number, 0)}</span> },
        ...(why ? [{ title: t('request.why'), render: (_: unknown, p: Part) => <span className="lh-wrap">{reasons[p.what] ?? none}</span> }] : []),
      ]}
    />
  )
}

function Acts({ request: q }: { request: EntryRequest }) {
  const t = useEnterpriseTexts()
  const [reason, setReason] = useState('')
  const at = { params: { path: { id: q.id }, header: ifMatch(q.version) } }
  const decide = useChange({ run: (decision: 'done' | 'refused') => read(api.POST('/api/enterprise/requests/{id}/decision', { ...at, body: { decision, reason } })), refresh: [roomKey], done: t('request.done'), quiet: true, after: () => setReason('') })
  const withdraw = useChange({ run: () => read(api.POST('/api/enterprise/requests/{id}/withdrawal', at)), refresh: [roomKey], done: t('request.withdrawn'), quiet: true })
  const say = <Input.TextArea aria-label={t('request.answer')} placeholder={t('request.reason')} maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} value={reason} onChange={(e) => setReason(e.target.value)} />
  const wordless = reason.trim() === ''
  return (
    <>
      {q.acts.includes('decide') && (
        <>
          <Confirm title={t(`request.acceptTitle.${q.kind}`)} note={<p>{t(`request.acceptNote.${q.kind}`)}</p>} label={t('request.accept')} danger={q.kind === 'deletion'} disabled={wordless} run={() => decide.mutateAsync('done')} button={{ type: 'primary' }}>{say}</Confirm>
          <Confirm title={t('request.refuseTitle')} note={<p>{t('request.refuseNote')}</p>} label={t('request.refuse')} danger={false} disabled={wordless} run={() => decide.mutateAsync('refused')}>{say}</Confirm>
        </>
      )}
      {q.acts.includes('withdraw') && <Confirm title={t('request.withdrawTitle')} label={t('request.withdraw')} danger={false} run={() => withdraw.mutateAsync()} />}
    </>
  )
}
