import { Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, exportTones, none, PageHeader, read, StatusTag, useChange, useFormat, useKernelTexts, useMay, useSession, type Column } from '../../kernel'
import { ExportedList, exportStates, type ExportRequest } from './ExportedList'
import { useSystemTexts } from './texts'

const exportsKey = ['exports']

/** Downloads that a second person has to approve, the newest first. */
export default function Exports() {
  const t = useSystemTexts()
  const k = useKernelTexts()
  const f = useFormat()
  const columns: Column<ExportRequest>[] = [
    { key: 'by', title: t('exports.askedBy'), sort: 'asked_at', render: (r) => <span className="lh-two"><span>{r.asked_by_name || none}</span><span>{f.time(r.asked_at)}</span></span> },
    { key: 'list', title: t('exports.list'), sort: 'path', render: (r) => <ExportedList request={r} /> },
    { key: 'rows', title: t('exports.count'), sort: 'rows', align: 'right', from: 'md', render: (r) => <span className="lh-number">{f.number(r.used_rows || r.rows)}</span> },
    { key: 'reason', title: t('field.reason'), from: 'lg', render: (r) => <span className="lh-prose">{[r.reason, r.answer].filter(Boolean).join(' · ')}</span> },
    { key: 'state', title: t('field.state'), render: (r) => <StatusTag tone={exportTones[r.state]}>{k(`exporting.state.${r.state}`)}</StatusTag> },
    { key: 'decided', title: t('field.decidedBy'), from: 'xl', render: (r) => <span className="lh-two"><span>{r.decided_by_name || none}</span><span>{r.decided_at ? f.time(r.decided_at) : ''}</span></span> },
    { key: 'act', title: t('field.actions'), align: 'right', render: (r) => <Decide request={r} /> },
  ]
  return (
    <>
      <PageHeader title={t('exports.title')} note={t('exports.note')} />
      <DataTable<ExportRequest>
        url="/api/system/exports"
        queryKey={exportsKey}
        label={t('exports.title')}
        rowKey={(r) => r.id}
        columns={columns}
        filters={[{ name: 'state', label: t('field.state'), options: exportStates.map((s) => ({ value: s, label: k(`exporting.state.${s}`) })) }]}
        search={t('exports.search')}
        exports
        empty={<EmptyState title={t('exports.empty')} note={t('exports.emptyNote')} />}
      />
    </>
  )
}

/** The second person's word, where one may give it. */
function Decide({ request: r }: { request: ExportRequest }) {
  const t = useSystemTexts()
  const f = useFormat()
  const may = useMay()
  const { person } = useSession()
  const [answer, setAnswer] = useState('')
  const decide = useChange({
    run: (approve: boolean) => read(api.POST('/api/system/exports/{id}/decision', { params: { path: { id: r.id } }, body: { approve, answer } })),
    refresh: [exportsKey], done: t('exports.decided'), quiet: true,
  })
  if (r.state !== 'open' || !may('system.export.approve')) return null
  if (r.asked_by === person.id) return <span className="lh-muted">{t('exports.own')}</span>
  const words = (label: string) => <Input.TextArea aria-label={label} placeholder={label} rows={2} maxLength={500} value={answer} onChange={(e) => setAnswer(e.target.value)} />
  const what = <p>{t('exports.asks', { name: r.asked_by_name, rows: f.number(r.rows), path: r.path, reason: r.reason })}</p>
  return (
    <span className="lh-actions">
      <Confirm title={t('exports.approveTitle')} note={<>{what}<p>{t('exports.approveNote')}</p></>} label={t('exports.approve')} danger={false} button={{ type: 'primary', size: 'small' }} run={() => decide.mutateAsync(true)}>{words(t('exports.answer'))}</Confirm>
      <Confirm title={t('exports.returnTitle')} note={what} label={t('exports.return')} button={{ size: 'small' }} disabled={!answer.trim()} run={() => decide.mutateAsync(false)}>{words(t('exports.why'))}</Confirm>
    </span>
  )
}
