import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, Failure, Loading, none, Particulars, PlainTable, read, StatusTag, useChange, useFormat, useMay, useText, type Schema } from '../../kernel'
import { TokenShown } from './AddMachine'
import { machinesKey, reasons, tones, type Issued } from './data'
import { Clock } from './Machines'
import { useMachineTexts } from './texts'

type Detail = Schema<'MachineMachineView'>
type Certificate = Detail['certificates'][number]

/** One machine: how it is, its certificates, what can be done. */
export function MachineDetail({ id }: { id: string }) {
  const t = useMachineTexts()
  const [issued, setIssued] = useState<Issued | null>(null)
  const one = useQuery({ queryKey: [...machinesKey, id], queryFn: () => read(api.GET('/api/machine/machines/{id}', { params: { path: { id } } })) })
  if (issued) return <TokenShown issued={issued} close={() => setIssued(null)} />
  if (one.error) return <Failure problem={one.error} retry={() => void one.refetch()} />
  if (!one.data) return <Loading />
  const m = one.data
  return (
    <div className="lh-stack">
      <Facts machine={m} />
      {m.state !== 'revoked' && <Actions machine={m} issued={setIssued} />}
      <strong>{t('certificates')}</strong>
      <Certificates list={m.certificates} />
    </div>
  )
}

function Facts({ machine: m }: { machine: Detail }) {
  const t = useMachineTexts()
  const text = useText()
  const f = useFormat()
  const row = (key: string, label: string, children: React.ReactNode) => ({ key, label, children })
  return (
    <Particulars
      items={[
        row('name', t('field.name'), m.name),
        row('kind', t('field.kind'), t(`kind.${m.kind}`)),
        row('organisation', t('field.organisation'), text(m.organisation)),
        row('state', t('field.state'), <StatusTag tone={tones[m.state]}>{t(`state.${m.state}`)}</StatusTag>),
        row('clock', t('field.clock'), m.serial ? <Clock machine={m} /> : none),
        ...(m.state === 'waiting' || m.state === 'lapsed' ? [row('token', t('field.tokenUntil'), f.time(m.token_expires_at))] : []),
        row('until', t('field.until'), f.time(m.not_after)),
        row('enrolled', t('field.enrolled'), f.time(m.enrolled_at)),
        row('seen', t('field.seen'), m.seen_ip ? `${f.time(m.seen_at)} · ${m.seen_ip}` : none),
        row('created', t('field.created'), t('by', { name: m.created_by, time: f.time(m.created_at) })),
        ...(m.state === 'revoked' ? [row('revoked', t('field.revoked'), `${t('by', { name: m.revoked_by, time: f.time(m.revoked_at) })} · ${t(`reasons.${m.reason as (typeof reasons)[number]}`)}`)] : []),
        ...(m.note ? [row('note', t('field.note'), m.note)] : []),
      ]}
    />
  )
}

function Actions({ machine: m, issued }: { machine: Detail; issued: (issued: Issued) => void }) {
  const t = useMachineTexts()
  const may = useMay()
  const [reason, setReason] = useState<(typeof reasons)[number]>('key_compromise')
  const params = { params: { path: { id: m.id } } }
  const token = useChange({ run: () => read(api.POST('/api/machine/machines/{id}/token', params)), refresh: [machinesKey], after: issued, quiet: true })
  const revoke = useChange({ run: () => read(api.POST('/api/machine/machines/{id}/revocation', { ...params, body: { reason } })), refresh: [machinesKey], done: t('revoked'), quiet: true })
  return (
    <span className="lh-actions">
      {may('machine.enrol') && <Confirm title={t('newTokenTitle')} note={<p>{t('newTokenNote')}</p>} label={t('newToken')} danger={false} run={() => token.mutateAsync()} />}
      {may('machine.revoke') && (
        <Confirm title={t('revokeTitle', { name: m.name })} note={<p>{t('revokeNote')}</p>} label={t('revoke')} run={() => revoke.mutateAsync()}>
          <Select aria-label={t('reason')} value={reason} onChange={setReason} options={reasons.map((r) => ({ value: r, label: t(`reasons.${r}`) }))} popupMatchSelectWidth={false} />
        </Confirm>
      )}
    </span>
  )
}

function Certificates({ list }: { list: Certificate[] }) {
  const t = useMachineTexts()
  const f = useFormat()
  const state = (c: Certificate) => {
    if (c.reason) return <StatusTag tone="idle">{t('certificate.revoked')} · {t(`reasons.${c.reason}`)}</StatusTag>
    if (new Date(c.not_after).getTime() < Date.now()) return <StatusTag tone="bad">{t('certificate.ended')}</StatusTag>
    return new Date(c.used_at).getFullYear() < 1971 ? <StatusTag tone="info">{t('certificate.unused')}</StatusTag> : <StatusTag tone="good">{t('certificate.used')}</StatusTag>
  }
  return (
    <PlainTable<Certificate>
      label={t('certificates')}
      rowKey={(c) => c.serial}
      dataSource={list}
      locale={{ emptyText: none }}
      columns={[
        { key: 'serial', title: t('field.serial'), render: (_, c) => <span className="lh-code lh-clip" title={c.serial}>{c.serial}</span> },
        { key: 'state', title: t('field.result'), render: (_, c) => state(c) },
        { key: 'issued', title: t('field.issued'), responsive: ['sm'], render: (_, c) => <span className="lh-number">{f.time(c.issued_at)}</span> },
        { key: 'until', title: t('field.until'), responsive: ['sm'], render: (_, c) => <span className="lh-number">{f.time(c.not_after)}</span> },
      ]}
    />
  )
}
