import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'
import type { Outcome } from './policies'

export type Ladder = Schema<'CultivationLadder'>
export type Edition = Schema<'CultivationEdition'>
export type Rung = Schema<'CultivationRung'>
export type LadderContent = Schema<'CultivationContent'>
export type Definition = Schema<'CultivationDefinition'>
export type Judged = Schema<'CultivationJudged'>
export type Proof = Schema<'CultivationProof'>
export type Assessed = Schema<'CultivationAssessed'>

/** The beginning of all cache keys of cultivation. */
export const cultivationKey = ['enterprise', 'cultivation']

export const provenTone: Record<Exclude<Judged['proven'], ''>, Tone> = { missing: 'warn', waiting: 'info', accepted: 'good', refused: 'bad' }
export const criterionTone: Record<Outcome, Tone> = { met: 'good', unknown: 'warn', unmet: 'bad' }

export function useLadders() {
  return useQuery({ queryKey: [...cultivationKey, 'ladders'], queryFn: () => read(api.GET('/api/enterprise/cultivation/ladders')) })
}

export function useDefinition(id: string) {
  return useQuery({ queryKey: [...cultivationKey, 'definition', id], enabled: id !== '', queryFn: () => read(api.GET('/api/enterprise/cultivation/definitions/{id}', { params: { path: { id } } })) })
}
