import { CompressOutlined, ExpandOutlined } from '@ant-design/icons'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, Failure, Loading, none, palette, read, SyntheticMark, useCityState, useConnected, useFormat, useLive, useMay, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption } from '../../lib/chart/line'
import { DistrictMap, type Area } from '../../lib/map/DistrictMap'
import { alertKey, useAlertsLive, useAlertTexts, type AlertRow } from './alertTexts'
import { lengthOf } from './IncidentClocks'
import { incidentKey, useIncidentTexts, type Level, type Row } from './incidentData'
import { noticeKey } from './noticeData'
import { blind, situationKey, useOthers, useSituation, type Situation } from './situation'
import { useSituationTexts } from './situationTexts'
import './wall.css'

/** How often what no push tells of is read again, in milliseconds. */
const every = 30_000

/** The situation for a wall: few, big, live, always dark. */
export default function Wall() {
  const t = useSituationTexts()
  const situation = useSituation(every)
  const leave = useNavigate()
  useEffect(() => {
    document.title = t('wall.title')
    const keys = (e: KeyboardEvent) => {
      if (e.key === 'Escape' && !document.fullscreenElement) void leave('/security/situation')
    }
    window.addEventListener('keydown', keys)
    return () => window.removeEventListener('keydown', keys)
  }, [t, leave])
  return (
    <main className="lh-wall" data-mode="dark">
      {situation.error && !situation.data && <Failure problem={situation.error} retry={() => void situation.refetch()} />}
      {!situation.data && !situation.error && <Loading />}
      {situation.data && <Screen city={situation.data} />}
    </main>
  )
}

function Screen({ city }: { city: Situation }) {
  const t = useSituationTexts()
  const f = useFormat()
  const now = useNow()
  const whole = city.city
  return (
    <>
      <Head city={city} now={now} />
      <div className="lh-wall-body">
        <section className="lh-wall-side" aria-label={t('situation.city')}>
          <div className="lh-wall-figures">
            <Big label={t('situation.city')} value={whole && whole.enterprises > 0 ? f.number(whole.risk, 0) : none} tone={!whole || whole.confidence < blind ? 'idle' : whole.risk >= 60 ? 'bad' : whole.risk >= 30 ? 'warn' : 'good'} />
            <Big label={t('situation.confidence')} value={whole && whole.enterprises > 0 ? f.number(whole.confidence, 0) : none} tone="idle" />
          </div>
          <Course />
          <Alerts />
        </section>
        <Map city={city} />
        <section className="lh-wall-side" aria-label={t('wall.incidents')}>
          <Incidents now={now} />
          <Notices />
        </section>
      </div>
    </>
  )
}

/** The time, each second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}

/** The size of the wall's own unit in pixels: 1 % of a 16:9 screen's width. */
function useUnit(): number {
  const measure = () => (window.innerWidth < 768 ? 11 : Math.min(window.innerWidth / 100, window.innerHeight / 56.25))
  const [unit, setUnit] = useState(measure)
  useEffect(() => {
    const follow = () => setUnit(measure())
    window.addEventListener('resize', follow)
    return () => window.removeEventListener('resize', follow)
  }, [])
  return unit
}

function Head({ city, now }: { city: Situation; now: number }) {
  const t = useSituationTexts()
  const text = useText()
  const f = useFormat()
  const connected = useConnected()
  const state = useCityState()
  return (
    <header className="lh-wall-head">
      <h1>{text(state.data?.city)} {t('wall.title')}</h1>
      {city.synthetic && <SyntheticMark />}
      <span className="lh-wall-right">
        {!connected && <span className="lh-wall-bad" role="status">{t('wall.lost')}</span>}
        <time dateTime={new Date(now).toISOString()}>{f.time(now)}</time>
        <FullScreen />
        <Link to="/security/situation">{t('wall.exit')}</Link>
      </span>
    </header>
  )
}

function FullScreen() {
  const t = useSituationTexts()
  const [full, setFull] = useState(false)
  useEffect(() => {
    const follow = () => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', follow)
    return () => document.removeEventListener('fullscreenchange', follow)
  }, [])
  return (
    <button type="button" aria-pressed={full} aria-label={t('wall.full')} onClick={() => void (full ? document.exitFullscreen() : document.documentElement.requestFullscreen())}>
      {full ? <CompressOutlined /> : <ExpandOutlined />}
    </button>
  )
}

function Big({ label, value, tone }: { label: string; value: string; tone: string }) {
  return <div className="lh-wall-big"><span className={`lh-wall-value lh-wall-${tone}`}>{value}</span><span>{label}</span></div>
}

/** A part of the wall: what it is of, how many, and rows; or what there is not. */
function Part({ title, count, blank, children }: { title: string; count?: string; blank?: string | false; children?: ReactNode }) {
  return (
    <section className="lh-wall-part">
      <h2>{title} {count !== undefined && <strong>{count}</strong>}</h2>
      {blank ? <p>{blank}</p> : children}
    </section>
  )
}

/** A line of a row: what comes first takes what the rest leaves, and is cut where it is longer. */
function Line({ children }: { children: ReactNode }) {
  return <span className="lh-wall-line">{children}</span>
}

function Map({ city }: { city: Situation }) {
  const t = useSituationTexts()
  const text = useText()
  const f = useFormat()
  const unit = useUnit()
  const colours = palette('dark')
  const others = useOthers(city)
  const areas = useMemo<Area[]>(
    () => [...city.districts.map((d) => ({
      shape: d.name.zh, label: d.confidence < blind ? text(d.name) : `${text(d.name)} ${f.number(d.risk, 0)}`, value: Math.round(d.risk), unseen: d.confidence < blind,
      note: [`${t('situation.risk')}  ${f.number(d.risk, 0)}`, `${t('situation.confidence')}  ${f.number(d.confidence, 0)}`],
    })), ...others.map((d) => ({ shape: d.name.zh, label: text(d.name), value: 0, unseen: true, note: [t('situation.unseen')] }))],
    [city, others, text, t, f],
  )
  return (
    <section className="lh-wall-part lh-wall-map" aria-label={t('situation.map')}>
      <h2>{t('situation.map')} <span className="lh-wall-legend">▨ {t('situation.unseen')}</span></h2>
      <div className="lh-wall-shape"><DistrictMap areas={areas} colours={{ ...colours, ramp: [colours.line, colours.bad] }} most={100} height="100%" label={t('situation.map')} fontSize={Math.max(11, Math.round(unit * 1.25))} bare /></div>
      {city.hidden > 0 && <p>{t('situation.hidden', { n: city.hidden })}</p>}
    </section>
  )
}

/** How the city stood, day by day. */
function Course() {
  const t = useSituationTexts()
  const f = useFormat()
  const unit = useUnit()
  const { data } = useQuery({ queryKey: [...situationKey, 'days'], queryFn: () => read(api.GET('/api/security/situation/days')), refetchInterval: 10 * every })
  const option = useMemo(() => {
    const colours = palette('dark')
    const at = (day: string) => Date.parse(`${day}T00:00:00+08:00`)
    const option = lineOption(
      [{ name: t('situation.risk'), points: (data?.days ?? []).map((d) => [at(d.day), d.risk]), colour: colours.bad, area: true }],
      { colours, write: (v) => f.number(v, 0), time: (v) => f.date(v), zero: true },
    )
    const big = { fontSize: Math.max(11, Math.round(unit * 1.25)), color: '#b4c0cb', hideOverlap: true }
    return { ...option, xAxis: { ...(option.xAxis as object), axisLabel: { ...big, formatter: (v: number) => f.date(v).slice(5) } }, yAxis: { ...(option.yAxis as object), axisLabel: big, splitNumber: 3 } }
  }, [data, t, f, unit])
  return (
    <Part title={t('wall.course')} blank={data && data.days.length < 2 && t('standing.courseNone')}>
      {data && data.days.length >= 2 && <div className="lh-wall-course"><Chart option={option} height="100%" label={t('wall.course')} /></div>}
    </Part>
  )
}

function Alerts() {
  const t = useSituationTexts()
  const words = useAlertTexts()
  const text = useText()
  const f = useFormat()
  const allowed = useMay()('security.alert.view')
  useAlertsLive()
  const grave = useQueries({
    queries: (['critical', 'high'] as const).map((level) => ({
      queryKey: [...alertKey, 'wall', level], queryFn: () => read(api.GET('/api/security/alerts', { params: { query: { level, state: 'open' as const, sort: '-last_at', limit: 4 } } })), enabled: allowed, refetchInterval: every,
    })),
  })
  const newest = grave.flatMap((q) => q.data?.items ?? []).sort((a: AlertRow, b: AlertRow) => Date.parse(b.last_at) - Date.parse(a.last_at)).slice(0, 4)
  const total = grave.reduce((n, q) => n + (q.data?.total ?? 0), 0)
  const known = grave.every((q) => q.data)
  if (!allowed) return null
  return (
    <Part title={t('wall.alerts')} count={known ? f.number(total, 0) : undefined} blank={known && newest.length === 0 && t('wall.noAlerts')}>
      {newest.map((a) => (
        <p key={a.id} className="lh-wall-row">
          <Line><Link to={`/security/alerts/${a.id}`}>{text(a.rule)}</Link><span className="lh-wall-bad">{words(`alert.levels.${a.level}`)}</span></Line>
          <Line><span className="lh-wall-muted">{text(a.enterprise)}</span>{a.synthetic && <SyntheticMark />}<span className="lh-wall-muted">{f.ago(a.last_at)}</span></Line>
        </p>
      ))}
    </Part>
  )
}

function Incidents({ now }: { now: number }) {
  const t = useSituationTexts()
  const words = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  useLive('security.incidents', incidentKey)
  const { data } = useQuery({
    queryKey: [...incidentKey, 'wall'], queryFn: () => read(api.GET('/api/security/incidents', { params: { query: { open: true, real: 'real', sort: 'level', limit: 5 } } })), refetchInterval: every,
  })
  return (
    <Part title={t('wall.incidents')} count={data ? f.number(data.total, 0) : undefined} blank={data?.items.length === 0 && t('wall.noIncidents')}>
      {data?.items.map((i) => (
        <p key={i.id} className="lh-wall-row">
          <Line><Link to={`/security/incidents/${i.id}`}>{i.title}</Link><span className={i.level === 1 || i.level === 2 ? 'lh-wall-bad' : 'lh-wall-warn'}>{words(`incident.levels.l${i.level as Level}`)}</span></Line>
          <Line><span className="lh-wall-muted">{text(i.enterprise)}</span><span className="lh-wall-muted">{words(`incident.states.${i.state}`)}</span>{i.synthetic && <SyntheticMark />}<Due incident={i} now={now} /></Line>
        </p>
      ))}
    </Part>
  )
}

/** Until when an incident is to be reported upward. */
function Due({ incident: i, now }: { incident: Row; now: number }) {
  const t = useSituationTexts()
  const words = useIncidentTexts()
  if (i.report_met_at) return <span className="lh-wall-muted">{words(`incident.upward.${i.upward || 'none'}`)}</span>
  if (!i.report_due_at) return null
  const left = Date.parse(i.report_due_at) - now
  return <span className={left < 0 ? 'lh-wall-bad' : 'lh-wall-warn'}>{t(left < 0 ? 'wall.overdue' : 'wall.left', { time: lengthOf(left) })}</span>
}

function Notices() {
  const t = useSituationTexts()
  const f = useFormat()
  const allowed = useMay()('security.notice.read')
  useLive('security.notices', noticeKey)
  const { data } = useQuery({
    queryKey: [...noticeKey, 'wall'], queryFn: () => read(api.GET('/api/security/notices', { params: { query: { state: 'issued', sort: '-issued_at', limit: 4 } } })), enabled: allowed, refetchInterval: every,
  })
  const receipts = useQueries({
    queries: (data?.items ?? []).map((n) => ({
      queryKey: [...noticeKey, 'districts', n.id], queryFn: () => read(api.GET('/api/security/notices/{id}/districts', { params: { path: { id: n.id } } })), refetchInterval: every,
    })),
  })
  if (!allowed) return null
  return (
    <Part title={t('wall.notices')} count={data ? f.number(data.total, 0) : undefined} blank={data?.items.length === 0 && t('wall.noNotices')}>
      {data?.items.map((n, at) => {
        const sum = (of: 'addressees' | 'acknowledged' | 'overdue') => (receipts[at]?.data?.districts ?? []).reduce((total, d) => total + d[of], 0)
        const [all, receipted, overdue] = [sum('addressees'), sum('acknowledged'), sum('overdue')]
        return (
          <p key={n.id} className="lh-wall-row">
            <Line><Link to={`/security/notices/${n.id}`}>{n.title}</Link><span className={overdue > 0 ? 'lh-wall-bad' : 'lh-wall-muted'}>{overdue > 0 ? t('wall.late', { n: f.number(overdue, 0) }) : t('wall.onTime')}</span></Line>
            <Line><span className="lh-wall-bar" aria-hidden="true"><span style={{ width: `${all > 0 ? (100 * receipted) / all : 0}%` }} /></span>{n.synthetic && <SyntheticMark />}<span className="lh-wall-muted">{t('wall.receipts', { n: f.number(receipted, 0), all: f.number(all, 0) })}</span></Line>
          </p>
        )
      })}
    </Part>
  )
}
