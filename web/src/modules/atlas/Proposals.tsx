import { Link } from 'react-router'
import { DataTable, EmptyState, PageHeader, StatusTag, useFormat, useLive, useText, type Column, type Schema, type Tone } from '../../kernel'
import { roomKey, topic } from './data'
import { useAtlasTexts } from './texts'
import './atlas.css'

export type ProposalRow = Schema<'AtlasProposalView'>

/** How a proposal's status looks. */
export const proposalTone: Record<ProposalRow['status'], Tone> = { proposed: 'info', accepted: 'good', refused: 'bad', withdrawn: 'idle' }

/** What experts propose on chains. */
export default function Proposals() {
  const t = useAtlasTexts()
  const text = useText()
  const f = useFormat()
  useLive(topic, roomKey)
  const columns: Column<ProposalRow>[] = [
    { key: 'chain', title: t('proposals.chain'), render: (p) => <span className="lh-two lh-wrap"><Link to={`/atlas/proposals/${p.id}`}>{text(p.chain)}</Link><span>{p.note}</span></span> },
    { key: 'status', title: t('proposals.status'), sort: 'status', render: (p) => <StatusTag tone={proposalTone[p.status]}>{t(`proposals.statuses.${p.status}`)}</StatusTag> },
    { key: 'name', title: t('proposals.by'), from: 'sm', render: (p) => p.name },
    { key: 'at', title: t('proposals.at'), sort: 'at', from: 'md', render: (p) => <span className="lh-number">{f.time(p.at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('proposals.title')} note={t('proposals.note')} />
      <DataTable<ProposalRow>
        url="/api/atlas/proposals" queryKey={[...roomKey, 'proposals']} label={t('proposals.title')} rowKey={(p) => p.id} columns={columns} search={t('proposals.search')} exports
        filters={[{ name: 'status', label: t('proposals.status'), options: (['proposed', 'accepted', 'refused', 'withdrawn'] as const).map((s) => ({ value: s, label: t(`proposals.statuses.${s}`) })) }]}
        empty={<EmptyState title={t('proposals.empty')} note={t('proposals.emptyNote')} />}
      />
    </div>
  )
}
