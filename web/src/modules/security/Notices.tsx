import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, none, PageHeader, StatusTag, SyntheticMark, useFormat, useLive, useMay, type Column } from '../../kernel'
import { CalendarEnds } from './CalendarEnds'
import { levels, levelTone, noticeKey, noticeTone, type NoticeRow } from './noticeData'
import { useNoticeTexts } from './noticeTexts'

/** Notices of the city. */
export default function Notices() {
  const t = useNoticeTexts()
  const f = useFormat()
  const may = useMay()
  useLive('security.notices', noticeKey)
  const present = new Date().getFullYear()
  const states = ['draft', 'review', 'signed', 'issued', 'closed', 'reviewed', 'withdrawn'] as const
  const columns: Column<NoticeRow>[] = [
    {
      key: 'title', title: t('notice.field.title'), sort: 'title',
      render: (n) => <span className="lh-two lh-wrap"><span><Link to={`/security/notices/${n.id}`}>{n.title}</Link> {n.synthetic && <SyntheticMark />}</span><span className="lh-muted">{n.number || none} · {t(`notice.kinds.${n.kind}`)}{n.colour && ` · ${t(`notice.colours.${n.colour}`)}`}</span></span>,
    },
    { key: 'level', title: t('notice.field.level'), sort: 'level', render: (n) => <StatusTag tone={levelTone[n.level] ?? 'idle'}>{t(`notice.levels.l${n.level as 1 | 2 | 3 | 4}`)}</StatusTag> },
    { key: 'mark', title: t('notice.field.tlp'), from: 'md', render: (n) => <span className="lh-number">{n.mark}</span> },
    { key: 'state', title: t('notice.field.state'), sort: 'state', render: (n) => <StatusTag tone={noticeTone[n.state]}>{n.lifted_at ? t('notice.lifted') : t(`notice.states.${n.state}`)}</StatusTag> },
    { key: 'author', title: t('notice.field.author'), from: 'lg', render: (n) => n.author },
    { key: 'issued', title: t('notice.field.issued'), sort: 'issued_at', from: 'md', render: (n) => <span className="lh-number">{f.time(n.issued_at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('notice.title')} note={t('notice.note')} actions={may('security.notice.write') && <LinkButton type="primary" to="/security/notices/new">{t('notice.write')}</LinkButton>} />
      <CalendarEnds />
      <DataTable<NoticeRow>
        url="/api/security/notices" queryKey={[...noticeKey, 'list']} label={t('notice.title')} rowKey={(n) => n.id} columns={columns} search={t('notice.search')} exports
        filters={[
          { name: 'state', label: t('notice.field.state'), options: states.map((s) => ({ value: s, label: t(`notice.states.${s}`) })) },
          { name: 'level', label: t('notice.field.level'), options: levels.map((n) => ({ value: String(n), label: t(`notice.levels.l${n}`) })) },
          { name: 'year', label: t('notice.field.issued'), options: [0, 1, 2].map((n) => ({ value: String(present - n), label: String(present - n) })) },
        ]}
        empty={<EmptyState title={t('notice.empty')} note={t('notice.emptyNote')} />}
      />
    </div>
  )
}
