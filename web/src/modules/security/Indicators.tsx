import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api, DataTable, EmptyState, LinkButton, none, PageHeader, read, StatusTag, useFormat, useLive, useMay, type Column } from '../../kernel'
import { indicatorKinds, indicatorStates, indicatorTone, intelKey, labels, mark, origins, useIntelTexts, type IndicatorRow } from './intelTexts'

/** Indicators of threat intelligence that the reader may know. */
export default function Indicators() {
  const t = useIntelTexts()
  const f = useFormat()
  const may = useMay()
  useLive('security.intel', intelKey)
  const sources = useQuery({ queryKey: [...intelKey, 'sources'], queryFn: () => read(api.GET('/api/security/indicator-sources')) })
  const manage = may('security.intel.manage')
  const columns: Column<IndicatorRow>[] = [
    { key: 'name', title: t('intel.field.name'), sort: 'name', render: (i) => <span className="lh-two lh-wrap"><Link to={`/security/intelligence/${i.id}`}>{i.name}</Link><span className="lh-muted lh-code lh-break">{i.pattern}</span></span> },
    { key: 'state', title: t('intel.field.state'), render: (i) => <StatusTag tone={indicatorTone[i.state]}>{t(`intel.states.${i.state}`)}</StatusTag> },
    { key: 'kind', title: t('intel.field.kind'), sort: 'kind', from: 'lg', render: (i) => t(`intel.kinds.${i.kind}`) },
    { key: 'source', title: t('intel.field.source'), sort: 'source', from: 'md', render: (i) => <span className="lh-two lh-wrap"><span>{i.source}</span><span className="lh-muted">{mark(i.tlp)}</span></span> },
    { key: 'confidence', title: t('intel.field.confidence'), sort: 'confidence', align: 'right', from: 'lg', render: (i) => <span className="lh-number">{i.confidence ?? none}</span> },
    { key: 'ends', title: t('intel.field.ends'), sort: 'expires_at', from: 'xl', render: (i) => <span className="lh-number">{f.date(i.expires_at)}</span> },
    { key: 'hits', title: t('intel.field.hits'), ...(manage ? { sort: 'hits' } : {}), align: 'right', from: 'sm', render: (i) => <span className="lh-number">{f.number(i.hits, 0)}</span> },
    { key: 'hit_at', title: t('intel.field.hitAt'), ...(manage ? { sort: 'hit_at' } : {}), from: 'lg', render: (i) => (i.hit_at ? <span className="lh-number">{f.time(i.hit_at)}</span> : none) },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('intel.title')} note={t('intel.note')} actions={manage && <><LinkButton to="/security/intelligence/feeds">{t('feed.title')}</LinkButton><LinkButton type="primary" to="/security/intelligence/import">{t('intel.import')}</LinkButton></>} />
      <DataTable<IndicatorRow>
        url="/api/security/indicators" queryKey={[...intelKey, 'list']} label={t('intel.title')} rowKey={(i) => i.id} columns={columns} search={t('intel.search')} exports
        filters={[
          { name: 'state', label: t('intel.field.state'), options: indicatorStates.map((s) => ({ value: s, label: t(`intel.states.${s}`) })) },
          { name: 'kind', label: t('intel.field.kind'), options: indicatorKinds.map((k) => ({ value: k, label: t(`intel.kinds.${k}`) })) },
          { name: 'source', label: t('intel.field.source'), options: (sources.data?.items ?? []).map((s) => ({ value: s, label: s })) },
          { name: 'origin', label: t('intel.field.origin'), options: origins.map((o) => ({ value: o, label: t(`intel.origins.${o}`) })) },
          { name: 'tlp', label: t('intel.field.tlp'), options: labels.map((l) => ({ value: l, label: mark(l) })) },
          { name: 'hits', label: t('intel.field.hits'), options: [{ value: 'yes', label: t('intel.onlyHits') }] },
        ]}
        empty={<EmptyState title={t('intel.empty')} note={t(manage ? 'intel.emptyNote' : 'intel.emptyNoteView')} />}
      />
    </div>
  )
}
