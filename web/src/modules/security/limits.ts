import { useQuery } from '@tanstack/react-query'
import { api, read, textsOf, useLive, useText, type Schema } from '../../kernel'
import type { zh } from './limitZh'

/** Translates the texts of the city's time limits. */
export const useLimitTexts = textsOf<typeof zh>('security')

export type LimitsShown = Schema<'ClockLimitsShown'>
export type LimitShown = LimitsShown['limits'][number]
export type LimitEntry = LimitsShown['waiting'][number]
export type LimitSaid = Schema<'ClockLimitSaid'>

/** The beginning of the cache keys of time limits. */
export const limitKey = ['security', 'time-limits']

/** The time limits that the city may set itself. */
export function useLimits() {
  useLive('security.time_limits', limitKey)
  return useQuery({ queryKey: limitKey, queryFn: () => read(api.GET('/api/security/time-limits')) })
}

/** Names a time limit by what is owed and of which level. */
export function useLimitName() {
  const t = useLimitTexts()
  const text = useText()
  const level = (n: number) => (n > 0 ? t('limit.level', { n: 'ⅠⅡⅢⅣ'[n - 1] ?? '' }) : t('limit.anyLevel'))
  return { level, name: (x: Pick<LimitShown, 'title' | 'level'>) => (x.level > 0 ? `${text(x.title)} · ${level(x.level)}` : text(x.title)) }
}
