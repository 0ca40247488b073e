import { useFormat } from '../../kernel'
import { percent } from './availability'
import './availability.css'
import { dayTone, lastDays, type Period } from './days'
import { usePlatformTexts } from './texts'

const shown = 90

/** Ninety days side by side, each in the colour of how available it was. */
export function Strip({ days, ends }: { days: Period[]; ends?: boolean }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const byDay = new Map(days.map((d) => [d.period, d]))
  const list = lastDays(shown)
  const told = days.filter((d) => dayTone(d) === 'bad' || dayTone(d) === 'warn')
  const label = t('availability.stripLabel', { days: f.number(days.length), bad: f.list(told.slice(-5).map((d) => `${d.period} ${percent(d.sla)}`)) || t('availability.noneBad') })
  return (
    <div className="lh-strip-box">
      <div className="lh-strip" role="img" aria-label={label}>
        {list.map((day) => {
          const d = byDay.get(day)
          return <i key={day} className={`lh-strip-${dayTone(d)}`} title={d ? `${day} ${percent(d.sla)} · ${t('availability.ofLooks', { good: f.number(d.good), looks: f.number(d.looks - d.stopped) })}` : `${day} ${t('availability.noLooks')}`} />
        })}
      </div>
      {ends && <div className="lh-strip-ends"><span>{list[0]}</span><span>{list.at(-1)}</span></div>}
    </div>
  )
}

/** What the colours of days mean. */
export function Legend() {
  const t = usePlatformTexts()
  return (
    <div className="lh-legend">
      {(['good', 'warn', 'bad', 'info', 'idle'] as const).map((tone) => <span key={tone}><i className={`lh-strip-${tone}`} aria-hidden="true" />{t(`availability.legend.${tone}`)}</span>)}
    </div>
  )
}
