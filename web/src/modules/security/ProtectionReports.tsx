import { Link } from 'react-router'
import { DataTable, EmptyState, StatusTag, useFormat, useText, type Column } from '../../kernel'
import { protectionKey, standingTone, useProtectionTexts, type Duty } from './protection'

/** How the report of a day stands. */
export function StandingTag({ duty: d }: { duty: Pick<Duty, 'standing' | 'late' | 'begun_late'> }) {
  const t = useProtectionTexts()
  return (
    <span className="lh-two lh-wrap">
      <StatusTag tone={d.late ? 'warn' : standingTone[d.standing]}>{t(`protection.standings.${d.standing}`)}{d.late && ` · ${t('protection.late')}`}</StatusTag>
      {d.begun_late && <span className="lh-muted">{t('protection.begunLate')}</span>}
    </span>
  )
}

/** What was reported of a day. */
export function Said({ said: d }: { said: Pick<Duty, 'happened' | 'events' | 'handled' | 'what' | 'incident_number' | 'by' | 'said_at' | 'reports'> & { incident_id?: string } }) {
  const t = useProtectionTexts()
  const f = useFormat()
  return (
    <span className="lh-two lh-wrap">
      {d.happened && <span>{t('protection.counts', { events: f.number(d.events, 0), handled: f.number(d.handled, 0) })}{d.incident_number && <> · {d.incident_id ? <Link to={`/security/incidents/${d.incident_id}`}>{d.incident_number}</Link> : d.incident_number}</>}</span>}
      {d.what && <span className="lh-notice-text">{d.what}</span>}
      <span className="lh-muted">{d.by} {f.time(d.said_at)}{d.reports > 1 && ` · ${t('protection.corrected', { n: d.reports - 1 })}`}</span>
    </span>
  )
}

/** Reports, those that are missing too: of a period, or of everybody whom the reader sees. */
export function ProtectionReports({ period, days = [] }: { period?: string; days?: string[] }) {
  const t = useProtectionTexts()
  const text = useText()
  const columns: Column<Duty>[] = [
    { key: 'organisation', title: t('protection.field.organisation'), sort: 'organisation', render: (d) => <span className="lh-wrap">{text(d.organisation)}</span> },
    { key: 'day', title: t('protection.field.day'), sort: 'due', render: (d) => <span className="lh-number">{d.day}</span> },
    { key: 'standing', title: t('protection.field.standing'), render: (d) => <StandingTag duty={d} /> },
    { key: 'what', title: t('protection.field.what'), sort: 'said_at', from: 'md', render: (d) => d.reports > 0 && <Said said={d} /> },
  ]
  return (
    <DataTable<Duty>
      url="/api/security/protection-duties" queryKey={[...protectionKey, 'duties']} label={t('protection.reports')} rowKey={(d) => d.id} columns={columns} search={t('protection.searchReports')} exports {...(period ? { fixed: { period } } : {})}
      filters={[
        { name: 'standing', label: t('protection.field.standing'), options: (['missing', 'something', 'nothing', 'owed', 'cancelled'] as const).map((s) => ({ value: s, label: t(`protection.standings.${s}`) })) },
        { name: 'only', label: t('protection.field.only'), options: (['late', 'corrected', 'escalated'] as const).map((s) => ({ value: s, label: t(`protection.onlies.${s}`) })) },
        ...(days.length > 0 ? [{ name: 'day', label: t('protection.field.day'), options: days.map((day) => ({ value: day, label: day })) }] : []),
      ]}
      empty={<EmptyState title={t('protection.noReports')} note={t('protection.noReportsNote')} />}
    />
  )
}
