import { FileProtectOutlined, HistoryOutlined, SafetyCertificateOutlined } from '@ant-design/icons'
import { Alert, Button, Flex } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, DataTable, none, PageHeader, problemText, read, StatusTag, useChange, useFormat, useMay, type Column, type Tone } from '../../kernel'
import { AuditDrawer } from './AuditDrawer'
import { AuditRetention } from './AuditRetention'
import { type AuditEntry } from './data'
import { useSystemTexts } from './texts'

const tones: Record<string, Tone> = { done: 'good', read: 'idle', refused: 'warn', failed: 'bad' }
const outcomes = ['done', 'read', 'refused', 'failed'] as const

/** Who did what, and whether the record is whole. */
export default function Audit() {
  const t = useSystemTexts()
  const f = useFormat()
  const [open, setOpen] = useState<AuditEntry | null>(null)
  const [params, setParams] = useSearchParams()
  const retention = (open: boolean) =>
    setParams((old) => {
      const next = new URLSearchParams(old)
      if (open) next.set('retention', '1')
      else next.delete('retention')
      return next
    })
  const verify = useChange({ run: () => read(api.GET('/api/system/audit/verification')), quiet: true })
  const outcome = (o: string) => ((outcomes as readonly string[]).includes(o) ? t(`outcome.${o as (typeof outcomes)[number]}`) : o)
  const columns: Column<AuditEntry>[] = [
    { key: 'at', title: t('field.time'), sort: 'at', from: 'md', render: (e) => <span className="lh-number">{f.time(e.at)}</span> },
    { key: 'actor', title: t('field.actor'), sort: 'actor_name', render: (e) => <span className="lh-two"><span>{(e.erased ? <span className="lh-muted">{t('personal.erased')}</span> : '') || e.actor_name || (e.actor === 'nobody' ? t('audit.nobody') : e.actor)}</span><span className="lh-number lh-narrow-only">{f.time(e.at)}</span></span> },
    { key: 'action', title: t('field.action'), sort: 'action', render: (e) => <span className="lh-code lh-path">{e.action}</span> },
    { key: 'outcome', title: t('field.outcome'), render: (e) => <StatusTag tone={tones[e.outcome] ?? 'idle'}>{outcome(e.outcome)}</StatusTag> },
    { key: 'ip', title: t('field.ip'), from: 'lg', render: (e) => <span className="lh-code">{e.ip || none}</span> },
    { key: 'seq', title: t('field.seq'), sort: 'seq', align: 'right', from: 'md', render: (e) => <span className="lh-number">{e.seq}</span> },
    { key: 'act', title: t('field.actions'), align: 'right', render: (e) => <Button size="small" type="text" aria-label={t('audit.show', { seq: e.seq })} onClick={() => setOpen(e)}>{t('audit.details')}</Button> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('audit.title')} note={t('audit.note')} actions={<Actions verify={() => verify.mutate()} verifying={verify.isPending} retention={() => retention(true)} />} />
      {verify.error && <Alert type="error" showIcon title={problemText(verify.error)} />}
      {verify.data && (
        <Alert
          type={verify.data.ok ? 'success' : 'error'}
          showIcon
          role="status"
          title={verify.data.ok ? t('audit.holds', { count: f.number(verify.data.count), signed: f.number(verify.data.signed) }) : t('audit.broken', { at: verify.data.broken_at ?? 0 })}
          description={<span className="lh-code lh-break">{verify.data.ok ? verify.data.head : verify.data.reason}</span>}
        />
      )}
      <DataTable<AuditEntry>
        url="/api/system/audit"
        queryKey={['audit']}
        label={t('audit.title')}
        rowKey={(e) => e.id}
        columns={columns}
        filters={[
          { name: 'from', label: t('audit.from'), input: 'time' },
          { name: 'to', label: t('audit.to'), input: 'time' },
          { name: 'by', label: t('field.actor'), input: 'text' },
          { name: 'outcome', label: t('field.outcome'), options: outcomes.map((o) => ({ value: o, label: t(`outcome.${o}`) })) },
        ]}
        search={t('audit.search')}
        exports
      />
      <AuditRetention open={params.has('retention')} close={() => retention(false)} />
      <AuditDrawer entry={open} close={() => setOpen(null)} outcome={open && <StatusTag tone={tones[open.outcome] ?? 'idle'}>{outcome(open.outcome)}</StatusTag>} />
    </div>
  )
}

function Actions({ verify, verifying, retention }: { verify: () => void; verifying: boolean; retention: () => void }) {
  const t = useSystemTexts()
  const may = useMay()
  return (
    <Flex gap={8} wrap>
      <Button icon={<SafetyCertificateOutlined />} loading={verifying} onClick={verify}>{t('audit.verify')}</Button>
      <Button icon={<HistoryOutlined />} onClick={retention}>{t('retention.button')}</Button>
      {may('system.audit.export') && <Button icon={<FileProtectOutlined />} href="/api/system/audit/export" title={t('audit.proofNote')}>{t('audit.proof')}</Button>}
    </Flex>
  )
}
