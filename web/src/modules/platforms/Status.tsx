import { Card } from 'antd'
import { Link } from 'react-router'
import { EmptyState, Failure, Figure, Figures, Loading, none, PageHeader, StatusTag, SyntheticMark, useFormat, useText } from '../../kernel'
import { percent, stateTone, useAvailabilityWords, useCityStatus, type PlatformState, type State } from './availability'
import { Legend, Strip } from './Strip'
import { usePlatformTexts } from './texts'

/** Worst first: what needs somebody stands on top. */
const order: State[] = ['down', 'degraded', 'maintenance', 'unknown', 'up']

/** Whether the city's platforms answer. */
export default function Status() {
  const t = usePlatformTexts()
  const f = useFormat()
  const status = useCityStatus()
  if (status.error) return <><PageHeader title={t('availability.status')} /><Failure problem={status.error} retry={() => void status.refetch()} /></>
  if (!status.data) return <Loading />
  const items = [...status.data.items].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  const count = (s: State) => f.number(items.filter((p) => p.state === s).length)
  const known = items.map((p) => p.month.sla).filter((v) => v !== null)
  return (
    <div className="lh-stack">
      <PageHeader title={t('availability.status')} note={t('availability.statusNote')} />
      {items.length === 0 ? <Card size="small"><EmptyState title={t('availability.none')} note={t('availability.noStatus')} /></Card> : (
        <>
          <Figures>
            {order.map((s) => <Figure key={s} label={t(`availability.states.${s}`)} value={count(s)} />)}
            <Figure label={t('availability.meanMonth')} value={known.length === 0 ? none : percent(known.reduce((a, b) => a + b, 0) / known.length)} />
          </Figures>
          <Card size="small">
            <div className="lh-bar lh-list-bar"><Legend /></div>
            <ul className="lh-targets">{items.map((p) => <PlatformRow key={p.id} platform={p} />)}</ul>
            <p className="lh-note">{t('availability.rule')} {t('availability.private')}</p>
          </Card>
        </>
      )}
    </div>
  )
}

function PlatformRow({ platform: p }: { platform: PlatformState }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const words = useAvailabilityWords()
  return (
    <li className="lh-platform-state">
      <span className="lh-target-name">{p.yours ? <Link to={`/platforms/${p.id}?tab=availability`}>{text(p.name)}</Link> : text(p.name)} {p.synthetic && <SyntheticMark />}</span>
      <span className="lh-two"><StatusTag tone={stateTone[p.state]}>{t(`availability.states.${p.state}`)}</StatusTag><span className="lh-number">{t('availability.thisMonth', { sla: percent(p.month.sla) })}</span></span>
      <Strip days={p.days} />
      {(p.incidents.length > 0 || p.windows.length > 0) && (
        <span className="lh-platform-more">
          {p.incidents.map((i) => <span key={i.target + i.began_at}><StatusTag tone="bad">{i.target}</StatusTag> {words.fault(i.fault)} · {t('availability.since', { time: f.time(i.began_at) })}</span>)}
          {p.windows.map((w) => <span key={w.id}><StatusTag tone="info">{t(`availability.window.${w.begun ? 'now' : 'planned'}`)}</StatusTag> <span className="lh-number">{f.time(w.from)} – {f.time(w.to)}</span> {w.reason}</span>)}
        </span>
      )}
    </li>
  )
}
