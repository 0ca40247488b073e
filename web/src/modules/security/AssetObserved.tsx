import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { Link } from 'react-router'
import { api, EmptyState, Failure, Figure, Figures, LinkButton, Loading, none, PlainTable, read, useFormat, useMay, type Schema } from '../../kernel'
import { useWeaknessTexts, weaknessKey } from './weaknesses'

type Comparison = Schema<'AssetObservedComparison'>
type Seen = Comparison['undeclared'][number]
type Unseen = Comparison['unseen'][number]

/** What is declared beside what sensors saw on the wire. */
export function AssetObserved() {
  const t = useWeaknessTexts()
  const f = useFormat()
  const may = useMay()
  const { data, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'observed'], queryFn: () => read(api.GET('/api/security/inventory/observed')) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  if (data.sensors === 0) return <EmptyState title={t('weakness.observed.none')} note={t('weakness.observed.noneNote')} action={may('security.sensor.manage') && <LinkButton to="/security/sensors">{t('weakness.observed.sensors')}</LinkButton>} />
  return (
    <div className="lh-stack">
      <Figures>
        <Figure label={t('weakness.observed.matched')} value={f.number(data.matched, 0)} />
        <Figure label={t('weakness.observed.undeclared')} value={f.number(data.undeclared.length, 0)} />
        <Figure label={t('weakness.observed.unseen')} value={f.number(data.unseen.length, 0)} />
        <Figure label={t('weakness.observed.untold')} value={f.number(data.untold, 0)} note={t('weakness.observed.untoldNote')} />
      </Figures>
      {data.hidden > 0 && <p className="lh-note">{t('weakness.observed.hidden', { n: f.number(data.hidden, 0) })}</p>}
      <div className="lh-columns">
        <Undeclared list={data.undeclared} />
        <NeverSeen list={data.unseen} />
      </div>
    </div>
  )
}

function Undeclared({ list }: { list: Seen[] }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  const may = useMay()
  return (
    <Card size="small" title={t('weakness.observed.undeclared')} extra={may('security.asset.write') && <Link to="/security/assets">{t('weakness.assets.add')}</Link>}>
      <PlainTable<Seen & { key: number }>
        label={t('weakness.observed.undeclared')} rowKey={(x) => String(x.key)} dataSource={list.map((x, key) => ({ ...x, key }))} locale={{ emptyText: t('weakness.none') }} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('weakness.observed.device'), render: (_, x) => <span className="lh-two lh-break"><span>{[x.vendor, x.model || x.order_number, x.firmware].filter(Boolean).join(' ') || t('weakness.assets.unknown')}</span><span className="lh-code">{[...x.addrs.slice(0, 4), ...x.macs.slice(0, 2)].join(' ')}</span></span> },
          { title: t('weakness.observed.last'), responsive: ['sm'], render: (_, x) => <span className="lh-number">{f.time(x.last_at)}</span> },
          { title: t('weakness.observed.talks'), render: (_, x) => (x.sensor_id && x.addrs[0] ? <Link to={`/security/sensors/${x.sensor_id}?tab=pairs&p.host=${encodeURIComponent(x.addrs[0])}`}>{t('weakness.observed.talks')}</Link> : none) },
        ]}
      />
    </Card>
  )
}

function NeverSeen({ list }: { list: Unseen[] }) {
  const t = useWeaknessTexts()
  return (
    <Card size="small" title={t('weakness.observed.unseen')}>
      <p className="lh-note">{t('weakness.observed.unseenNote')}</p>
      <PlainTable<Unseen>
        label={t('weakness.observed.unseen')} rowKey="id" dataSource={list} locale={{ emptyText: t('weakness.none') }} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('weakness.assets.one'), render: (_, x) => <span className="lh-two lh-wrap"><Link to={`/security/assets/${x.id}`}>{x.name}</Link><span>{x.what || none}</span></span> },
          { title: t('weakness.field.role'), responsive: ['sm'], render: (_, x) => t(`weakness.roles.${x.role as 'plc'}`) },
        ]}
      />
    </Card>
  )
}
