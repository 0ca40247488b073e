import { Card, Timeline } from 'antd'
import { useFormat } from '../../kernel'
import type { Entry } from './noticeData'
import './notice.css'
import { useNoticeTexts } from './noticeTexts'

type Said = Parameters<ReturnType<typeof useNoticeTexts>>[0]

/** Who did what, when and why. */
export function NoticeCourse({ entries }: { entries: Entry[] }) {
  const t = useNoticeTexts()
  const f = useFormat()
  const more = (e: Entry) => {
    const words: string[] = []
    const { who, late_minutes: late, assessment, obligation, act, to } = e.data as { who?: string[]; late_minutes?: number; assessment?: string; obligation?: string; act?: string; to?: string }
    if (obligation) words.push(t(`assignment.obligations.${obligation.replace('notice.', '')}` as Said))
    if (assessment) words.push(t(`assignment.assessments.${assessment}` as Said))
    if (act) words.push(t(`notice.revisionActs.${act}` as Said))
    if (to) words.push(to)
    if (who) words.push(t('notice.told', { who: f.list(who.map((x) => t(`notice.circles.${x}` as Said))) }))
    if (late) words.push(t('notice.lateBy', { n: late }))
    return words.join(' · ')
  }
  const bad = ['overdue', 'escalated', 'sent_back', 'returned', 'undeliverable', 'withdrawn', 'disputed']
  return (
    <Card size="small" title={t('notice.tabs.course')}>
      <Timeline
        items={entries.map((e, i) => ({
          key: i, color: bad.includes(e.act) ? 'red' : 'blue',
          content: (
            <span className="lh-two lh-wrap">
              <span><strong>{t(`notice.course.${e.act}` as Said)}</strong> {more(e)}</span>
              {e.reason && <span className="lh-notice-text">{e.reason}</span>}
              <span className="lh-muted">{f.time(e.at)} · {e.by || t('notice.platform')}</span>
            </span>
          ),
        }))}
      />
    </Card>
  )
}
