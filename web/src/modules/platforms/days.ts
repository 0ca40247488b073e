import type { Schema, Tone } from '../../kernel'

/** A day or a month. */
export type Period = Schema<'PlatformsPeriodView'>

/** Availability in percent; rounded down, so that 100% is said of 100% only. */
export function written(sla: number): string {
  return `${(Math.floor(sla * 1000 + 1e-9) / 1000).toFixed(3)}%`
}

/** Bounds of availability by which a day is coloured. */
const well = 99.9
const fairly = 99

/** How a day looks. */
export function dayTone(day: Period | undefined): Tone {
  if (!day || (day.sla === null && day.stopped === 0)) return 'idle'
  if (day.sla === null) return 'info'
  return day.sla >= well ? 'good' : day.sla >= fairly ? 'warn' : 'bad'
}

/** The last days, the oldest first, as China counts them. */
export function lastDays(count: number, now = Date.now()): string[] {
  const china = now + 8 * 3_600_000
  return Array.from({ length: count }, (_, i) => new Date(china - (count - 1 - i) * 86_400_000).toISOString().slice(0, 10))
}
