import { Link } from 'react-router'
import { DataTable, EmptyState, StatusTag, useFormat, type Column } from '../../kernel'
import { classes, classTone, protocols, sensorKey, useSensorTexts, type SensorDetail, type Talk } from './sensors'

/** How long before the newest data a conversation is new. */
const freshFor = 24 * 3_600_000

/** The address of the records between two. */
export const recordsOf = (p: Pick<Talk, 'client' | 'server'>) => `?tab=records&r.client=${encodeURIComponent(p.client)}&r.server=${encodeURIComponent(p.server)}`

/** Who speaks with whom, and since when; the new ones first. */
export function SensorPairs({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const f = useFormat()
  const fresh = (p: Talk) => Date.parse(s.packet_at) - Date.parse(p.first_at) < freshFor && Date.parse(p.first_at) - Date.parse(s.created_at) > freshFor
  const columns: Column<Talk>[] = [
    { key: 'client', title: t('sensor.field.client'), sort: 'client', render: (p) => <span className="lh-code">{p.client}</span> },
    { key: 'server', title: t('sensor.field.server'), sort: 'server', render: (p) => <span className="lh-two"><span className="lh-code">{p.server}{p.port > 0 && `:${p.port}`}</span>{p.unit > 0 && <span>{t('sensor.field.unit')} {p.unit}</span>}</span> },
    { key: 'protocol', title: t('sensor.field.protocol'), sort: 'protocol', from: 'sm', render: (p) => p.protocol },
    { key: 'class', title: t('sensor.field.class'), sort: 'class', render: (p) => <StatusTag tone={classTone[p.class] ?? 'idle'}>{t(`sensor.classes.${p.class as 'read'}`)}</StatusTag> },
    { key: 'first', title: t('sensor.field.first'), sort: 'first_at', from: 'md', render: (p) => <span className="lh-two"><span className="lh-number">{f.time(p.first_at)}</span>{fresh(p) && <StatusTag tone="warn">{t('sensor.pairs.fresh')}</StatusTag>}</span> },
    { key: 'last', title: t('sensor.field.last'), sort: 'last_at', from: 'lg', render: (p) => <span className="lh-number">{f.time(p.last_at)}</span> },
    { key: 'units', title: t('sensor.field.units'), sort: 'units', align: 'right', from: 'md', render: (p) => <span className="lh-number">{f.number(p.units, 0)}</span> },
    { key: 'records', title: t('sensor.pairs.records'), from: 'sm', render: (p) => <Link to={recordsOf(p)}>{t('sensor.pairs.records')}</Link> },
  ]
  return (
    <DataTable<Talk>
      url={`/api/security/sensors/${s.id}/pairs`} queryKey={[...sensorKey, 'pairs', s.id]} label={t('sensor.tabs.pairs')} rowKey={(p) => p.id} columns={columns} search={t('sensor.pairs.search')} exports prefix="p." views=""
      filters={[
        { name: 'protocol', label: t('sensor.field.protocol'), options: protocols.map((p) => ({ value: p, label: p })) },
        { name: 'class', label: t('sensor.field.class'), options: classes.map((c) => ({ value: c, label: t(`sensor.classes.${c}`) })) },
        { name: 'host', label: t('sensor.field.host') },
      ]}
      empty={<EmptyState title={t('sensor.pairs.empty')} note={t('sensor.pairs.emptyNote')} />}
    />
  )
}
