import { Card } from 'antd'
import { useEffect, useState } from 'react'
import { StatusTag, useFormat, useText, type Tone } from '../../kernel'
import { CalendarEnds } from './CalendarEnds'
import { useIncidentTexts, type Clock, type Detail } from './incidentData'

/** How long something is, as people count down: 3:59:20, or days. */
export function lengthOf(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${s >= 86_400 ? `${Math.floor(s / 86_400)}d ` : ''}${Math.floor((s % 86_400) / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`
}

/** The time limits of an incident, counting down by the server's clock. */
export function Clocks({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const [offset, setOffset] = useState(0)
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => setOffset(new Date(i.now).getTime() - Date.now()), [i.now])
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return (
    <Card size="small" title={t('incident.clocks')}>
      <div className="lh-stack"><CalendarEnds />{i.clocks.map((c) => <Line key={c.id} clock={c} now={now + offset} />)}</div>
    </Card>
  )
}

function Line({ clock: c, now }: { clock: Clock; now: number }) {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const left = new Date(c.due_at).getTime() - now
  const [tone, word] = ((): [Tone, string] => {
    if (c.state === 'cancelled') return ['idle', t('incident.cancelled')]
    if (c.state === 'met') return new Date(c.stopped_at ?? 0) > new Date(c.due_at) ? ['warn', t('incident.metLate', { time: f.time(c.stopped_at) })] : ['good', t('incident.met', { time: f.time(c.stopped_at) })]
    return left < 0 ? ['bad', t('incident.overdue', { time: lengthOf(left) })] : ['warn', t('incident.left', { time: lengthOf(left) })]
  })()
  return (
    <div className="lh-two lh-wrap">
      <strong>{t(`incident.clock.${c.obligation.replace('incident.', '') as 'report' | 'pass_on' | 'review' | 'summary'}`)}</strong>
      <StatusTag tone={tone}><span className="lh-number">{word}</span></StatusTag>
      <span className="lh-muted">{t('incident.until', { time: f.time(c.due_at) })}{c.legal ? ` · ${t('incident.legal')}` : ''}</span>
      <span className="lh-muted">{text(c.basis)}</span>
    </div>
  )
}
