import { DataTable, EmptyState, useFormat, useText, type Column, type Schema } from '../../kernel'
import { incidentKey, useIncidentTexts } from './incidentData'

type Look = Schema<'IncidentCaseLook'>

/** Who of other organisations looked at the incident. */
export function Looks({ id }: { id: string }) {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<Look>[] = [
    { key: 'at', title: t('incident.looks.at'), sort: 'at', render: (l) => <span className="lh-number">{f.time(l.at)}</span> },
    { key: 'who', title: t('incident.looks.who'), sort: 'name', render: (l) => <span className="lh-two lh-wrap"><span>{l.name}</span><span>{text(l.organisation)}</span></span> },
    { key: 'way', title: t('incident.looks.way'), render: (l) => t(`incident.looks.ways.${l.way}`) },
    { key: 'times', title: t('incident.looks.times'), sort: 'times', align: 'right', from: 'sm', render: (l) => <span className="lh-number">{f.number(l.times, 0)}</span> },
  ]
  return (
    <DataTable<Look>
      url={`/api/security/incidents/${id}/looks`} queryKey={[...incidentKey, 'looks', id]} label={t('incident.tabs.looks')} rowKey={(l) => l.key} columns={columns} search={t('incident.looks.search')} exports prefix="l." views=""
      empty={<EmptyState title={t('incident.looks.none')} />}
    />
  )
}
