import { useQuery } from '@tanstack/react-query'
import { api, none, read, useFormat, useLive, type Schema, type Tone } from '../../kernel'
import { platformKey, roomKey, topic } from './data'
import { written, type Period } from './days'
import { usePlatformTexts } from './texts'

export type Availability = Schema<'PlatformsAvailabilityView'>
export type { Period }
export type Target = Schema<'PlatformsTargetState'>
export type Window = Schema<'PlatformsWindow'>
export type Incident = Schema<'PlatformsIncident'>
export type PlatformState = Schema<'PlatformsStatusView'>
export type Look = Schema<'ProbeLook'>
export type Spec = Schema<'ProbeSpec'>
export type State = Availability['state']

/** How a state looks. */
export const stateTone: Record<State, Tone> = { up: 'good', degraded: 'warn', down: 'bad', maintenance: 'info', unknown: 'idle' }

/** The cache key of what is checked of a platform. */
export const availabilityKey = (id: string) => [...platformKey(id), 'availability']

/** What is checked of a platform, and how available it is. */
export function useAvailability(id: string) {
  useLive(topic, availabilityKey(id))
  return useQuery({
    queryKey: availabilityKey(id),
    queryFn: () => read(api.GET('/api/platforms/{id}/availability', { params: { path: { id } } })),
    // Every check adds to the day: a notice comes only when a state changes.
    refetchInterval: 30_000,
  })
}

/** The checks of a target in the last day. */
export function useLooks(id: string, target: string) {
  return useQuery({
    queryKey: [...availabilityKey(id), 'looks', target],
    queryFn: () => read(api.GET('/api/platforms/{id}/availability/targets/{target}/looks', { params: { path: { id, target } } })),
    enabled: target !== '',
    refetchInterval: 30_000,
  })
}

/** All platforms that are checked. */
export function useCityStatus() {
  useLive(topic, [...roomKey, 'status'])
  return useQuery({ queryKey: [...roomKey, 'status'], queryFn: () => read(api.GET('/api/platforms/status')), refetchInterval: 30_000 })
}

/** Availability in percent. */
export function percent(sla: number | null): string {
  return sla === null ? none : written(sla)
}

/** Writes milliseconds, durations and faults. */
export function useAvailabilityWords() {
  const t = usePlatformTexts()
  const f = useFormat()
  const ms = (value: number | null | undefined) => (value === null || value === undefined ? none : `${f.number(value, value < 10 ? 1 : 0)} ms`)
  const fault = (code: string | undefined) => (code ? t(`availability.faults.${code as 'name'}`) : '')
  const lasted = (seconds: number) => {
    const parts: [number, string][] = [[Math.floor(seconds / 86_400), t('availability.days')], [Math.floor((seconds % 86_400) / 3_600), t('availability.hours')], [Math.floor((seconds % 3_600) / 60), t('availability.minutes')], [seconds % 60, t('availability.seconds')]]
    return parts.filter(([n]) => n > 0).slice(0, 2).map(([n, unit]) => `${n} ${unit}`).join(' ') || `0 ${t('availability.seconds')}`
  }
  return { ms, fault, lasted }
}
