import { Alert, Button, Card, DatePicker, Descriptions, Tabs } from 'antd'
import type { Dayjs } from 'dayjs'
import { useMemo, useState, type ReactNode } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import {
  DataTable, EmptyState, Failure, Figure, Figures, Loading, none, PageHeader, Problem, Remarks, StatusTag, SyntheticMark, useFormat, useLanguage, useMay, usePalette, useText, type Column,
} from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { ForecastNote, SourceTag } from './cells'
import { curveOption } from './curve'
import { roomKey, stateTone, statusTone, useQuantity, useReason, useTarget, type TargetDetail, type ValueRow } from './data'
import { EvidenceLinks } from './EvidenceLinks'
import { Milestones } from './Milestones'
import './plan.css'
import { EditTarget, Remind } from './TargetForms'
import { Report } from './Report'
import { usePlanTexts } from './texts'

/** One target: its way to the goal, every value it had, milestones, comments, and what was changed about it. */
export default function Target() {
  const { id = '' } = useParams()
  const target = useTarget(id)
  const t = usePlanTexts()
  if (target.error && !target.data) {
    const gone = target.error instanceof Problem && target.error.status === 404
    return <><PageHeader title={t('target.title')} /><Failure problem={target.error} {...(gone ? {} : { retry: () => void target.refetch() })} /></>
  }
  return target.data ? <Page target={target.data} /> : <Loading />
}

function Page({ target }: { target: TargetDetail }) {
  const t = usePlanTexts()
  const text = useText()
  const reason = useReason()
  const [params, setParams] = useSearchParams()
  const tabs = [
    { key: 'values', label: t('target.history'), children: <History target={target} /> },
    { key: 'milestones', label: t('target.milestones'), children: <Milestones target={target} /> },
    { key: 'comments', label: t('target.comments'), children: <Remarks kind="plan.target" id={target.id} /> },
    { key: 'about', label: t('target.about'), children: <><About target={target} /><Changes target={target} /></> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(target.title)}
        note={<><Link to={`/plan?plan=${target.plan_id}`}>{text(target.plan.title)}</Link> · <span className="lh-code">{target.code}</span></>}
        marks={<><StatusTag tone={statusTone[target.status]}>{t(`status.${target.status}`)}</StatusTag><SourceTag source={target.source} />{target.synthetic && <SyntheticMark />}</>}
        actions={<Actions target={target} />}
      />
      {target.source === 'reported' && target.how.missing && <Alert type="info" showIcon title={t('target.standsIn', { reason: reason(target.how.missing) })} />}
      <Head target={target} />
      <Card size="small" title={<h2 className="lh-card-title">{t('target.curve')}</h2>}>
        <Curve target={target} />
      </Card>
      <Card size="small">
        <Tabs activeKey={params.get('tab') ?? 'values'} onChange={(tab) => setParams(tab === 'values' ? {} : { tab }, { replace: true })} items={tabs} destroyOnHidden />
      </Card>
    </div>
  )
}

function Actions({ target }: { target: TargetDetail }) {
  const t = usePlanTexts()
  const may = useMay()
  const [open, setOpen] = useState<'' | 'report' | 'edit' | 'remind'>('')
  const close = () => setOpen('')
  return (
    <>
      {may('plan.remind') && target.may_manage && <Button onClick={() => setOpen('remind')}>{t('target.remind')}</Button>}
      {may('plan.manage') && target.may_manage && <Button onClick={() => setOpen('edit')}>{t('target.edit')}</Button>}
      {may('plan.report') && <Button type="primary" onClick={() => setOpen('report')}>{t('target.report')}</Button>}
      <Report target={target} open={open === 'report'} close={close} />
      <EditTarget target={target} open={open === 'edit'} close={close} />
      <Remind target={target} open={open === 'remind'} close={close} />
    </>
  )
}

function Head({ target }: { target: TargetDetail }) {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  const q = useQuantity()
  const reason = useReason()
  const { forecast, pace } = target
  const only = target.source === 'live' && target.how.measures.length === 1 ? target.how.measures[0] : undefined
  return (
    <Figures>
      <Figure label={t('field.value')} value={<Counted reading={only}>{q.number(target.value)}</Counted>} unit={target.value === null ? '' : text(target.unit)} note={target.how.as_of ? t('target.asOf', { time: f.time(target.how.as_of) }) : t(`sourceNote.${target.source}`)} />
      <Figure label={t('target.goalOf', { direction: t(`direction.${target.direction}`) })} value={target.direction === 'between' ? `${q.number(target.goal)}–${q.number(target.goal_high)}` : q.number(target.goal)} unit={text(target.unit)} note={`${f.date(target.from)} – ${f.date(target.to)}`} />
      <Figure label={t('field.status')} value={<StatusTag tone={statusTone[target.status]}>{t(`status.${target.status}`)}</StatusTag>} note={<span className="lh-wrap lh-count-note">{reason(target.reason)}</span>} />
      <Figure label={t('field.forecast')} value={q.number(forecast.value)} unit={forecast.value === null ? '' : text(target.unit)} note={forecast.value === null ? none : t('forecast.interval', { low: q.number(forecast.low), high: q.number(forecast.high) })} />
      {pace && target.status !== 'reached' && pace.required_per_day !== null && <Figure label={t('field.progress')} value={q.share(pace.ratio)} note={<>{t('target.expected', { value: q.number(pace.expected) })}<br />{t('target.required', { value: q.number(pace.required_per_day) })}</>} />}
    </Figures>
  )
}

function Curve({ target }: { target: TargetDetail }) {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  const q = useQuantity()
  const colours = usePalette()
  const language = useLanguage()
  const { forecast } = target
  const option = useMemo(
    () => curveOption({
      points: target.trend as [number, number][], goal: target.goal, goalHigh: target.direction === 'between' ? target.goal_high : undefined,
      forecast: forecast.value === null ? undefined : { at: Date.parse(forecast.at!), value: forecast.value, low: forecast.low!, high: forecast.high! },
      milestones: target.milestones.map((m) => ({ at: Date.parse(m.due), goal: m.goal, title: text(m.title), overdue: m.state === 'overdue' })),
      colours, names: { actual: t('target.actual'), goal: t('target.goalLine'), forecast: t('target.forecastLine'), band: t('target.band') },
      write: (v) => q.number(v), time: (at) => f.time(at),
    }),
    // The language changes what the axes say.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [target, colours, language],
  )
  return (
    <>
      {target.trend.length < 2 ? <EmptyState title={target.trend.length === 0 ? t('target.noHistory') : t('target.noCurve')} note={target.trend.length === 0 ? t('target.noHistoryNote') : undefined} /> : <Chart option={option} height={320} label={`${text(target.title)} ${t('target.curve')}`} />}
      {target.value !== null && <div className="lh-muted lh-small"><ForecastNote forecast={forecast} /></div>}
    </>
  )
}

function History({ target }: { target: TargetDetail }) {
  const t = usePlanTexts()
  const f = useFormat()
  const q = useQuantity()
  const [knownAt, setKnownAt] = useState<Dayjs | null>(null)
  const columns: Column<ValueRow>[] = [
    { key: 'valid', title: t('field.validAt'), sort: 'valid_at', render: (v) => <span className="lh-number">{f.time(v.valid_at)}</span> },
    { key: 'value', title: t('field.number'), sort: 'value', align: 'right', render: (v) => <span className="lh-number">{q.number(v.value)} {v.synthetic && <SyntheticMark />}</span> },
    { key: 'state', title: t('field.state'), render: (v) => <StatusTag tone={stateTone[v.state]}>{t(`state.${v.state}`)}</StatusTag> },
    { key: 'known', title: t('field.knownAt'), sort: 'known_at', from: 'md', render: (v) => <span className="lh-number">{f.time(v.known_at)}</span> },
    { key: 'people', title: `${t('field.reporter')} / ${t('field.reviewer')} / ${t('field.approver')}`, from: 'lg', render: (v) => (v.source === 'live' ? <span className="lh-code">{v.formula}</span> : [v.reported_by, v.reviewed_by, v.decided_by].map((x) => x || none).join(' / ')) },
    { key: 'evidence', title: t('field.evidence'), from: 'lg', render: (v) => (v.source === 'live' ? none : <EvidenceLinks evidence={v.evidence} />) },
    { key: 'note', title: t('field.note'), from: 'xl', render: (v) => <span className="lh-wrap">{[v.note, v.decision_note].filter(Boolean).join(' · ') || none}</span> },
  ]
  return (
    <div className="lh-stack">
      <div className="lh-bar">
        <span>
          <DatePicker showTime value={knownAt} onChange={setKnownAt} placeholder={t('target.knownAt')} aria-label={t('target.knownAt')} /> <span className="lh-muted lh-small lh-wide-only">{t('target.knownAtNote')}</span>
        </span>
      </div>
      <DataTable<ValueRow> url={`/api/plan/targets/${target.id}/history`} queryKey={roomKey} label={t('target.history')} rowKey={(v) => v.id} columns={columns} exports
        fixed={knownAt ? { known_at: knownAt.toISOString() } : {}} empty={<EmptyState title={t('target.noHistory')} note={t('target.noHistoryNote')} />} />
    </div>
  )
}

/** What a measure read; it leads to what was counted. */
function Counted({ reading, children }: { reading: TargetDetail['how']['measures'][number] | undefined; children: ReactNode }) {
  const t = usePlanTexts()
  return reading?.page ? <Link to={reading.page} className="lh-number" title={t('target.counted')}>{children}</Link> : <>{children}</>
}

function About({ target }: { target: TargetDetail }) {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  const q = useQuantity()
  const reason = useReason()
  const readings = (
    <ul className="lh-readings">
      {target.how.measures.map((m) => (
        <li key={m.id}>
          <span className="lh-code">{m.id}</span> {text(m.title)} {m.state === 'known' ? <Counted reading={m}>{q.number(m.value)}</Counted> : reason({ code: m.state, params: { measure: m.id, room: m.room } })}
          {text(m.counts) && <div className="lh-muted lh-wrap">{text(m.counts)}</div>}
        </li>
      ))}
    </ul>
  )
  const items = [
    { label: t('field.action'), children: text(target.action.title) },
    { label: t('field.measure'), children: text(target.measure.title) },
    { label: t('field.owner'), children: text(target.owner) },
    { label: t('field.kind'), children: t(`kind.${target.kind}`) },
    { label: t('field.formula'), children: target.how.formula ? <span className="lh-code">{target.how.formula}</span> : none },
    { label: t('field.baseline'), children: q.number(target.baseline) },
    { label: t('field.source'), children: target.how.measures.length > 0 ? readings : t(`sourceNote.${target.source}`) },
    { label: t('field.period'), children: `${f.date(target.from)} – ${f.date(target.to)}` },
    { label: t('field.sentence'), children: target.source_text || none, span: 'filled' as const },
  ]
  return <Descriptions column={{ xs: 1, md: 2 }} items={items.map((x) => ({ key: x.label, ...x }))} />
}

function Changes({ target }: { target: TargetDetail }) {
  const t = usePlanTexts()
  const f = useFormat()
  const names: Record<string, string> = { goal: t('field.goal'), goal_high: t('field.goalHigh'), baseline: t('field.baseline'), owner: t('field.owner'), owner_id: t('field.ownerOrganisation'), kind: t('field.kind'), formula: t('field.formula') }
  return (
    <>
    <h3 className="lh-card-title lh-below">{t('target.changes')}</h3>
    {target.changes.length === 0 && <p className="lh-muted">{t('target.noChanges')}</p>}
    <ul className="lh-rows">
      {target.changes.map((c) => (
        <li key={c.at + c.field} className="lh-row">
          <span className="lh-two">
            <span><strong>{names[c.field] ?? c.field}</strong> {c.before || none} → {c.after || none}</span>
            <span>{c.reason}</span>
          </span>
          <span className="lh-muted">{c.name} · {f.time(c.at)}</span>
        </li>
      ))}
    </ul>
    </>
  )
}
