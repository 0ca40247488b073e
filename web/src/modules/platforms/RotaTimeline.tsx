import { useState } from 'react'
import { useFormat, usePalette } from '../../kernel'
import type { RotaDetail, RotaShift } from './rotas'
import { coloursOf, later, placeIn } from './spans'
import { usePlatformTexts } from './texts'
import './rotas.css'

/** Who is on duty, and each layer below; the table beside it says the same in words. */
export function RotaTimeline({ rota: r, days }: { rota: RotaDetail; days: number }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const palette = usePalette()
  const people = [...r.layers.flatMap((l) => (l.members ?? []).map((p) => p.id)), ...r.overrides.map((o) => o.person.id)]
  const colours = coloursOf(people, palette.series)
  const starts = Array.from({ length: days }, (_, i) => later(new Date(r.from), i)).filter((_, i) => days <= 7 || i % 7 === 0)
  const gaps = r.shifts.filter((s) => s.gap).length
  const row = (label: string, shifts: RotaShift[], final: boolean) => (
    <Row key={label} label={label} rota={r} shifts={shifts} colours={colours} final={final} said={final ? t('duty.timelineLabel', { shifts: shifts.length, gaps }) : t('duty.layerLabel', { layer: label, shifts: shifts.filter((s) => s.person.id).length })} />
  )
  return (
    <div className="lh-rota">
      <span className="lh-rota-corner" />
      <div className="lh-rota-days" aria-hidden="true">
        {starts.map((day) => <span key={day.toISOString()} style={{ left: `${placeIn(day.getTime(), r.from, r.to)}%` }}>{f.date(day).slice(5)}</span>)}
      </div>
      {row(t('duty.final'), r.shifts, true)}
      {r.schedules.map((s, i) => row(t('duty.layerN', { n: i + 1 }), s.shifts, false))}
    </div>
  )
}

function Row({ label, rota: r, shifts, colours, final, said }: { label: string; rota: RotaDetail; shifts: RotaShift[]; colours: Map<string, string>; final: boolean; said: string }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const [now] = useState(() => Date.now())
  const inside = now > new Date(r.from).getTime() && now < new Date(r.to).getTime()
  return (
    <>
      <span className="lh-muted">{label}</span>
      <div className={final ? 'lh-rota-row lh-rota-row-final' : 'lh-rota-row'} role="img" aria-label={said}>
        {shifts.map((s) => {
          const left = placeIn(s.from, r.from, r.to)
          const off = !final && !s.person.id // that a layer alone has nobody is no gap yet
          const name = s.gap === 'nobody' ? (final ? t('duty.gap') : '') : (s.person.name ?? '')
          const look = off ? 'lh-rota-off' : s.gap ? 'lh-rota-gap' : ''
          return (
            <span key={s.from} className={`lh-rota-shift ${look}`} title={`${name || t('duty.gap')} · ${f.time(s.from)} – ${f.time(s.to)}${s.gap === 'unable' ? ` · ${t('duty.gaps.unable')}` : ''}`} style={{ left: `${left}%`, width: `${placeIn(s.to, r.from, r.to) - left}%`, '--who': colours.get(s.person.id) } as React.CSSProperties}>
              <span>{name}{s.override ? ` · ${t('duty.override')}` : ''}</span>
            </span>
          )
        })}
        {inside && <i className="lh-rota-now" style={{ left: `${placeIn(now, r.from, r.to)}%` }} />}
      </div>
    </>
  )
}
