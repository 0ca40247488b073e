import { CompressOutlined, ExpandOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { api, Failure, Loading, none, palette, read, SyntheticMark, useCityState, useConnected, useFormat, useLive, useMay, useText } from '../../kernel'
import { DistrictMap, type Area } from '../../lib/map/DistrictMap'
import { useBoard, useChosenPlan, useGoal, useQuantity, type BoardData, type TargetRow } from './data'
import { progressOf } from './curve'
import './screen.css'
import { usePlanTexts } from './texts'

/** The topic of the platforms on the map; their room tells of every report. */
const platformTopic = 'platforms.list'

/** The board for a wall: few, big, live, always dark. */
export default function Screen() {
  const t = usePlanTexts()
  const { plans, plan } = useChosenPlan()
  const board = useBoard(plan?.id)
  useEffect(() => {
    document.title = t('screen.title')
  }, [t])
  const failed = plans.error ?? board.error
  return (
    <main className="lh-screen" data-mode="dark">
      {failed && !board.data && <Failure problem={failed} retry={() => { void plans.refetch(); void board.refetch() }} />}
      {plans.data?.length === 0 && <Blank />}
      {plan && !board.data && !failed && <Loading />}
      {board.data && <Wall board={board.data} />}
    </main>
  )
}

function Blank() {
  const t = usePlanTexts()
  return (
    <div className="lh-screen-blank">
      <h1>{t('screen.none')}</h1>
      <p>{t('screen.noneNote')}</p>
      <Link to="/plan">{t('screen.exit')}</Link>
    </div>
  )
}

function Wall({ board }: { board: BoardData }) {
  const t = usePlanTexts()
  const q = useQuantity()
  const total = board.targets.length
  const count = (...s: string[]) => s.reduce((n, x) => n + (board.counts[x] ?? 0), 0)
  const missed = count('missed')
  return (
    <>
      <Head board={board} />
      <div className="lh-screen-body">
        <section className="lh-screen-counts" aria-label={t('field.status')}>
          <Big tone="good" label={t('screen.reached')} value={count('reached')} note={t('screen.of', { count: total })} />
          <Big tone="info" label={t('screen.onTrack')} value={count('on_track')} />
          <Big tone={missed > 0 ? 'bad' : 'warn'} label={missed > 0 ? t('screen.missed') : t('screen.attention')} value={missed > 0 ? missed : count('at_risk', 'late')} />
          <Big tone="idle" label={t('screen.notMeasured')} value={count('not_measured')} />
        </section>
        <Districts />
        <Keys board={board} />
      </div>
      <footer className="lh-screen-foot">
        <span>{t('screen.elapsed')} {q.share(board.elapsed)}</span>
        <span className="lh-screen-bar" aria-hidden="true"><span style={{ width: `${board.elapsed * 100}%` }} /></span>
      </footer>
    </>
  )
}

function Head({ board }: { board: BoardData }) {
  const t = usePlanTexts()
  const text = useText()
  const connected = useConnected()
  const city = useCityState()
  return (
    <header className="lh-screen-head">
      <h1>{text(board.plan.title)}</h1>
      {(board.plan.synthetic || board.targets.some((x) => x.synthetic)) && <SyntheticMark />}
      <span className="lh-screen-right">
        {!connected && <span className="lh-screen-lost" role="status">{t('screen.lost')}</span>}
        <span>{text(city.data?.city)}</span>
        <Clock />
        <FullScreen />
        <Link to={`/plan?plan=${board.plan.id}`} className="lh-screen-exit">{t('screen.exit')}</Link>
      </span>
    </header>
  )
}

function Clock() {
  const f = useFormat()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return <time dateTime={new Date(now).toISOString()}>{f.time(now)}</time>
}

function FullScreen() {
  const t = usePlanTexts()
  const [full, setFull] = useState(false)
  useEffect(() => {
    const follow = () => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', follow)
    return () => document.removeEventListener('fullscreenchange', follow)
  }, [])
  const toggle = () => void (full ? document.exitFullscreen() : document.documentElement.requestFullscreen())
  return (
    <button type="button" className="lh-screen-button" aria-pressed={full} aria-label={t('screen.full')} onClick={toggle}>
      {full ? <CompressOutlined /> : <ExpandOutlined />}
    </button>
  )
}

function Big({ tone, label, value, note }: { tone: string; label: string; value: number; note?: ReactNode }) {
  return (
    <div className={`lh-big lh-big-${tone}`}>
      <span className="lh-big-value">{value}</span>
      <span className="lh-big-label">{label}</span>
      {note && <span className="lh-big-note">{note}</span>}
    </div>
  )
}

/** The size of the screen's own unit in pixels: 1 % of a 16:9 screen's width. */
function useUnit(): number {
  const measure = () => Math.min(window.innerWidth / 100, window.innerHeight / 56.25)
  const [unit, setUnit] = useState(measure)
  useEffect(() => {
    const follow = () => setUnit(measure())
    window.addEventListener('resize', follow)
    return () => window.removeEventListener('resize', follow)
  }, [])
  return unit
}

/** The districts with the platforms that report from them. */
function Districts() {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const unit = useUnit()
  const allowed = may('platforms.view')
  const key = ['platforms', 'screen']
  useLive(platformTopic, key)
  const summary = useQuery({ queryKey: [...key, 'summary'], queryFn: () => read(api.GET('/api/platforms/summary')), enabled: allowed, refetchInterval: 30_000 })
  const words = useQuery({ queryKey: ['platforms-vocabulary'], queryFn: () => read(api.GET('/api/platforms/vocabulary')), enabled: allowed, staleTime: Infinity })
  const areas = useMemo<Area[]>(() => {
    const tallies = new Map((summary.data?.districts ?? []).map((d) => [d.code, d]))
    return (words.data?.districts ?? []).map((d) => {
      const n = tallies.get(d.code)?.reporting ?? 0
      return { shape: d.title.zh, label: `${text(d.title)} ${f.number(n)}`, value: n, note: [`${t('screen.monitored')}  ${f.number(n)}`] }
    })
  }, [summary.data, words.data, text, f, t])
  return (
    <section className="lh-screen-map" aria-label={t('screen.map')}>
      <h2>{t('screen.map')} {summary.data && <strong>{f.number(summary.data.reporting)}</strong>}</h2>
      {!allowed && <p>{t('screen.noMap')}</p>}
      {areas.length > 0 && <div className="lh-screen-shape"><DistrictMap areas={areas} colours={palette('dark')} height="100%" label={t('screen.map')} fontSize={Math.max(10, Math.round(unit * 1.25))} bare /></div>}
    </section>
  )
}

/** Measured targets first, then what needs attention; what nobody measures says nothing on a wall. */
function keyTargets(targets: TargetRow[]): TargetRow[] {
  const rank = (x: TargetRow) => ['missed', 'late', 'at_risk', 'on_track', 'reached', 'not_measured'].indexOf(x.status) + (x.source === 'live' ? 0 : x.source === 'reported' ? 3 : 10)
  return [...targets].sort((a, b) => rank(a) - rank(b)).slice(0, 5)
}

function Keys({ board }: { board: BoardData }) {
  const t = usePlanTexts()
  const text = useText()
  const q = useQuantity()
  const goal = useGoal()
  return (
    <section className="lh-screen-keys" aria-label={t('screen.key')}>
      <h2>{t('screen.key')}</h2>
      {keyTargets(board.targets).map((x) => (
        <div key={x.id} className="lh-key">
          <Link to={`/plan/targets/${x.id}`} className="lh-key-title">{text(x.title)}</Link>
          <span className={`lh-key-value lh-key-${x.status}`}>{x.value === null ? none : q.number(x.value)}</span>
          <span className="lh-screen-bar" aria-hidden="true"><span className={`lh-key-fill-${x.status}`} style={{ width: `${(progressOf(x) ?? 0) * 100}%` }} /></span>
          <span className="lh-key-goal">{goal(x)}</span>
          <span className={`lh-key-status lh-key-${x.status}`}>{t(`status.${x.status}`)}</span>
        </div>
      ))}
    </section>
  )
}
