import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Card, Segmented } from 'antd'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { api, EmptyState, Failure, Loading, PlainTable, read, useFormat, usePalette } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption } from '../../lib/chart/line'
import { sensorKey, useSensorTexts, type Traffic } from './sensors'
import { useSpan } from './sensorSpan'
import { curves, type Curve, type TrafficBy } from './sensorTraffic'

const spans = [1, 24, 168, 720, 2160] as const

/** How much of which protocol or class of functions there was over time. */
export function SensorTraffic({ id }: { id: string }) {
  const t = useSensorTexts()
  const [params, setParams] = useSearchParams()
  const hours = spans.find((n) => n === Number(params.get('hours'))) ?? 24
  const by: TrafficBy = params.get('by') === 'class' ? 'class' : 'protocol'
  const set = (name: string, value: string) => setParams((now) => { now.set(name, value); return now }, { replace: true })
  const traffic = useQuery({
    queryKey: [...sensorKey, 'traffic', id, hours], placeholderData: keepPreviousData,
    queryFn: () => read(api.GET('/api/security/sensors/{id}/traffic', { params: { path: { id }, query: { hours } } })),
  })
  return (
    <Card size="small" title={t('sensor.traffic.title')}>
      <div className="lh-stack">
        <div className="lh-bar">
          <Segmented aria-label={t('sensor.traffic.hours')} value={hours} onChange={(n) => set('hours', String(n))} options={spans.map((n) => ({ value: n, label: t(`sensor.traffic.of.h${n}`) }))} />
          <Segmented aria-label={t('sensor.traffic.by')} value={by} onChange={(b) => set('by', b)} options={[{ value: 'protocol', label: t('sensor.traffic.byProtocol') }, { value: 'class', label: t('sensor.traffic.byClass') }]} />
        </div>
        {traffic.error ? <Failure problem={traffic.error} retry={() => void traffic.refetch()} /> : traffic.data ? <Drawn traffic={traffic.data} by={by} /> : <Loading />}
      </div>
    </Card>
  )
}

function Drawn({ traffic, by }: { traffic: Traffic; by: TrafficBy }) {
  const t = useSensorTexts()
  const f = useFormat()
  const span = useSpan()
  const colours = usePalette()
  const list = useMemo(() => curves(traffic, by), [traffic, by])
  const name = (c: Curve) => (by === 'protocol' ? c.name : t(`sensor.classes.${c.name as 'read'}`))
  const option = useMemo(
    () => lineOption(list.map((c) => ({ name: by === 'protocol' ? c.name : t(`sensor.classes.${c.name as 'read'}`), points: c.points, area: list.length === 1 })), { colours, write: (v) => f.number(v, 0), time: (v) => f.time(v), zero: true, from: Date.parse(traffic.from), to: Date.parse(traffic.to) }),
    [list, by, t, f, colours, traffic],
  )
  if (list.length === 0) return <EmptyState title={t('sensor.traffic.empty')} />
  const label = t('sensor.traffic.perStep', { span: span(traffic.step) })
  return (
    <>
      <div className="lh-muted">{label}</div>
      <Chart option={option} height={320} label={`${t('sensor.traffic.title')}: ${label}`} />
      <PlainTable<Curve>
        label={t('sensor.traffic.sum')} rowKey="name" dataSource={list}
        columns={[
          { title: t(by === 'protocol' ? 'sensor.field.protocol' : 'sensor.field.class'), render: (_, c) => name(c) },
          { title: t('sensor.traffic.requests'), align: 'right', render: (_, c) => <span className="lh-number">{f.number(c.requests, 0)}</span> },
          { title: t('sensor.traffic.responses'), align: 'right', render: (_, c) => <span className="lh-number">{f.number(c.responses, 0)}</span> },
          { title: t('sensor.traffic.exceptions'), align: 'right', render: (_, c) => <span className="lh-number">{f.number(c.exceptions, 0)}</span> },
          { title: t('sensor.traffic.octets'), align: 'right', responsive: ['sm'], render: (_, c) => <span className="lh-number">{c.octets > 0 ? f.number(c.octets, 0) : '—'}</span> },
        ]}
      />
    </>
  )
}
