import { Link } from 'react-router'
import { DataTable, EmptyState, StatusTag, useFormat, useText, type Column } from '../../kernel'
import { reachKey, type ReachList } from './reach'
import { usePlatformTexts } from './texts'

/** Lists that were uploaded: all that one may see, or those of a platform. */
export function ReachLists({ platform }: { platform?: string }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<ReachList>[] = [
    { key: 'month', title: t('reach.month'), sort: 'month', render: (l) => <span className="lh-number">{l.month}</span> },
    ...(platform ? [] : [{ key: 'platform_name', title: t('reach.list'), sort: 'platform_name', render: (l: ReachList) => (l.platform_id ? <Link to={`/platforms/${l.platform_id}?tab=served`}>{text(l.platform_name)}</Link> : t('reach.frame')) }]),
    { key: 'enterprises', title: t('reach.enterprises'), sort: 'enterprises', align: 'right', render: (l) => <span className="lh-number">{f.number(l.enterprises)}</span> },
    { key: 'state', title: t('reach.state'), sort: 'state', from: 'sm', render: (l) => <StatusTag tone={l.state === 'current' ? 'good' : 'idle'}>{t(`reach.states.${l.state}`)}</StatusTag> },
    { key: 'file', title: t('reach.file'), sort: 'file', from: 'lg', render: (l) => <span className="lh-two"><span className="lh-clip" title={l.file}>{l.file}</span><span className="lh-code" title={l.hash}>{l.hash.slice(0, 16)}</span></span> },
    { key: 'by', title: t('reach.by'), sort: 'by', from: 'md', render: (l) => l.by },
    { key: 'at', title: t('reach.at'), sort: 'at', from: 'sm', render: (l) => <span className="lh-number">{f.time(l.at)}</span> },
  ]
  return (
    <DataTable<ReachList>
      url="/api/platforms/reach/lists" queryKey={reachKey} label={t('reach.lists')} rowKey={(l) => l.id} columns={columns} exports
      {...(platform ? { fixed: { platform }, prefix: 'r.', views: '' } : { search: t('reach.search'), filters: [{ name: 'state', label: t('reach.state'), options: (['current', 'replaced'] as const).map((s) => ({ value: s, label: t(`reach.states.${s}`) })) }] })}
      empty={<EmptyState title={t('reach.noLists')} note={t(platform ? 'reach.noListNote' : 'reach.noListsNote')} />}
    />
  )
}
