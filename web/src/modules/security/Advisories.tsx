import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, PageHeader, StatusTag, SyntheticMark, useFormat, useMay, type Column } from '../../kernel'
import { severityTone, useWeaknessTexts, weaknessKey, type AdvisoryRow } from './weaknesses'

/** Advisories that the reader may see. */
export default function Advisories() {
  const t = useWeaknessTexts()
  const f = useFormat()
  const may = useMay()
  const columns: Column<AdvisoryRow>[] = [
    { key: 'title', title: t('weakness.advisories.one'), sort: 'title', render: (a) => <span className="lh-two lh-wrap"><span><Link to={`/security/advisories/${a.id}`}>{a.title}</Link> {a.synthetic && <SyntheticMark />} {a.kev && <StatusTag tone="bad">{t('weakness.advisories.kev')}</StatusTag>}</span><span className="lh-muted">{[a.tracking_id, a.vendors || a.publisher, a.listed].filter(Boolean).join(' · ')}</span></span> },
    { key: 'severity', title: t('weakness.advisories.severity'), sort: 'score', from: 'sm', render: (a) => <span className="lh-two"><StatusTag tone={severityTone[a.severity]}>{t(`weakness.severities.${a.severity}`)}</StatusTag>{a.score > 0 && <span className="lh-muted lh-number">{f.number(a.score, 1)}</span>}</span> },
    { key: 'tlp', title: t('weakness.advisories.tlp'), from: 'lg', render: (a) => <span className="lh-code">{a.tlp}</span> },
    { key: 'released', title: t('weakness.advisories.released'), sort: 'released_at', from: 'md', render: (a) => <span className="lh-number">{f.date(a.released_at)}</span> },
    { key: 'affected', title: t('weakness.advisories.affected'), sort: 'affected', align: 'right', render: (a) => <span className="lh-number">{f.number(a.affected, 0)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('weakness.advisories.title')} note={t('weakness.advisories.note')} actions={may('security.advisory.import') && <LinkButton to="/security/advisories/import">{t('weakness.advisories.import')}</LinkButton>} />
      <DataTable<AdvisoryRow>
        url="/api/security/advisories" queryKey={[...weaknessKey, 'advisories']} label={t('weakness.advisories.title')} rowKey={(a) => a.id} columns={columns} search={t('weakness.advisories.search')} exports
        filters={[
          { name: 'severity', label: t('weakness.advisories.severity'), options: (['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'NONE'] as const).map((s) => ({ value: s, label: t(`weakness.severities.${s}`) })) },
          { name: 'kev', label: t('weakness.advisories.kev'), options: [{ value: 'yes', label: t('weakness.yes') }, { value: 'no', label: t('weakness.no') }] },
          { name: 'hits', label: t('weakness.advisories.affected'), options: [{ value: 'yes', label: t('weakness.advisories.onlyHits') }] },
          { name: 'vendor', label: t('weakness.advisories.vendor') },
          { name: 'cve', label: t('weakness.advisories.cve') },
        ]}
        empty={<EmptyState title={t('weakness.advisories.empty')} />}
      />
    </div>
  )
}
