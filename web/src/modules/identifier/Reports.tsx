import { useQuery } from '@tanstack/react-query'
import { Button, Form, Modal, Select } from 'antd'
import { useState } from 'react'
import { api, DataTable, EmptyState, EntityForm, Failure, LinkButton, Loading, read, StatusTag, useChange, useFormat, type Column } from '../../kernel'
import { reportsKey, type NodeDetail, type VersionRow } from './data'
import { useIdentifierTexts } from './texts'
import { Verify } from './Verify'

/** Monthly reports of a node: made by themselves, kept as versions, signed. */
export function Reports({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const link = (v: VersionRow, what: string) => `/api/identifier/reports/${v.id}/${what}`
  const columns: Column<VersionRow>[] = [
    { key: 'month', title: t('events.month'), sort: 'month', render: (v) => <span className="lh-number">{v.month}</span> },
    { key: 'number', title: t('reports.version'), align: 'right', render: (v) => <span className="lh-number">{v.number}</span> },
    { key: 'made', title: t('reports.made'), sort: 'made_at', from: 'sm', render: (v) => <span className="lh-number">{f.time(v.made_at)}</span> },
    { key: 'digest', title: t('reports.digest'), from: 'lg', render: (v) => <span className="lh-code" title={v.digest}>{v.digest.slice(0, 16)}…</span> },
    { key: 'files', title: t('tables.files'), render: (v) => <span className="lh-outcome-line"><a href={link(v, 'pdf?lang=zh')} download>{t('reports.inChinese', { file: 'PDF' })}</a><a href={link(v, 'xlsx?lang=zh')} download>{t('reports.inChinese', { file: 'XLSX' })}</a>{v.digest_en && <><a href={link(v, 'pdf?lang=en')} download>{t('reports.inEnglish', { file: 'PDF' })}</a><a href={link(v, 'xlsx?lang=en')} download>{t('reports.inEnglish', { file: 'XLSX' })}</a></>}<a href={link(v, 'signature')} download>{t('reports.signature')}</a></span> },
    { key: 'check', title: '', render: (v) => <Check version={v} /> },
  ]
  return (
    <div className="lh-stack">
      <p className="lh-muted">{t('reports.note')}</p>
      <div className="lh-bar"><Make node={node} /><LinkButton to="/reports">{t('reports.preview')}</LinkButton></div>
      <DataTable<VersionRow> url={`/api/identifier/nodes/${node.id}/reports`} queryKey={reportsKey} label={t('reports.title')} rowKey={(v) => v.id} columns={columns} prefix="v." views="" empty={<EmptyState title={t('reports.none')} note={t('reports.noneNote')} />} />
      <Verify />
    </div>
  )
}

function Check({ version }: { version: VersionRow }) {
  const t = useIdentifierTexts()
  const check = useChange({ run: () => read(api.GET('/api/identifier/reports/{id}/verification', { params: { path: { id: version.id } } })), refresh: [], quiet: true })
  if (check.data) {
    const fine = check.data.signature && check.data.pdf && check.data.xlsx && check.data.english
    return <StatusTag tone={fine ? 'good' : 'bad'}>{t(fine ? 'reports.holds' : check.data.signature ? 'reports.damaged' : 'reports.broken')}</StatusTag>
  }
  return <Button size="small" loading={check.isPending} onClick={() => check.mutate(undefined)}>{t('reports.check')}</Button>
}

function Make({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const [open, setOpen] = useState(false)
  const months = useQuery({ queryKey: [...reportsKey, 'months'], queryFn: () => read(api.GET('/api/identifier/reports/months')), enabled: open })
  const make = useChange({
    run: (v: { month: string }) => read(api.POST('/api/identifier/nodes/{id}/reports', { params: { path: { id: node.id } }, body: v })),
    refresh: [reportsKey], done: t('reports.done'), after: () => setOpen(false), quiet: true,
  })
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('reports.make')}</Button>
      <Modal open={open} title={t('reports.make')} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
        {months.error && <Failure problem={months.error} retry={() => void months.refetch()} />}
        {months.isPending && <Loading rows={2} />}
        {months.data && (
          <EntityForm<{ month: string }> name="version" initial={{ month: months.data.items[0]! }} submit={(v) => make.mutateAsync(v)} submitLabel={t('reports.make')} cancel={() => setOpen(false)}>
            <Form.Item name="month" label={t('events.month')} extra={t('reports.makeNote')}><Select options={months.data.items.map((x) => ({ value: x, label: x }))} /></Form.Item>
          </EntityForm>
        )}
      </Modal>
    </>
  )
}
