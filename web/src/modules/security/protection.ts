import { useQuery } from '@tanstack/react-query'
import { api, read, textsOf, useLive, useText, type Schema, type Tone } from '../../kernel'
import type { zh } from './protectionZh'

/** Translates the texts of special protection. */
export const useProtectionTexts = textsOf<typeof zh>('security')

export type Period = Schema<'ProtectionPeriod'>
export type PeriodDetail = Schema<'ProtectionDetail'>
export type Partaker = Schema<'ProtectionPartaker'>
export type Cell = Schema<'ProtectionCell'>
export type Duty = Schema<'ProtectionDuty'>
export type OwnTime = Schema<'ProtectionOwnTime'>
export type Standing = Duty['standing']

/** The beginning of the cache keys of special protection. */
export const protectionKey = ['security', 'protection']

export const periodTone: Record<Period['state'], Tone> = { coming: 'idle', running: 'warn', over: 'good', ended: 'idle' }
export const standingTone: Record<Standing, Tone> = { coming: 'idle', owed: 'info', missing: 'bad', nothing: 'good', something: 'warn', cancelled: 'idle' }
/** The sign of a standing: colour is never alone. */
export const standingSign: Record<Standing, string> = { coming: '·', owed: '○', missing: '✕', nothing: '0', something: '!', cancelled: '–' }
export const standings: Standing[] = ['nothing', 'something', 'missing', 'owed', 'coming', 'cancelled']

/** Days begin and end without a change of a person. */
const every = 60_000

export function useOwn() {
  useLive('security.protection', protectionKey)
  return useQuery({ queryKey: [...protectionKey, 'own'], queryFn: () => read(api.GET('/api/security/protection')), refetchInterval: every })
}

export function usePeriod(id: string) {
  useLive('security.protection', protectionKey)
  return useQuery({ queryKey: [...protectionKey, 'period', id], queryFn: () => read(api.GET('/api/security/protection-periods/{id}', { params: { path: { id } } })), refetchInterval: every })
}

export function useDuty(id: string) {
  return useQuery({ queryKey: [...protectionKey, 'duty', id], queryFn: () => read(api.GET('/api/security/protection-duties/{id}', { params: { path: { id } } })), enabled: id !== '' })
}

/** Organisations of the register that can take part; those of the demonstration say so. */
export function usePartakers(mark: string) {
  const text = useText()
  const { data } = useQuery({ queryKey: ['organisations', 'choice'], queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })) })
  return (data?.items ?? []).filter((o) => o.kind !== 'bureau').map((o) => ({ value: o.id, label: text(o.name) + (o.synthetic ? ` (${mark})` : ''), synthetic: o.synthetic }))
}
