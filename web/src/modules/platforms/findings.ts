import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'
import { platformKey, roomKey } from './data'

export type Doubt = Schema<'PlatformsDoubt'>
export type FindingDetail = Schema<'PlatformsFindingDetail'>
export type Quality = Schema<'PlatformsQualityView'>

/** The cache key of findings. */
export const findingsKey = [...roomKey, 'findings']

/** All kinds of findings, in the order of filters and definitions. */
export const kinds = [
  'missing', 'late', 'negative', 'reset', 'unit', 'jump', 'frozen', 'digits', 'smooth', 'drift', 'duplicate', 'clock', 'flood', 'identity', 'copy', 'relation', 'served', 'frame',
] as const satisfies readonly Doubt['kind'][]

/** How a severity looks. */
export const severityTone: Record<Doubt['severity'], Tone> = { high: 'bad', medium: 'warn', low: 'idle' }

/** How a state of a finding looks. */
export const stateTone: Record<Doubt['state'], Tone> = { open: 'warn', explained: 'info', corrected: 'good', accepted: 'good' }

/** How a grade looks. */
export const gradeTone: Record<Quality['grade'], Tone> = { A: 'good', B: 'good', C: 'warn', D: 'bad', none: 'idle' }

/** One finding with its evidence. */
export function useFinding(id: string | null) {
  return useQuery({
    queryKey: [...findingsKey, 'one', id],
    queryFn: () => read(api.GET('/api/platforms/quality/findings/{id}', { params: { path: { id: id! } } })),
    enabled: id !== null,
  })
}

/** A platform's grade. */
export function usePlatformQuality(id: string) {
  return useQuery({
    queryKey: [...platformKey(id), 'quality'],
    queryFn: () => read(api.GET('/api/platforms/{id}/quality', { params: { path: { id } } })),
  })
}

/** How the grade is computed. */
export function useDefinition() {
  return useQuery({ queryKey: ['platforms-grade'], queryFn: () => read(api.GET('/api/platforms/quality/definition')), staleTime: 60_000 })
}
