import { Card } from 'antd'
import { useSearchParams } from 'react-router'
import { DataTable, EmptyState, none, PageHeader, PageTabs, useFormat, useLive, type Column } from '../../kernel'
import { roomKey, topic, type DetailedRow, type EntryRow } from './data'
import { useEntryColumns, useEntryFilters } from './Directory'
import { useEnterpriseTexts } from './texts'

/** What the bureau does with the directory: decides on entries, and reads the whole of it. */
export default function Review() {
  const t = useEnterpriseTexts()
  const [params, setParams] = useSearchParams()
  useLive(topic, roomKey)
  return (
    <div className="lh-stack">
      <PageHeader title={t('review.title')} note={t('review.note')} />
      <Card size="small">
        <PageTabs
          label={t('review.title')} active={params.get('tab') ?? 'waiting'} change={(tab) => setParams(tab === 'waiting' ? {} : { tab }, { replace: true })}
          items={[{ key: 'waiting', label: t('review.waiting'), children: <Waiting /> }, { key: 'register', label: t('review.register'), children: <Register /> }]}
        />
      </Card>
    </div>
  )
}

function Waiting() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const columns: Column<EntryRow>[] = [
    ...useEntryColumns().filter((c) => c.key !== 'status'),
    { key: 'submitted', title: t('field.submitted'), sort: 'submitted_at', render: (e) => <span title={f.time(e.submitted_at)}>{f.ago(e.submitted_at)}</span> },
  ]
  return (
    <DataTable<EntryRow>
      url="/api/enterprise/entries" queryKey={[...roomKey, 'waiting']} label={t('review.waiting')} rowKey={(e) => e.id} columns={columns} fixed={{ status: 'submitted' }} filters={useEntryFilters().filter((x) => x.name !== 'status' && x.name !== 'size' && x.name !== 'qualification')}
      search={t('list.search')} views="" prefix="w." empty={<EmptyState title={t('review.empty')} note={t('review.emptyNote')} />}
    />
  )
}

/** The register with what is not public: who reads it is written down for each enterprise. */
function Register() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const number = (n: number | undefined) => <span className="lh-number">{n === undefined ? none : f.number(n)}</span>
  const columns: Column<DetailedRow>[] = [
    ...(useEntryColumns() as unknown as Column<DetailedRow>[]).filter((c) => c.key !== 'qualifications'),
    { key: 'staff', title: t('field.persons'), align: 'right', from: 'md', render: (e) => number(e.staff) },
    { key: 'revenue', title: t('field.amount'), align: 'right', from: 'lg', render: (e) => number(e.revenue) },
    { key: 'contact', title: t('field.contact'), from: 'lg', render: (e) => (e.contact ? <span className="lh-two"><span>{e.contact}</span><span>{e.phone}</span></span> : none) },
  ]
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('review.registerNote')}</p>
      <DataTable<DetailedRow>
        url="/api/enterprise/entries/detailed" queryKey={[...roomKey, 'detailed']} label={t('review.register')} rowKey={(e) => e.id} columns={columns} filters={useEntryFilters()} search={t('list.search')} exports views="" prefix="r."
        empty={<EmptyState title={t('list.empty')} note={t('list.emptyBureau')} />}
      />
    </div>
  )
}
