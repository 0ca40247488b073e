import { useQuery } from '@tanstack/react-query'
import { api, read, useLive, type Schema, type Tone } from '../../kernel'
import { roomKey } from './data'

export type Alert = Schema<'PlatformsAlert'>
export type AlertDetail = Schema<'PlatformsAlertDetail'>
export type AlertRule = Schema<'PlatformsAlertRule'>
export type RuleInput = Schema<'AlertRule'>
export type AlertRoute = Schema<'PlatformsAlertRoute'>
export type Silence = Schema<'PlatformsAlertSilence'>
export type Matcher = Schema<'AlertMatcher'>

/** The topic that tells of every change of alerts. */
export const alertTopic = 'platforms.alerts'

/** The beginning of all cache keys of alerts. */
export const alertsKey = [...roomKey, 'alerts']

/** All kinds of rules, in the order of forms. */
export const ruleKinds = ['silent', 'overdue', 'bound', 'change', 'finding', 'incident', 'certificate', 'query'] as const satisfies readonly AlertRule['kind'][]

export const severities = ['critical', 'warning', 'info'] as const satisfies readonly Alert['severity'][]
export const alertStates = ['pending', 'firing', 'resolved', 'closed'] as const satisfies readonly Alert['state'][]

/** How a severity looks. */
export const alertSeverityTone: Record<Alert['severity'], Tone> = { critical: 'bad', warning: 'warn', info: 'info' }

/** How a state of an alert looks. */
export const alertStateTone: Record<Alert['state'], Tone> = { pending: 'idle', firing: 'bad', resolved: 'good', closed: 'idle' }

/** How a state of a silence looks. */
export const silenceTone: Record<Silence['state'], Tone> = { pending: 'info', active: 'warn', expired: 'idle' }

/** One alert, read again whenever alerts change. */
export function useAlert(id: string | null) {
  return useQuery({
    queryKey: [...alertsKey, 'one', id],
    queryFn: () => read(api.GET('/api/platforms/alerting/alerts/{id}', { params: { path: { id: id! } } })),
    enabled: id !== null,
  })
}

/** What the rule of an alert measures. */
export function useAlertCurve(id: string) {
  return useQuery({ queryKey: [...alertsKey, 'curve', id], queryFn: () => read(api.GET('/api/platforms/alerting/alerts/{id}/curve', { params: { path: { id } } })) })
}

/** How many alerts fire. */
export function useAlertCounts() {
  useLive(alertTopic, alertsKey)
  return useQuery({ queryKey: [...alertsKey, 'counts'], queryFn: () => read(api.GET('/api/platforms/alerting/summary')), refetchInterval: 30_000 })
}

/** The rules. */
export function useAlertRules() {
  useLive(alertTopic, alertsKey)
  return useQuery({ queryKey: [...alertsKey, 'rules'], queryFn: () => read(api.GET('/api/platforms/alerting/rules')), refetchInterval: 30_000 })
}

/** The routes of notices. */
export function useAlertRoutes() {
  return useQuery({ queryKey: [...alertsKey, 'routes'], queryFn: () => read(api.GET('/api/platforms/alerting/routes')) })
}

/** Platforms to choose from. */
export function usePlatformChoices() {
  return useQuery({ queryKey: [...roomKey, 'choices'], queryFn: () => read(api.GET('/api/platforms', { params: { query: { limit: 500, sort: 'code' } } })), staleTime: 60_000 })
}

/** Writes a matcher as Prometheus does. */
export const matcherText = (m: Matcher) => `${m.name}${m.op}"${m.value}"`

/** A text of a form as the API takes it; a language that is left out is filled in there. */
export const textOf = (x: { zh?: string; en?: string } | undefined) => ({ zh: x?.zh ?? '', en: x?.en ?? '' })
