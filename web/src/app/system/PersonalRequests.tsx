import { Button, Drawer, Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, ifMatch, none, PageHeader, read, StatusTag, useChange, useFormat, type Column, type Schema, type Tone } from '../../kernel'
import { useSystemTexts } from './texts'

export type PersonalRequest = Schema<'IdentityPersonalRequest'>

const requestsKey = ['personal-requests']
const states = ['open', 'doing', 'done', 'refused', 'withdrawn'] as const
const kinds = ['copy', 'correction', 'erasure'] as const
export const requestTones: Record<PersonalRequest['state'], Tone> = { open: 'warn', doing: 'info', done: 'good', refused: 'bad', withdrawn: 'idle' }

/** What persons ask about their data, the most pressing first. */
export default function PersonalRequests() {
  const t = useSystemTexts()
  const [one, setOne] = useState<PersonalRequest | null>(null)
  const columns: Column<PersonalRequest>[] = [
    { key: 'person', title: t('field.person'), render: (r) => (r.name ? <span className="lh-two"><span>{r.name}</span><span className="lh-code">{r.login}</span></span> : <span className="lh-muted">{t('personal.erased')}</span>) },
    { key: 'kind', title: t('personal.asks'), sort: 'kind', render: (r) => t(`personal.kinds.${r.kind}`) },
    { key: 'state', title: t('field.state'), sort: 'state', render: (r) => <span className="lh-two"><StatusTag tone={requestTones[r.state]}>{t(`personal.states.${r.state}`)}</StatusTag><span className="lh-narrow-only"><Due request={r} /></span></span> },
    { key: 'due', title: t('personal.due'), sort: 'due_at', from: 'md', render: (r) => <Due request={r} /> },
    { key: 'by', title: t('field.decidedBy'), from: 'lg', render: (r) => r.decided_by || none },
    { key: 'act', title: t('field.actions'), align: 'right', render: (r) => <Button size="small" onClick={() => setOne(r)}>{t(r.state === 'open' ? 'personal.decide' : 'personal.look')}</Button> },
  ]
  return (
    <>
      <PageHeader title={t('personal.queue')} note={t('personal.queueNote')} />
      <DataTable<PersonalRequest>
        url="/api/system/personal-requests"
        queryKey={requestsKey}
        label={t('personal.queue')}
        rowKey={(r) => r.id}
        columns={columns}
        filters={[
          { name: 'state', label: t('field.state'), options: states.map((s) => ({ value: s, label: t(`personal.states.${s}`) })) },
          { name: 'kind', label: t('personal.asks'), options: kinds.map((k) => ({ value: k, label: t(`personal.kinds.${k}`) })) },
        ]}
        search={t('personal.search')}
        exports
        empty={<EmptyState title={t('personal.empty')} note={t('personal.emptyNote')} />}
      />
      <Drawer open={one !== null} onClose={() => setOne(null)} size={520} destroyOnHidden title={one ? t(`personal.kinds.${one.kind}`) : ''}>
        {one && <One request={one} close={() => setOne(null)} />}
      </Drawer>
    </>
  )
}

function Due({ request: r }: { request: PersonalRequest }) {
  const t = useSystemTexts()
  const f = useFormat()
  return <span className="lh-number">{f.date(r.due_at)} {r.late && <StatusTag tone="bad">{t('personal.late')}</StatusTag>}</span>
}

function One({ request: r, close }: { request: PersonalRequest; close: () => void }) {
  const t = useSystemTexts()
  const f = useFormat()
  const [reason, setReason] = useState('')
  const decide = useChange({
    run: (decision: 'approve' | 'refuse') => read(api.POST('/api/system/personal-requests/{id}/decision', { params: { path: { id: r.id }, header: ifMatch(r.version) }, body: { decision, reason } })),
    refresh: [requestsKey], done: t('personal.decided'), after: close, quiet: true,
  })
  return (
    <div className="lh-stack">
      <p>{r.name || t('personal.erased')} · {f.time(r.asked_at)}</p>
      {r.detail && <p className="lh-prose">{r.detail}</p>}
      <p className="lh-muted">{t(`personal.does.${r.kind}`)}</p>
      {r.decided_at && <p>{r.decided_by} · {f.time(r.decided_at)} · {r.reason}</p>}
      {r.state === 'open' && (
        <>
          <label htmlFor="personal-reason">{t('personal.reason')}</label>
          <Input.TextArea id="personal-reason" rows={3} maxLength={2000} value={reason} onChange={(e) => setReason(e.target.value)} />
          <span className="lh-actions">
            <Confirm title={t('personal.approveTitle')} note={t(`personal.does.${r.kind}`)} label={t('personal.approve')} danger={r.kind === 'erasure'} button={{ type: 'primary' }} run={() => decide.mutateAsync('approve')} />
            <Confirm title={t('personal.refuseTitle')} label={t('personal.refuse')} run={() => decide.mutateAsync('refuse')} />
          </span>
        </>
      )}
    </div>
  )
}
