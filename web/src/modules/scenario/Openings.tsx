import { Link } from 'react-router'
import { DataTable, EmptyState, none, PageHeader, StatusTag, SyntheticMark, useFormat, useText, type Column } from '../../kernel'
import { openingTone, roomKey, type OpeningRow } from './data'
import { useScenarioTexts } from './texts'

/** What enterprises open, and one's own drafts. */
export default function Openings() {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const states = ['draft', 'open', 'running', 'completed', 'cancelled'] as const
  const present = new Date().getFullYear()
  const columns: Column<OpeningRow>[] = [
    {
      key: 'title', title: t('opening.field.title'), sort: 'title',
      render: (o) => <span className="lh-two lh-wrap"><span><Link to={`/scenario/openings/${o.id}`}>{o.title}</Link> {o.synthetic && <SyntheticMark />}</span><span className="lh-muted">{text(o.scenario)}</span></span>,
    },
    { key: 'enterprise', title: t('opening.field.enterprise'), from: 'sm', render: (o) => <span className="lh-wrap">{text(o.enterprise)}</span> },
    { key: 'provider', title: t('opening.field.provider'), from: 'md', render: (o) => <span className="lh-wrap">{o.provider_id ? text(o.provider) : none}</span> },
    { key: 'deadline', title: t('opening.field.deadline'), sort: 'deadline', from: 'md', render: (o) => <span className="lh-number">{f.time(o.deadline)}</span> },
    { key: 'state', title: t('opening.field.state'), sort: 'state', render: (o) => <StatusTag tone={openingTone[o.state]}>{t(`opening.states.${o.state}`)}</StatusTag> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('opening.title')} note={t('opening.note')} />
      <DataTable<OpeningRow>
        url="/api/scenario/openings" queryKey={[...roomKey, 'openings']} label={t('opening.title')} rowKey={(o) => o.id} columns={columns} search={t('opening.search')} exports
        filters={[
          { name: 'state', label: t('opening.field.state'), options: states.map((s) => ({ value: s, label: t(`opening.states.${s}`) })) },
          { name: 'year', label: t('opening.field.opened'), options: [0, 1, 2, 3].map((n) => ({ value: String(present - n), label: String(present - n) })) },
          { name: 'quarter', label: t('field.quarter'), options: [0, 1].flatMap((n) => [4, 3, 2, 1].map((q) => ({ value: `${present - n}Q${q}`, label: `${present - n}Q${q}` }))) },
          { name: 'mine', label: t('opening.mine'), options: [{ value: 'owner', label: t('opening.mineOwner') }, { value: 'provider', label: t('opening.mineProvider') }] },
        ]}
        empty={<EmptyState title={t('opening.empty')} note={t('opening.emptyNote')} />}
      />
    </div>
  )
}
