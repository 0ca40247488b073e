import { useQuery } from '@tanstack/react-query'
import { api, read, useLive, type Schema } from '../../kernel'
import { alertsKey, alertTopic } from './alerts'

export type RotaRow = Schema<'PlatformsRotaRow'>
export type RotaDetail = Schema<'PlatformsRotaDetail'>
export type RotaShift = Schema<'PlatformsRotaShift'>
export type RotaOverride = Schema<'PlatformsRotaOverride'>
export type Policy = Schema<'PlatformsPolicy'>
export type OnDuty = Schema<'PlatformsOnDuty'>

/** The beginning of all cache keys of rotas and policies; what changes alerts may change them. */
export const rotasKey = [...alertsKey, 'rotas']

/** All rotas that one may see, with who is on duty. */
export function useRotas() {
  useLive(alertTopic, alertsKey)
  return useQuery({ queryKey: rotasKey, queryFn: () => read(api.GET('/api/platforms/alerting/rotas')), refetchInterval: 60_000 })
}

/** One rota with its shifts in a span. */
export function useRota(id: string, from: Date, to: Date) {
  useLive(alertTopic, alertsKey)
  const query = { from: from.toISOString(), to: to.toISOString() }
  return useQuery({ queryKey: [...rotasKey, id, query.from, query.to], queryFn: () => read(api.GET('/api/platforms/alerting/rotas/{id}', { params: { path: { id }, query } })), refetchInterval: 60_000, placeholderData: (old) => old })
}

/** Who may be on duty: for an organisation, or for any. */
export function useDutyPeople(organisation: string, enabled = true) {
  return useQuery({ queryKey: [...rotasKey, 'people', organisation], queryFn: () => read(api.GET('/api/platforms/alerting/people', { params: { query: organisation ? { organisation } : {} } })), staleTime: 60_000, enabled })
}

/** The escalation policies. */
export function usePolicies(enabled = true) {
  return useQuery({ queryKey: [...rotasKey, 'policies'], queryFn: () => read(api.GET('/api/platforms/alerting/policies')), enabled })
}
