/** How a time is asked for in the form: minutes by the wall in the largest unit that fits, or working days. */
export function amountOf(x: { minutes?: number; working_days?: number }): { unit: Unit; amount: number } {
  if (x.working_days) return { unit: 'working_days', amount: x.working_days }
  const minutes = x.minutes ?? 0
  const unit = minutes > 3 * unitMinutes.days && minutes % unitMinutes.days === 0 ? 'days' : minutes % unitMinutes.hours === 0 ? 'hours' : 'minutes'
  return { unit, amount: minutes / unitMinutes[unit] }
}

export const units = ['minutes', 'hours', 'days', 'working_days'] as const
export type Unit = (typeof units)[number]
export const unitMinutes = { minutes: 1, hours: 60, days: 24 * 60 } as const

/** Shares of the time from per cents, in whichever way they are set apart; null: not numbers that rise. */
export function stepsOf(text: string): number[] | null {
  const steps = text.split(/[\s,，、;；%]+/).filter(Boolean).map((s) => Number(s) / 100)
  return steps.every((s, i) => Number.isFinite(s) && s > (steps[i - 1] ?? 0)) ? steps : null
}

/** Per cents of shares of the time. */
export const perCents = (steps: number[]) => steps.map((s) => Math.round(s * 1000) / 10).join(' ')
