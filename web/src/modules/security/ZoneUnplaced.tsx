import { EmptyState, LinkButton, PlainTable, useFormat, useMay, type Schema } from '../../kernel'
import { useZoneTexts, type Plan } from './zoneTexts'

type Host = Schema<'ZoneUnplacedHost'>

/** Addresses that sensors saw and that are in no zone. */
export function ZoneUnplaced({ plan: p }: { plan: Plan }) {
  const t = useZoneTexts()
  const f = useFormat()
  const may = useMay()
  if (p.unplaced.length === 0) return <EmptyState title={t('zone.unplaced.empty')} />
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('zone.unplaced.note')}</p>
      {p.own && may('security.asset.write') && <div><LinkButton to="/security/assets">{t('zone.unplaced.asset')}</LinkButton></div>}
      <PlainTable<Host>
        label={t('zone.tabs.unplaced')} rowKey={(h) => h.addr} dataSource={p.unplaced} pagination={p.unplaced.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('zone.field.address'), render: (_, h) => <span className="lh-two lh-wrap"><span className="lh-code">{h.addr}</span>{h.asset && <span className="lh-muted">{h.asset}</span>}</span> },
          { title: t('zone.field.why'), render: (_, h) => t(`zone.unplaced.whys.${h.why}`) },
          { title: t('zone.field.last'), responsive: ['sm'], render: (_, h) => <span className="lh-number">{f.time(h.last_at)}</span> },
        ]}
      />
      {p.unplaced_total > p.unplaced.length && <p className="lh-note">{t('zone.unplaced.more', { n: f.number(p.unplaced_total, 0), most: p.unplaced.length })}</p>}
    </div>
  )
}
