import { DataTable, EmptyState, none, useFormat, type Column } from '../../kernel'
import { sensorKey, useSensorTexts, type DeviceFact } from './sensors'

const kinds = ['vendor', 'vendor_id', 'model', 'order_number', 'firmware', 'hardware', 'serial', 'name', 'description', 'device_type', 'instance', 'location', 'address', 'software', 'service', 'security'] as const

/** What devices said of themselves, one by one. */
export function SensorFacts({ id }: { id: string }) {
  const t = useSensorTexts()
  const f = useFormat()
  const columns: Column<DeviceFact>[] = [
    { key: 'device', title: t('sensor.field.addr'), sort: 'addr', render: (x) => <span className="lh-two"><span className="lh-code">{x.addr || none}</span><span className="lh-code">{x.mac}</span></span> },
    { key: 'kind', title: t('sensor.field.kind'), sort: 'kind', render: (x) => t(`sensor.kinds.${x.kind as 'vendor'}`) },
    { key: 'value', title: t('sensor.field.value'), sort: 'value', render: (x) => <span className="lh-break">{x.value}</span> },
    { key: 'source', title: t('sensor.field.source'), sort: 'source', from: 'sm', render: (x) => <span className="lh-two"><span>{x.source}</span>{x.unit > 0 && <span>{t('sensor.field.unit')} {x.unit}</span>}</span> },
    { key: 'first', title: t('sensor.field.first'), sort: 'first_at', from: 'lg', render: (x) => <span className="lh-number">{f.time(x.first_at)}</span> },
    { key: 'last', title: t('sensor.field.last'), sort: 'last_at', from: 'md', render: (x) => <span className="lh-number">{f.time(x.last_at)}</span> },
    { key: 'times', title: t('sensor.field.times'), align: 'right', from: 'lg', render: (x) => <span className="lh-number">{f.number(x.times, 0)}</span> },
  ]
  return (
    <DataTable<DeviceFact>
      url={`/api/security/sensors/${id}/facts`} queryKey={[...sensorKey, 'facts', id]} label={t('sensor.tabs.facts')} rowKey={(x) => x.id} columns={columns} search={t('sensor.devices.search')} exports prefix="f." views=""
      filters={[{ name: 'kind', label: t('sensor.field.kind'), options: kinds.map((k) => ({ value: k, label: t(`sensor.kinds.${k}`) })) }]}
      empty={<EmptyState title={t('sensor.devices.factsEmpty')} note={t('sensor.devices.emptyNote')} />}
    />
  )
}
