import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { api, Confirm, DataTable, EmptyState, exportAddress, exportForms, exportTones, none, ownExportsKey, PageHeader, read, StatusTag, useChange, useFormat, useKernelTexts, useLanguage, type Column } from '../../kernel'
import { ExportedList, exportStates, type ExportRequest } from './ExportedList'
import { useSystemTexts } from './texts'

/** Large downloads that one asked for oneself: where they stand, and to take once they are approved. */
export default function MyExports() {
  const t = useSystemTexts()
  const k = useKernelTexts()
  const f = useFormat()
  const columns: Column<ExportRequest>[] = [
    { key: 'list', title: t('exports.list'), sort: 'path', render: (r) => <ExportedList request={r} /> },
    { key: 'rows', title: t('exports.count'), sort: 'rows', align: 'right', from: 'md', render: (r) => <span className="lh-number">{f.number(r.used_rows || r.rows)}</span> },
    { key: 'reason', title: t('field.reason'), from: 'lg', render: (r) => <span className="lh-prose">{r.reason}</span> },
    { key: 'asked', title: t('exports.asked'), sort: 'asked_at', from: 'lg', render: (r) => f.time(r.asked_at) },
    { key: 'state', title: t('field.state'), render: (r) => <span className="lh-two"><StatusTag tone={exportTones[r.state]}>{k(`exporting.state.${r.state}`)}</StatusTag><span>{k(`exporting.says.${r.state}`, { until: f.time(r.expires_at), name: r.decided_by_name || none, answer: r.answer })}</span></span> },
    { key: 'act', title: t('field.actions'), align: 'right', render: (r) => <Act request={r} /> },
  ]
  return (
    <>
      <PageHeader title={t('exports.mine')} note={t('exports.mineNote')} />
      <DataTable<ExportRequest>
        url="/api/system/my-exports"
        queryKey={ownExportsKey}
        label={t('exports.mine')}
        rowKey={(r) => r.id}
        columns={columns}
        filters={[{ name: 'state', label: t('field.state'), options: exportStates.map((s) => ({ value: s, label: k(`exporting.state.${s}`) })) }]}
        search={t('exports.ownSearch')}
        empty={<EmptyState title={t('exports.mineEmpty')} note={t('exports.mineEmptyNote')} />}
      />
    </>
  )
}

function Act({ request: r }: { request: ExportRequest }) {
  const t = useSystemTexts()
  const k = useKernelTexts()
  const language = useLanguage()
  const queries = useQueryClient()
  const withdraw = useChange({
    run: () => read(api.POST('/api/system/my-exports/{id}/withdrawal', { params: { path: { id: r.id } } })),
    refresh: [ownExportsKey], done: t('exports.withdrawn'), quiet: true,
  })
  if (r.state !== 'open' && r.state !== 'approved') return null
  return (
    <span className="lh-actions">
      {r.state === 'approved' && exportForms.map((form) => (
        <Button key={form} size="small" type="primary" href={exportAddress(r.path, r.query, form, language)} download onBlur={() => void queries.invalidateQueries({ queryKey: ownExportsKey })}>
          {k(form === 'csv' ? 'action.exportCSV' : 'action.exportXLSX')}
        </Button>
      ))}
      <Confirm title={t('exports.withdrawTitle')} label={t('exports.withdraw')} button={{ size: 'small' }} run={() => withdraw.mutateAsync()} />
    </span>
  )
}
