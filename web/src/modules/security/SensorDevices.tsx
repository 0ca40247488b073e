import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api, EmptyState, Failure, Loading, PlainTable, read, StatusTag, useFormat } from '../../kernel'
import { sensorKey, useSensorTexts, type FoundAsset } from './sensors'

/** What a device told of itself under one name. */
const told = (a: FoundAsset, kind: string) => a.properties.find((p) => p.kind === kind)?.value ?? ''

/** Devices that the facts are of, with what they rest on. */
export function SensorDevices({ id }: { id: string }) {
  const t = useSensorTexts()
  const f = useFormat()
  const devices = useQuery({ queryKey: [...sensorKey, 'assets', id], queryFn: () => read(api.GET('/api/security/sensors/{id}/assets', { params: { path: { id } } })) })
  if (devices.error) return <Failure problem={devices.error} retry={() => void devices.refetch()} />
  if (!devices.data) return <Loading />
  const list = devices.data.assets
  if (list.length === 0) return <EmptyState title={t('sensor.devices.empty')} note={t('sensor.devices.emptyNote')} />
  const kind = (k: string) => t(`sensor.kinds.${k as 'vendor'}`)
  return (
    <>
      <p className="lh-note">{t('sensor.devices.from', { n: f.number(devices.data.facts, 0) })}</p>
      <PlainTable<FoundAsset>
        label={t('sensor.tabs.devices')} rowKey="key" dataSource={list} pagination={list.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        columns={[
          { title: t('sensor.tabs.devices'), render: (_, a) => <span className="lh-two lh-break"><span>{[told(a, 'vendor'), told(a, 'model') || told(a, 'order_number') || told(a, 'name')].filter(Boolean).join(' ') || t('sensor.devices.unknown')}</span><span>{a.addrs.map((x) => <Link key={x} to={`?tab=pairs&p.host=${encodeURIComponent(x)}`} className="lh-code">{x} </Link>)}</span></span> },
          { title: t('sensor.devices.by'), render: (_, a) => <span className="lh-two"><span>{t(`sensor.devices.bys.${a.by}`)}</span><span className="lh-code lh-break">{a.macs.join(' ')}</span></span> },
          { title: t('sensor.devices.properties'), responsive: ['md'], render: (_, a) => <ul className="lh-plain">{a.properties.map((p) => <li key={`${p.kind} ${p.value}`}>{kind(p.kind)}: {p.value} <span className="lh-muted">{p.source}</span></li>)}{a.conflicts.length > 0 && <li><StatusTag tone="warn">{t('sensor.devices.conflicts', { list: f.list(a.conflicts.map(kind)) })}</StatusTag></li>}</ul> },
          { title: t('sensor.field.last'), responsive: ['lg'], render: (_, a) => <span className="lh-number">{f.time(a.last_at)}</span> },
        ]}
      />
    </>
  )
}
