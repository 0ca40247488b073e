import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, none, PageHeader, StatusTag, SyntheticMark, useFormat, useLive, useMay, useText, type Column } from '../../kernel'
import { consentTone, lost, sensorKey, sensorStates, sensorTone, useSensorTexts, type SensorRow } from './sensors'
import { useSpan } from './sensorSpan'

/** Sensors that the reader may know of. */
export default function Sensors() {
  const t = useSensorTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const span = useSpan()
  useLive('security.sensors', sensorKey)
  const shown = (s: SensorRow) => s.own || s.consent === 'figures' || s.consent === 'detail'
  const columns: Column<SensorRow>[] = [
    { key: 'name', title: t('sensor.field.name'), sort: 'name', render: (s) => <span className="lh-two lh-wrap"><span><Link to={`/security/sensors/${s.id}`}>{s.name}</Link> {s.synthetic && <SyntheticMark />}</span><span>{s.place || none}</span></span> },
    { key: 'state', title: t('sensor.field.state'), render: (s) => <StatusTag tone={sensorTone[s.state]}>{t(`sensor.states.${s.state}`)}</StatusTag> },
    { key: 'enterprise', title: t('sensor.field.enterprise'), sort: 'organisation', from: 'lg', render: (s) => <span className="lh-wrap">{text(s.organisation)}</span> },
    { key: 'seen', title: t('sensor.field.seen'), sort: 'seen_at', from: 'sm', render: (s) => <span className="lh-two"><span className="lh-number">{shown(s) ? f.ago(s.seen_at) : none}</span>{shown(s) && s.lag_seconds > 0 && <span className="lh-number">{t('sensor.field.lag')} {span(s.lag_seconds)}</span>}</span> },
    { key: 'lost', title: t('sensor.field.lost'), from: 'md', render: (s) => (shown(s) ? <LossMark row={s} /> : none) },
    { key: 'consent', title: t('sensor.field.consent'), sort: 'consent', from: 'md', render: (s) => <StatusTag tone={consentTone[s.consent]}>{t(`sensor.consents.${s.consent}`)}</StatusTag> },
    { key: 'until', title: t('sensor.field.until'), sort: 'not_after', from: 'xl', render: (s) => <span className="lh-number">{f.date(s.not_after)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('sensor.title')} note={t('sensor.note')} actions={may('security.sensor.manage') && <LinkButton type="primary" to="/security/sensors/new">{t('sensor.add')}</LinkButton>} />
      <DataTable<SensorRow>
        url="/api/security/sensors" queryKey={[...sensorKey, 'list']} label={t('sensor.title')} rowKey={(s) => s.id} columns={columns} search={t('sensor.search')} exports every={60_000}
        filters={[
          { name: 'state', label: t('sensor.field.state'), options: sensorStates.map((s) => ({ value: s, label: t(`sensor.states.${s}`) })) },
          { name: 'consent', label: t('sensor.field.consent'), options: (['asked', 'none', 'figures', 'detail'] as const).map((c) => ({ value: c, label: t(`sensor.consents.${c}`) })) },
        ]}
        empty={<EmptyState title={t('sensor.empty')} note={t(may('machine.enrol') ? 'sensor.emptyNote' : may('security.sensor.manage') ? 'sensor.emptyCity' : 'sensor.emptyView')} action={may('security.sensor.manage') && <LinkButton to="/security/sensors/new">{t('sensor.add')}</LinkButton>} />}
      />
    </div>
  )
}

function LossMark({ row }: { row: SensorRow }) {
  const t = useSensorTexts()
  const f = useFormat()
  const l = lost(row.losses)
  if (l.packets + l.batches === 0) return <StatusTag tone="good">{t('sensor.lossNone')}</StatusTag>
  return <StatusTag tone="warn">{t('sensor.lossOf', { packets: f.number(l.packets, 0), batches: f.number(l.batches, 0) })}</StatusTag>
}
