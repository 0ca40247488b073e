import { useQuery } from '@tanstack/react-query'
import { api, ifMatch, read, request, textsOf, useChange, type Schema, type Tone } from '../../kernel'
import type { zh } from './incidentZh'

export type Row = Schema<'IncidentCase'>
export type Detail = Schema<'IncidentDetail'>
export type Task = Schema<'IncidentTask'>
export type Clock = Schema<'ClockClock'>
export type Level = 0 | 1 | 2 | 3 | 4

/** Translates the texts of incidents. */
export const useIncidentTexts = textsOf<typeof zh>('security')

/** The beginning of all cache keys of incidents. */
export const incidentKey = ['security', 'incidents']

export const stateTone: Record<Row['state'], Tone> = { new: 'warn', triaged: 'warn', confirmed: 'bad', rejected: 'idle', contained: 'info', eradicated: 'info', recovered: 'good', closed: 'good', reviewed: 'good', merged: 'idle' }
export const levelTone: Record<Level, Tone> = { 0: 'idle', 1: 'bad', 2: 'bad', 3: 'warn', 4: 'info' }
export const levels = [1, 2, 3, 4] as const
export const marks = ['clear', 'green', 'amber', 'amber+strict', 'red'] as const

/** How a label of the Traffic Light Protocol is written. */
export const markOf = (tlp: string) => `TLP:${tlp.toUpperCase()}`

/** One incident; it is read again every half minute, because others work on it too. */
export function useIncident(id: string) {
  return useQuery({ queryKey: [...incidentKey, 'one', id], queryFn: () => read(api.GET('/api/security/incidents/{id}', { params: { path: { id } } })), refetchInterval: 30_000 })
}

/** What forms choose from. */
export function useWords() {
  return useQuery({ queryKey: [...incidentKey, 'words'], queryFn: () => read(api.GET('/api/security/incidents/words')), staleTime: Infinity }).data
}

/** The organisations that the reader sees, to choose from. */
export function useOrganisations(wanted: boolean) {
  return useQuery({ queryKey: ['organisations', 'choice'], queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })), enabled: wanted }).data?.items ?? []
}

/** The drills that go on, to choose from. */
export function useRunningDrills(wanted: boolean) {
  const list = useQuery({ queryKey: ['security', 'notice', 'drills', 'choice'], queryFn: () => read(api.GET('/api/security/drills', { params: { query: { limit: 100 } } })), enabled: wanted }).data?.items ?? []
  return list.filter((x) => !x.ended_at).map((x) => ({ value: x.id, label: x.title }))
}

/** A change of an incident: where, and what is said. */
export interface Act {
  path: string
  body: unknown
  method?: 'POST' | 'PUT'
}

/** Changes an incident in the version that was read, and reads it again. */
export function useAct(i: Pick<Detail, 'id' | 'version'>, done: string, after?: () => void) {
  return useChange<Act, Detail>({
    run: ({ path, body, method = 'POST' }) => request<Detail>(`/api/security/incidents/${i.id}${path}`, { method, body, headers: ifMatch(i.version) }),
    refresh: [incidentKey], done, quiet: true, ...(after ? { after } : {}),
  })
}
