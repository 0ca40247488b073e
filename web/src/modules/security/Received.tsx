import { Link } from 'react-router'
import { DataTable, EmptyState, PageHeader, StatusTag, useFormat, useLive, type Column } from '../../kernel'
import { levelTone } from './noticeData'
import { useNoticeTexts } from './noticeTexts'
import { receivedKey, receivedStates, receivedTone, type ReceivedRow } from './receivedTexts'
import { useUpwardTexts } from './upwardTexts'

/** The level of a notice of an upper level, which may say none. */
export function ReceivedLevel({ level }: { level: number }) {
  const t = useUpwardTexts()
  const words = useNoticeTexts()
  return level > 0 ? <StatusTag tone={levelTone[level] ?? 'idle'}>{words(`notice.levels.l${level as 1 | 2 | 3 | 4}`)}</StatusTag> : <span className="lh-muted">{t('received.noLevel')}</span>
}

/** Notices of upper levels. */
export default function Received() {
  const t = useUpwardTexts()
  const f = useFormat()
  useLive('security.received', receivedKey)
  const columns: Column<ReceivedRow>[] = [
    { key: 'number', title: t('received.field.title'), sort: 'number', render: (n) => <span className="lh-two lh-wrap"><span><Link to={`/security/received/${n.id}`}>{n.title}</Link></span><span className="lh-muted">{n.number || t('received.noNumber')} · {n.source}</span></span> },
    { key: 'level', title: t('received.field.level'), sort: 'level', from: 'sm', render: (n) => <ReceivedLevel level={n.level} /> },
    { key: 'mark', title: t('received.field.tlp'), from: 'md', render: (n) => <span className="lh-number">{n.mark}</span> },
    { key: 'state', title: t('received.field.state'), sort: 'state', render: (n) => <span className="lh-two lh-wrap"><span><StatusTag tone={receivedTone[n.state]}>{t(`received.states.${n.state}`)}</StatusTag></span>{n.exercise && <span className="lh-muted">{t('received.exercise')}</span>}{n.changed && <span className="lh-muted">{t('received.changed')}</span>}</span> },
    { key: 'received', title: t('received.field.received'), sort: 'received_at', from: 'md', render: (n) => <span className="lh-number">{f.time(n.received_at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('received.title')} note={t('received.note')} />
      <DataTable<ReceivedRow>
        url="/api/security/received-notices" queryKey={[...receivedKey, 'list']} label={t('received.title')} rowKey={(n) => n.id} columns={columns} search={t('received.search')} exports
        filters={[{ name: 'state', label: t('received.field.state'), options: receivedStates.map((s) => ({ value: s, label: t(`received.states.${s}`) })) }]}
        empty={<EmptyState title={t('received.empty')} note={t('received.emptyNote')} />}
      />
    </div>
  )
}
