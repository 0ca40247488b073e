import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, PageHeader, StatusTag, useFormat, useMay, type Column } from '../../kernel'
import { ownKey, ownTone, useOwnTexts, type OwnRow } from './ownTexts'

/** Advisories of the city's own. */
export default function OwnAdvisories() {
  const t = useOwnTexts()
  const f = useFormat()
  const may = useMay()
  const columns: Column<OwnRow>[] = [
    { key: 'title', title: t('own.field.title'), sort: 'title', render: (x) => <span className="lh-two lh-wrap"><Link to={`/security/own-advisories/${x.id}`}>{x.title}</Link><span className="lh-code">{x.number}</span></span> },
    { key: 'state', title: t('own.field.state'), sort: 'state', render: (x) => <StatusTag tone={ownTone[x.state]}>{t(`own.states.${x.state}`)}</StatusTag> },
    { key: 'tlp', title: t('own.field.tlp'), from: 'sm', render: (x) => <span className="lh-code">{x.tlp}</span> },
    { key: 'revision', title: t('own.field.revision'), align: 'right', from: 'md', render: (x) => <span className="lh-number">{x.revision}</span> },
    { key: 'revised', title: t('own.field.revised'), sort: 'revised_at', from: 'md', render: (x) => <span className="lh-number">{f.time(x.revised_at)}</span> },
    { key: 'author', title: t('own.field.author'), from: 'lg', render: (x) => x.author },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('own.title')} note={t('own.note')} actions={may('security.advisory.write') && <LinkButton type="primary" to="/security/own-advisories/new">{t('own.write')}</LinkButton>} />
      <DataTable<OwnRow>
        url="/api/security/own-advisories" queryKey={[...ownKey, 'list']} label={t('own.title')} rowKey={(x) => x.id} columns={columns} search={t('own.search')} exports
        filters={[{ name: 'state', label: t('own.field.state'), options: (['draft', 'review', 'published'] as const).map((s) => ({ value: s, label: t(`own.states.${s}`) })) }]}
        empty={<EmptyState title={t('own.empty')} note={t('own.emptyNote')} />}
      />
    </div>
  )
}
