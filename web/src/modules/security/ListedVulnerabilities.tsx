import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, none, PageHeader, StatusTag, useFormat, useMay, type Column } from '../../kernel'
import { useWeaknessTexts, weaknessKey, type ListedRow } from './weaknesses'

/** Entries of the national lists, with and without a number of CVE. */
export default function ListedVulnerabilities() {
  const t = useWeaknessTexts()
  const f = useFormat()
  const may = useMay()
  const mayImport = may('security.advisory.import')
  const columns: Column<ListedRow>[] = [
    { key: 'title', title: t('weakness.listed.one'), render: (x) => <span className="lh-two lh-wrap"><span><Link to={`/security/listed-vulnerabilities/${x.number}`}>{x.title || x.number}</Link></span><span className="lh-muted lh-code">{x.number}</span></span> },
    { key: 'severity', title: t('weakness.listed.severity'), from: 'sm', render: (x) => (x.severity ? <StatusTag tone="idle">{x.severity}</StatusTag> : none) },
    { key: 'cves', title: 'CVE', render: (x) => (x.cves ? <span className="lh-code lh-wrap">{x.cves}</span> : <span className="lh-muted">{t('weakness.listed.without')}</span>) },
    { key: 'told', title: t('weakness.listed.told'), align: 'right', from: 'md', render: (x) => (x.told > 0 ? <Link className="lh-number" to={`/security/advisories?cve=${x.number}`}>{f.number(x.told, 0)}</Link> : none) },
    { key: 'published', title: t('weakness.listed.published'), sort: 'published', from: 'md', render: (x) => <span className="lh-number">{x.published || none}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('weakness.listed.title')} note={t('weakness.listed.note')} actions={mayImport && <LinkButton to="/security/advisories/import">{t('weakness.advisories.import')}</LinkButton>} />
      <DataTable<ListedRow>
        url="/api/security/listed-vulnerabilities" queryKey={[...weaknessKey, 'listed']} label={t('weakness.listed.title')} rowKey={(x) => x.number} columns={columns} search={t('weakness.listed.search')} exports
        filters={[
          { name: 'list', label: t('weakness.listed.list'), options: ['CNVD', 'CNNVD'].map((x) => ({ value: x, label: x })) },
          { name: 'told', label: t('weakness.listed.told'), options: [{ value: 'yes', label: t('weakness.listed.onlyTold') }] },
          { name: 'without_cve', label: 'CVE', options: [{ value: 'yes', label: t('weakness.listed.onlyWithout') }] },
        ]}
        empty={<EmptyState title={t('weakness.listed.empty')} note={mayImport ? t('weakness.listed.emptyNote') : t('weakness.listed.emptyOthers')} />}
      />
    </div>
  )
}
