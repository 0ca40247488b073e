import { Card } from 'antd'
import { Link } from 'react-router'
import { DataTable, EmptyState, none, PageHeader, StatusTag, SyntheticMark, useFormat, useLive, useText, type Column } from '../../kernel'
import { topic } from './data'
import { requestsKey, requestTone, type EntryRequest } from './requests'
import { useEnterpriseTexts } from './texts'

/** What enterprises ask about their entries: all to the bureau, an enterprise's own to itself. */
export default function Requests() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const text = useText()
  useLive(topic, requestsKey)
  const columns: Column<EntryRequest>[] = [
    { key: 'name', title: t('field.name'), sort: 'name', render: (q) => <span className="lh-two lh-wrap"><span><Link to={`/enterprise/requests/${q.id}`}>{text(q.name)}</Link>{q.synthetic && <SyntheticMark />}</span><span className="lh-code">{q.code}</span></span> },
    { key: 'kind', title: t('request.kind'), render: (q) => t(`request.kinds.${q.kind}`) },
    { key: 'state', title: t('field.status'), sort: 'state', render: (q) => <><StatusTag tone={requestTone[q.state]}>{t(`request.states.${q.state}`)}</StatusTag>{q.overdue && <StatusTag tone="bad">{t('request.overdue')}</StatusTag>}</> },
    { key: 'filed', title: t('request.filed'), sort: 'filed_at', from: 'md', render: (q) => <span className="lh-number" title={f.time(q.filed_at)}>{f.date(q.filed_at)}</span> },
    { key: 'due', title: t('request.due'), sort: 'due_at', from: 'md', render: (q) => <span className="lh-number">{q.state === 'open' ? f.date(q.due_at) : none}</span> },
    { key: 'decided', title: t('request.decidedBy'), from: 'lg', render: (q) => q.decided_name || none },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('request.title')} note={t('request.note')} />
      <Card size="small">
        <DataTable<EntryRequest>
          url="/api/enterprise/requests" queryKey={[...requestsKey, 'list']} label={t('request.title')} rowKey={(q) => q.id} columns={columns} search={t('request.search')} exports
          filters={[
            { name: 'state', label: t('field.status'), options: (['open', 'done', 'refused', 'withdrawn'] as const).map((value) => ({ value, label: t(`request.states.${value}`) })) },
            { name: 'kind', label: t('request.kind'), options: (['correction', 'deletion'] as const).map((value) => ({ value, label: t(`request.kinds.${value}`) })) },
          ]}
          empty={<EmptyState title={t('request.empty')} note={t('request.emptyNote')} />}
        />
      </Card>
    </div>
  )
}
