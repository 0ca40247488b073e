import { useQuery } from '@tanstack/react-query'
import { api, read, textsOf, useLive, type Schema } from '../../kernel'
import type { zh } from './dutyZh'

/** Translates the texts of duty. */
export const useDutyTexts = textsOf<typeof zh>('security')

export type DutyShown = Schema<'DutyDuty'>
export type Shift = DutyShown['shifts'][number]
export type Handover = Schema<'DutyHandover'>

/** The beginning of the cache keys of duty. */
export const dutyKey = ['security', 'duty']

/** Who is on duty, read again when it changes and as time goes on. */
export function useDuty() {
  useLive('security.duty', dutyKey)
  return useQuery({ queryKey: [...dutyKey, 'now'], queryFn: () => read(api.GET('/api/security/duty')), refetchInterval: 60_000 })
}
