import { Alert, Card } from 'antd'
import { Link, useParams } from 'react-router'
import { Failure, Loading, none, PageHeader, Particulars, PlainTable, StatusTag, SyntheticMark, useFormat, useMay, useText } from '../../kernel'
import { NoticeAnswer } from './NoticeAnswer'
import { NoticeCourse } from './NoticeCourse'
import { NoticeDelegate } from './NoticeDelegate'
import { assignmentTone, levelTone, useAssignment, useServerNow, useWords, type AssignmentDetail } from './noticeData'
import { NoticeFiles } from './NoticeFiles'
import './notice.css'
import { useNoticeTexts } from './noticeTexts'
import { Watermark } from './Watermark'

/** What an addressee owes under a notice: what the notice says, until when, and what was done. */
export default function NoticeAssignment() {
  const { id = '' } = useParams()
  const t = useNoticeTexts()
  const { data, error, refetch } = useAssignment(id)
  if (error) return <><PageHeader title={t('assignment.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page assignment={data} /> : <Loading />
}

function Page({ assignment: a }: { assignment: AssignmentDetail }) {
  const t = useNoticeTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const unread = a.revisions.filter((r) => r.number > a.noted && a.acknowledged_at)
  return (
    <div className="lh-stack">
      <Watermark tlp={a.text.tlp} />
      <PageHeader
        title={a.title} note={may('security.notice.read') ? <>{text(a.organisation)} · <Link to={`/security/notices/${a.notice_id}?part=addressees`}>{t('assignment.toNotice')}</Link></> : a.number}
        marks={<><span className="lh-notice-mark">{a.mark}</span>{a.synthetic && <SyntheticMark />}<StatusTag tone={levelTone[a.level] ?? 'idle'}>{t(`notice.levels.l${a.level as 1 | 2 | 3 | 4}`)}</StatusTag><StatusTag tone={assignmentTone[a.state]}>{t(`assignment.states.${a.state}`)}</StatusTag></>}
        actions={<NoticeAnswer assignment={a} />}
      />
      {a.drill && <Alert type="warning" showIcon title={t('notice.drillMark')} description={a.pace > 1 ? t('notice.drillPace', { n: a.pace }) : undefined} />}
      {a.lifted_at && <Alert type="success" showIcon title={t('notice.lifted')} />}
      {unread.length > 0 && <Alert type="info" showIcon title={t('assignment.revised')} description={<ul>{unread.map((r) => <li key={r.number}>{t(`notice.revisionActs.${r.act}`)}：{r.change}</li>)}</ul>} />}
      {a.disputed && <Alert type="warning" showIcon title={t('assignment.disputed', { reason: a.disputed })} />}
      {a.extension && <Alert type={a.extension.state === 'refused' ? 'warning' : 'info'} showIcon title={a.extension.state === 'requested' ? t('assignment.asked', { time: f.time(a.extension.until), reason: a.extension.reason }) : a.extension.state === 'granted' ? t('assignment.granted', { time: f.time(a.extension.until) }) : t('assignment.refused', { reason: a.extension.answer })} />}
      {a.reason && <Alert type="info" showIcon title={`${t(`assignment.states.${a.state}`)}：${a.reason}`} />}
      <Countdown assignment={a} />
      <div className="lh-main-side">
        <div className="lh-stack"><Text assignment={a} /><Answers assignment={a} /></div>
        <div className="lh-stack"><Clocks assignment={a} /><NoticeCourse entries={a.course} /></div>
      </div>
    </div>
  )
}

function Text({ assignment: a }: { assignment: AssignmentDetail }) {
  const t = useNoticeTexts()
  const f = useFormat()
  const words = useWords()
  return (
    <Card size="small" title={t('notice.tabs.text')}>
      <Particulars
        items={[
          { key: 'number', label: t('notice.field.number'), children: a.number },
          { key: 'body', label: t('notice.field.body'), children: <span className="lh-notice-text">{a.text.body}</span> },
          { key: 'ask', label: t('notice.field.ask'), children: <span className="lh-notice-text">{a.text.ask}</span> },
          { key: 'category', label: t('notice.field.category'), children: words.category(a.text.category) },
          ...(a.text.colour ? [{ key: 'colour', label: t('notice.field.colour'), children: t(`notice.colours.${a.text.colour}`) }] : []),
          { key: 'tlp', label: t('notice.field.tlp'), children: t(`notice.tlps.${a.text.tlp === 'amber+strict' ? 'strict' : a.text.tlp}`) },
          ...(a.files.length > 0 ? [{ key: 'files', label: t('notice.field.files'), children: <NoticeFiles files={a.files} /> }] : []),
          { key: 'issued', label: t('assignment.field.issued'), children: <span className="lh-number">{f.time(a.issued_at)}</span> },
        ]}
      />
    </Card>
  )
}

/** What the addressee said: who acknowledged, whether it is affected, what was done. */
function Answers({ assignment: a }: { assignment: AssignmentDetail }) {
  const t = useNoticeTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('assignment.feedback')}>
      <div className="lh-stack">
        <Particulars
          items={[
            { key: 'by', label: t('assignment.field.acknowledgedBy'), children: a.acknowledged_at ? <>{a.acknowledged_by} · {f.time(a.acknowledged_at)} {a.acknowledged_late && <StatusTag tone="bad">{t('assignment.late')}</StatusTag>}</> : none },
            { key: 'delegate', label: t('assignment.field.delegate'), children: <NoticeDelegate assignment={a} /> },
            { key: 'assessment', label: t('assignment.field.assessment'), children: a.assessment ? <>{t(`assignment.assessments.${a.assessment}`)}：<span className="lh-notice-text">{a.assessed}</span></> : none },
          ]}
        />
        {a.feedback.length === 0 && <span className="lh-muted">{t('assignment.noFeedback')}</span>}
        {a.feedback.map((x) => (
          <Card key={x.id} size="small" type="inner" title={`${x.by} · ${f.time(x.at)}`} extra={x.done ? <StatusTag tone="good">{t('notice.course.fed_back')}</StatusTag> : <StatusTag tone="info">{t('notice.course.progress')}</StatusTag>}>
            <Particulars
              items={[
                { key: 'measures', label: t('assignment.field.measures'), children: <span className="lh-notice-text">{x.measures}</span> },
                ...(x.residual ? [{ key: 'residual', label: t('assignment.field.residual'), children: <span className="lh-notice-text">{x.residual}</span> }] : []),
                ...(x.files.length > 0 ? [{ key: 'files', label: t('notice.field.files'), children: <NoticeFiles files={x.files} /> }] : []),
              ]}
            />
          </Card>
        ))}
      </div>
    </Card>
  )
}

type Clock = AssignmentDetail['clocks'][number]

/** What an obligation of a clock is called. */
function useNamed() {
  const t = useNoticeTexts()
  return (obligation: string) => t(`assignment.obligations.${obligation.replace('notice.', '') as 'acknowledge' | 'feedback' | 'handle' | 'verify'}`)
}

/** What is owed next, counted down by the server's clock. */
function Countdown({ assignment: a }: { assignment: AssignmentDetail }) {
  const t = useNoticeTexts()
  const text = useText()
  const f = useFormat()
  const named = useNamed()
  const now = useServerNow(a.now)
  const first = a.clocks.filter((c) => c.state === 'running').sort((x, y) => Date.parse(x.due_at) - Date.parse(y.due_at))[0]
  if (!first) return null
  const length = (ms: number) => {
    const s = Math.floor(Math.abs(ms) / 1000)
    if (s >= 86_400) return t('assignment.days', { n: Math.floor(s / 86_400), h: Math.floor((s % 86_400) / 3600) })
    if (s >= 3600) return t('assignment.hours', { n: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) })
    return t('assignment.minutes', { n: Math.floor(s / 60), s: s % 60 })
  }
  const left = Date.parse(first.due_at) - now
  return (
    <Card size="small">
      <div>{named(first.obligation)} · {t('assignment.due')} <span className="lh-number">{f.time(first.due_at)}</span></div>
      <div className={left < 0 ? 'lh-notice-due lh-error' : 'lh-notice-due'} role="timer">{t(left < 0 ? 'assignment.over' : 'assignment.left', { time: length(left) })}</div>
      <div className="lh-muted">{text(first.basis)}</div>
    </Card>
  )
}

/** Until when everything was or is owed. */
function Clocks({ assignment: a }: { assignment: AssignmentDetail }) {
  const t = useNoticeTexts()
  const text = useText()
  const f = useFormat()
  const named = useNamed()
  const late = (c: Clock) => c.state !== 'cancelled' && Date.parse(c.stopped_at ?? a.now) > Date.parse(c.due_at)
  return (
    <Card size="small" title={t('assignment.clocks')}>
      <PlainTable<Clock>
        label={t('assignment.clocks')} rowKey={(c) => c.id} dataSource={a.clocks} scroll={{ x: '100%' }} locale={{ emptyText: t('assignment.nothingDue') }}
        columns={[
          { title: t('assignment.field.obligation'), render: (_, c) => <span className="lh-two lh-wrap"><span>{named(c.obligation)}</span><span>{text(c.basis)}</span></span> },
          { title: t('assignment.due'), render: (_, c) => <span className="lh-number lh-wrap">{f.time(c.due_at)}</span> },
          { title: t('assignment.field.state'), render: (_, c) => <StatusTag tone={late(c) ? 'bad' : c.state === 'met' ? 'good' : c.state === 'cancelled' ? 'idle' : 'info'}>{late(c) ? t('assignment.late') : t(`assignment.clockStates.${c.state}`)}</StatusTag> },
        ]}
      />
    </Card>
  )
}
