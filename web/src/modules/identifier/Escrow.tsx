import { DataTable, EmptyState, none, StatusTag, useFormat, type Column } from '../../kernel'
import { escrowKey, type NodeDetail, type PackageRow } from './data'
import { useIdentifierTexts } from './texts'

/** What of a secondary node was put in escrow, day by day. */
export function Escrow({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const columns: Column<PackageRow>[] = [
    { key: 'day', title: t('statistics.day'), sort: 'day', render: (p) => <span className="lh-number">{p.day}</span> },
    { key: 'name', title: t('escrow.package'), render: (p) => <span className="lh-two"><span className="lh-code lh-break">{p.name}</span><span className="lh-muted">{p.base ? t('escrow.after', { base: p.base }) : t('escrow.full')}</span></span> },
    { key: 'state', title: t('field.state'), render: (p) => <span className="lh-two"><StatusTag tone={p.state === 'placed' ? 'good' : 'bad'}>{t(`escrow.state.${p.state}`)}</StatusTag>{p.fault && <span className="lh-wrap">{p.fault}</span>}</span> },
    { key: 'records', title: t('escrow.records'), align: 'right', from: 'sm', render: (p) => <span className="lh-number">{f.number(p.records)}{p.removed > 0 && ` − ${f.number(p.removed)}`}</span> },
    { key: 'size', title: t('escrow.size'), sort: 'size', align: 'right', from: 'md', render: (p) => <span className="lh-number">{f.number(Math.ceil(p.size / 1024))}</span> },
    { key: 'made', title: t('reports.made'), from: 'md', render: (p) => <span className="lh-number">{f.time(p.made_at)}</span> },
    { key: 'manifest', title: t('escrow.manifest'), from: 'lg', render: (p) => <span className="lh-code" title={p.manifest_sha256}>{p.manifest_sha256 ? `${p.manifest_sha256.slice(0, 16)}…` : none}</span> },
  ]
  return (
    <div className="lh-stack">
      <p className="lh-muted">{t('escrow.note')}</p>
      <DataTable<PackageRow> url={`/api/identifier/nodes/${node.id}/escrow`} queryKey={escrowKey} label={t('escrow.title')} rowKey={(p) => p.name} columns={columns} prefix="k." views="" exports empty={<EmptyState title={t('escrow.none')} note={t('escrow.noneNote')} />} />
    </div>
  )
}
