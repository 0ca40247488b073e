import { DataTable, EmptyState, LinkButton, PageHeader, SyntheticMark, useFormat, useMay, useText, type Column, type Schema } from '../../kernel'
import { alertKey, useAlertsLive, useAlertTexts } from './alertTexts'
import './sensor.css'

type Row = Schema<'DetectionAlertFigure'>

/** How many alerts enterprises have, of sensors that are open to the city: counts, and no alert. */
export default function AlertFigures() {
  const t = useAlertTexts()
  const text = useText()
  const f = useFormat()
  const city = useMay()('security.incident.handle')
  useAlertsLive()
  const of = (key: 'critical' | 'high' | 'medium' | 'low', from?: 'sm' | 'md'): Column<Row> => ({
    key, title: t(`alert.levels.${key}`), sort: key, align: 'right', ...(from ? { from } : {}),
    render: (r) => (r.sensors === 0 ? <span className="lh-hatched" aria-label={t('alert.figures.unseen')}>—</span> : <span className="lh-number">{f.number(r[key], 0)}</span>),
  })
  const columns: Column<Row>[] = [
    {
      key: 'name', title: t('alert.field.enterprise'), sort: 'name',
      render: (r) => <span className="lh-two lh-wrap"><span>{text(r.enterprise)} {r.synthetic && <SyntheticMark />}</span><span className="lh-muted">{r.sensors === 0 ? t('alert.figures.unseen') : t('alert.figures.sensors', { n: r.sensors })}</span></span>,
    },
    of('critical'), of('high'), of('medium', 'sm'), of('low', 'md'),
    { key: 'states', title: t('alert.figures.states'), from: 'md', render: (r) => (r.sensors === 0 ? <span className="lh-hatched">—</span> : <span className="lh-wrap">{t('alert.figures.stateOf', { fresh: r.new, looking: r.looking, real: r.real, mistaken: r.false_alarm, other: r.other })}</span>) },
    { key: 'techniques', title: t('alert.field.technique'), from: 'lg', render: (r) => <span className="lh-wrap">{r.techniques.map((x) => <span key={x.technique} className="lh-code">{x.technique} × {f.number(x.count, 0)} </span>)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('alert.figures.title')} note={t(city ? 'alert.figures.note' : 'alert.figures.ownNote')} actions={<LinkButton to="/security/alerts">{t('alert.title')}</LinkButton>} />
      <DataTable<Row>
        url="/api/security/alert-figures" queryKey={[...alertKey, 'figures']} label={t('alert.figures.title')} rowKey={(r) => r.organisation_id} columns={columns} search={t('alert.figures.search')} exports
        filters={[{ name: 'seen', label: t('alert.figures.seen'), options: [{ value: 'yes', label: t('alert.figures.open') }, { value: 'no', label: t('alert.figures.unseen') }] }]}
        empty={<EmptyState title={t('alert.figures.empty')} note={t('alert.figures.emptyNote')} />}
      />
    </div>
  )
}
