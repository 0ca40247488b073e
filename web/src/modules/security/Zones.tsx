import { Link, useParams } from 'react-router'
import { DataTable, EmptyState, PageHeader, StatusTag, SyntheticMark, useFormat, useLive, useSession, useText, type Column } from '../../kernel'
import { ZonePlan } from './ZonePlan'
import { useZoneTexts, zoneKey, type PlanRow } from './zoneTexts'

/** Zones and conduits: of one's own enterprise, of another, or whose there are. */
export default function Zones() {
  const { id = '' } = useParams()
  const session = useSession()
  useLive('security.zones', zoneKey)
  if (id) return <ZonePlan organisation={id} />
  return ['bureau', 'park', 'responder'].includes(session.organisation.kind) ? <Plans /> : <ZonePlan organisation="" />
}

function Plans() {
  const t = useZoneTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<PlanRow>[] = [
    { key: 'enterprise', title: t('zone.list.enterprise'), sort: 'enterprise', render: (p) => <span><Link to={`/security/zones/${p.organisation_id}`}>{text(p.enterprise)}</Link> {p.synthetic && <SyntheticMark />}</span> },
    { key: 'state', title: t('zone.list.state'), sort: 'enforced', render: (p) => <StatusTag tone={p.enforced ? 'good' : 'idle'}>{t(p.enforced ? 'zone.enforced' : 'zone.declared')}</StatusTag> },
    { key: 'zones', title: t('zone.list.zones'), align: 'right', render: (p) => <span className="lh-number">{f.number(p.zones, 0)}</span> },
    { key: 'conduits', title: t('zone.list.conduits'), align: 'right', render: (p) => <span className="lh-number">{f.number(p.conduits, 0)}</span> },
    { key: 'changed', title: t('zone.list.changed'), sort: 'changed_at', from: 'md', render: (p) => p.changed_at && <span className="lh-number">{f.time(p.changed_at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('zone.title')} note={t('zone.note')} />
      <DataTable<PlanRow>
        url="/api/security/zone-plans" queryKey={[...zoneKey, 'plans']} label={t('zone.title')} rowKey={(p) => p.organisation_id} columns={columns} search={t('zone.list.search')} exports
        filters={[{ name: 'enforced', label: t('zone.list.state'), options: [{ value: 'yes', label: t('zone.enforced') }, { value: 'no', label: t('zone.declared') }] }]}
        empty={<EmptyState title={t('zone.list.empty')} note={t('zone.list.emptyNote')} />}
      />
    </div>
  )
}
