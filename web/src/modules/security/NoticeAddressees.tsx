import { Link } from 'react-router'
import { DataTable, EmptyState, none, StatusTag, SyntheticMark, useFormat, useText, type Column } from '../../kernel'
import { assignmentTone, noticeKey, useWords, type AssignmentRow } from './noticeData'
import { useNoticeTexts } from './noticeTexts'

/** What addressees owe: of one notice for the city, or one's own. */
export function NoticeAddressees({ notice }: { notice?: string }) {
  const t = useNoticeTexts()
  const text = useText()
  const f = useFormat()
  const words = useWords()
  const states = ['delivered', 'acknowledged', 'assessed', 'handling', 'feedback', 'verified', 'closed', 'released'] as const
  const only = notice ? (['open', 'overdue', 'late', 'escalated', 'disputed', 'unreachable', 'extension'] as const) : (['open', 'overdue', 'mine'] as const)
  const columns: Column<AssignmentRow>[] = [
    notice
      ? { key: 'organisation', title: t('assignment.field.organisation'), sort: 'organisation', render: (a) => <span className="lh-two lh-wrap"><span><Link to={`/security/assignments/${a.id}`}>{text(a.organisation)}</Link> {a.synthetic && <SyntheticMark />}</span><span className="lh-muted">{a.district && words.district(a.district)}</span></span> }
      : { key: 'title', title: t('notice.field.title'), sort: 'title', render: (a) => <span className="lh-two lh-wrap"><Link to={`/security/assignments/${a.id}`}>{a.title}</Link><span className="lh-muted">{a.number} · {a.mark}</span></span> },
    {
      key: 'state', title: t('assignment.field.state'), sort: 'state',
      render: (a) => <span className="lh-two lh-wrap"><StatusTag tone={a.unreachable ? 'bad' : assignmentTone[a.state]}>{a.unreachable ? t('assignment.only.unreachable') : t(`assignment.states.${a.state}`)}</StatusTag>{a.overdue && <StatusTag tone="bad">{t('assignment.only.overdue')}</StatusTag>}{a.escalated_at && notice && <StatusTag tone="warn">{t('assignment.escalated')}</StatusTag>}</span>,
    },
    { key: 'due', title: t('assignment.field.due'), sort: 'due_at', render: (a) => <span className="lh-number">{f.time(a.due_at)}</span> },
    { key: 'delegate', title: t('assignment.field.delegate'), from: 'lg', render: (a) => <span className="lh-wrap">{a.delegate || none}</span> },
    { key: 'assessment', title: t('assignment.field.assessment'), from: 'md', render: (a) => (a.assessment ? t(`assignment.assessments.${a.assessment}`) : none) },
    { key: 'acknowledged', title: t('assignment.field.acknowledged'), sort: 'acknowledged_at', from: 'md', render: (a) => <span className="lh-two"><span className="lh-number">{f.time(a.acknowledged_at)}</span>{a.acknowledged_late && <StatusTag tone="bad">{t('assignment.late')}</StatusTag>}</span> },
    { key: 'feedback', title: t('assignment.field.feedback'), sort: 'feedback_at', from: 'lg', render: (a) => <span className="lh-number">{f.time(a.feedback_at)}</span> },
  ]
  return (
    <DataTable<AssignmentRow>
      url="/api/security/assignments" queryKey={[...noticeKey, 'assignments', notice ?? '']} label={notice ? t('notice.tabs.addressees') : t('assignment.title')} rowKey={(a) => a.id} columns={columns} every={15_000} views={notice ? '' : 'assignments'}
      search={notice ? t('assignment.searchCity') : t('assignment.search')} exports {...(notice ? { fixed: { notice } } : {})}
      filters={[
        { name: 'only', label: t('assignment.field.only'), options: only.map((s) => ({ value: s, label: t(`assignment.only.${s}`) })) },
        { name: 'state', label: t('assignment.field.state'), options: states.map((s) => ({ value: s, label: t(`assignment.states.${s}`) })) },
        ...(notice ? [{ name: 'assessment', label: t('assignment.field.assessment'), options: (['affected', 'not_affected', 'unknown'] as const).map((s) => ({ value: s, label: t(`assignment.assessments.${s}`) })) }, { name: 'district', label: t('notice.field.district'), options: words.districts }] : []),
      ]}
      empty={<EmptyState title={notice ? t('assignment.emptyCity') : t('assignment.empty')} note={notice ? '' : t('assignment.emptyNote')} />}
    />
  )
}
