import { Tag } from 'antd'
import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, none, PageHeader, StatusTag, SyntheticMark, useFormat, useMay, useText, type Column } from '../../kernel'
import { incidentKey, levels, levelTone, markOf, stateTone, useIncidentTexts, useWords, type Level, type Row } from './incidentData'

/** Incidents that the reader may know of. */
export default function Incidents() {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const words = useWords()
  const year = new Date().getFullYear()
  const city = may('security.incident.handle')
  const category = (id: string) => text(words?.categories.find((c) => c.id === id)?.name ?? { zh: id, en: id })
  const columns: Column<Row>[] = [
    {
      key: 'title', title: t('incident.field.title'), sort: 'title',
      render: (i) => <span className="lh-two lh-wrap"><span>{i.drill && <Tag>{t('incident.drillMark')}</Tag>}<Link to={`/security/incidents/${i.id}`}>{i.title}</Link> {i.synthetic && <SyntheticMark />}</span><span>{i.number} · {category(i.category)} · {markOf(i.tlp)}</span></span>,
    },
    { key: 'enterprise', title: t('incident.field.enterprise'), sort: 'enterprise', from: 'sm', render: (i) => <span className="lh-wrap">{text(i.enterprise)}</span> },
    { key: 'level', title: t('incident.field.level'), sort: 'level', render: (i) => <LevelMark of={i} /> },
    { key: 'state', title: t('incident.field.state'), sort: 'state', render: (i) => <StatusTag tone={stateTone[i.state]}>{t(`incident.states.${i.state}`)}</StatusTag> },
    { key: 'due', title: t('incident.field.due'), sort: 'report_due_at', from: 'lg', render: (i) => <span className="lh-two"><span className="lh-number">{i.report_due_at ? f.time(i.report_due_at) : none}</span>{i.report_due_at && <span>{t(`incident.upward.${i.upward || 'none'}`)}</span>}</span> },
    { key: 'received', title: t('incident.field.received'), sort: 'received_at', from: 'md', render: (i) => <span className="lh-number">{f.time(i.received_at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('incident.title')} note={t('incident.note')}
        actions={<><LinkButton to="/security/incidents/figures">{t('incident.figures')}</LinkButton>{(city || may('security.incident.report')) && <LinkButton type="primary" to="/security/incidents/new">{t(city ? 'incident.open' : 'incident.report')}</LinkButton>}</>}
      />
      <DataTable<Row>
        url="/api/security/incidents" queryKey={[...incidentKey, 'list']} label={t('incident.title')} rowKey={(i) => i.id} columns={columns} search={t('incident.search')} exports every={30_000}
        filters={[
          { name: 'state', label: t('incident.field.state'), options: (Object.keys(stateTone) as Row['state'][]).map((s) => ({ value: s, label: t(`incident.states.${s}`) })) },
          { name: 'level', label: t('incident.field.level'), options: levels.map((l) => ({ value: String(l), label: t(`incident.levels.l${l}`) })) },
          { name: 'category', label: t('incident.field.category'), options: (words?.categories ?? []).map((c) => ({ value: c.id, label: text(c.name) })) },
          { name: 'real', label: t('incident.field.real'), options: [{ value: 'real', label: t('incident.real') }, { value: 'drill', label: t('incident.drill') }] },
          { name: 'late', label: t('incident.field.late'), options: [{ value: 'true', label: t('incident.isLate') }] },
          { name: 'year', label: t('incident.field.year'), options: [0, 1, 2].map((n) => ({ value: String(year - n), label: String(year - n) })) },
        ]}
        empty={<EmptyState title={t('incident.empty')} note={t('incident.emptyNote')} />}
      />
    </div>
  )
}

/** The confirmed level, or the proposed one, said so. */
export function LevelMark({ of: i }: { of: Pick<Row, 'level' | 'proposed'> }) {
  const t = useIncidentTexts()
  const level = i.level as Level
  if (level || !i.proposed) return <StatusTag tone={levelTone[level]}>{t(`incident.levels.l${level}`)}</StatusTag>
  return <span className="lh-two"><StatusTag tone="idle">{t('incident.levels.l0')}</StatusTag><span>{t('incident.proposed', { level: t(`incident.levels.l${i.proposed as Level}`) })}</span></span>
}
