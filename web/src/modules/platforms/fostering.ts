import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'
import { roomKey } from './data'

export type CallRow = Schema<'FosterCallRow'>
export type Call = Schema<'FosterCallDetail'>
export type Criterion = Schema<'FosterCriterion'>
export type AppliedRow = Schema<'FosterAppliedRow'>
export type Application = Schema<'FosterApplicationDetail'>
export type Review = Schema<'FosterReview'>
export type Contender = Schema<'FosterContender'>
export type Award = Schema<'FosterAward'>
export type AwardDetail = Schema<'FosterAwardDetail'>
export type EvidenceFile = Schema<'FosterFile'>

/** The cache key of all that is about fostering. */
export const fosterKey = [...roomKey, 'foster']

/** How a state of a call looks. */
export const callTone: Record<CallRow['state'], Tone> = { draft: 'info', open: 'good', closed: 'idle' }

/** How a state of an application looks. */
export const applicationTone: Record<AppliedRow['state'], Tone> = { draft: 'info', submitted: 'info', returned: 'warn', in_review: 'info', awarded: 'good', not_awarded: 'idle', withdrawn: 'idle' }

/** How a state of an award looks. */
export const awardTone: Record<Award['state'], Tone> = { notice: 'info', contested: 'warn', in_force: 'good', expired: 'idle', refused: 'bad', withdrawn: 'bad' }

/** How many were fostered by year, beside the goals. */
export function useYears() {
  return useQuery({ queryKey: [...fosterKey, 'years'], queryFn: () => read(api.GET('/api/platforms/foster/years')) })
}

export function useCall(id: string) {
  return useQuery({ queryKey: [...fosterKey, 'call', id], queryFn: () => read(api.GET('/api/platforms/foster/calls/{id}', { params: { path: { id } } })) })
}

export function useApplication(id: string) {
  return useQuery({ queryKey: [...fosterKey, 'application', id], queryFn: () => read(api.GET('/api/platforms/foster/applications/{id}', { params: { path: { id } } })) })
}

export function useAward(id: string) {
  return useQuery({ queryKey: [...fosterKey, 'award', id], queryFn: () => read(api.GET('/api/platforms/foster/awards/{id}', { params: { path: { id } } })) })
}

/** The awards of a platform. */
export function useAwardsOf(platform: string) {
  return useQuery({ queryKey: [...fosterKey, 'of', platform], queryFn: () => read(api.GET('/api/platforms/foster/awards', { params: { query: { platform } } })) })
}
