import { Button, Checkbox } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, DataTable, EmptyState, none, PageHeader, read, StatusTag, useChange, useFormat, useLive, useMay, useText, type Column, type Filter, type Tone } from '../../kernel'
import { roomKey, topic, type ReminderRow } from './data'
import './plan.css'
import { usePlanTexts } from './texts'

const kinds = ['overdue_milestone', 'not_reported', 'reminder'] as const
const tones: Record<ReminderRow['kind'], Tone> = { overdue_milestone: 'bad', not_reported: 'warn', reminder: 'info' }

/** What owners have to do. */
export default function Reminders() {
  const t = usePlanTexts()
  const columns = useColumns()
  const [mine, setMine] = useState(false)
  useLive(topic, roomKey)
  const filters: Filter[] = [{ name: 'kind', label: t('field.type'), options: kinds.map((k) => ({ value: k, label: t(`reminders.${k}`) })) }]
  return (
    <div className="lh-stack">
      <PageHeader title={t('reminders.title')} note={t('reminders.note')} actions={<Checkbox checked={mine} onChange={(e) => setMine(e.target.checked)}>{t('reminders.mine')}</Checkbox>} />
      <DataTable<ReminderRow> url="/api/plan/reminders" queryKey={roomKey} label={t('reminders.title')} rowKey={(r) => r.id || `${r.kind}${r.target_id}${r.due}${r.what.zh}`} columns={columns} filters={filters}
        search={t('reminders.search')} exports fixed={mine ? { mine: 'true' } : {}} empty={<EmptyState title={t('reminders.none')} note={t('reminders.noneNote')} />} />
    </div>
  )
}

function useColumns(): Column<ReminderRow>[] {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  return [
    { key: 'kind', title: t('field.type'), sort: 'kind', render: (r) => <StatusTag tone={tones[r.kind]}>{t(`reminders.${r.kind}`)}</StatusTag> },
    {
      key: 'target', title: t('field.target'), sort: 'code',
      render: (r) => <span className="lh-two lh-wrap"><Link to={`/plan/targets/${r.target_id}`}>{text(r.title)}</Link><span>{text(r.what) || r.note || text(r.plan_title)}</span></span>,
    },
    { key: 'due', title: t('field.due'), sort: 'due', render: (r) => <span className="lh-two"><span className="lh-number">{f.date(r.due)}</span>{r.overdue && <span>{t('reminders.overdue')}</span>}</span> },
    { key: 'owner', title: t('field.owner'), sort: 'owner', from: 'md', render: (r) => text(r.owner) },
    { key: 'from', title: t('field.remindedBy'), from: 'lg', render: (r) => r.from || none },
    { key: 'done', title: t('field.step'), render: (r) => (r.id ? <Done id={r.id} /> : none) },
  ]
}

function Done({ id }: { id: string }) {
  const t = usePlanTexts()
  const may = useMay()
  const done = useChange({ run: () => read(api.POST('/api/plan/reminders/{id}/done', { params: { path: { id } } })), refresh: [roomKey], done: t('reminders.doneOk') })
  if (!may('plan.report')) return <>{none}</>
  return <Button size="small" loading={done.isPending} onClick={() => done.mutate()}>{t('reminders.done')}</Button>
}
