import { useFormat } from '../../kernel'
import { monthOf } from './months'

/** Writes what a figure is of: a month, a day, or a moment for what comes more often. */
export function usePeriod(): (at: string, tier: string) => string {
  const f = useFormat()
  return (at, tier) => (tier === 'M' ? monthOf(Date.parse(at)) : tier === 'D' ? f.date(at) : f.time(at))
}
