import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'

export type CallRow = Schema<'PilotAnnounced'>
export type Call = Schema<'PilotCallDetail'>
export type Criterion = Schema<'PilotCriterion'>
export type AppliedRow = Schema<'PilotCandidature'>
export type Application = Schema<'PilotApplicationDetail'>
export type EvidenceFile = Schema<'PilotFile'>
export type Task = Schema<'PilotReviewTask'>
export type Review = Schema<'PilotReviewDetail'>
export type Panel = Schema<'PilotTable'>
export type Standing = Schema<'PilotStanding'>
export type Listing = Schema<'PilotPilot'>
export type ListingDetail = Schema<'PilotListingDetail'>
export type Relation = Schema<'PilotRelation'>

/** The beginning of all cache keys of pilots. */
export const pilotKey = ['scenario', 'pilot']

/** How a state of a call looks. */
export const callTone: Record<CallRow['state'], Tone> = { draft: 'info', open: 'good', checking: 'info', reviewing: 'info', notice: 'warn', published: 'idle' }

/** How a state of an application looks. */
export const applicationTone: Record<AppliedRow['state'], Tone> = { draft: 'info', submitted: 'info', returned: 'warn', eligible: 'info', ineligible: 'bad', selected: 'good', not_selected: 'idle', withdrawn: 'idle' }

/** How a state of a review looks. */
export const reviewTone: Record<Task['state'], Tone> = { assigned: 'info', submitted: 'good', recused: 'idle' }

export function useCall(id: string) {
  return useQuery({ queryKey: [...pilotKey, 'call', id], queryFn: () => read(api.GET('/api/scenario/pilot/calls/{id}', { params: { path: { id } } })) })
}

export function useApplication(id: string) {
  return useQuery({ queryKey: [...pilotKey, 'application', id], queryFn: () => read(api.GET('/api/scenario/pilot/applications/{id}', { params: { path: { id } } })) })
}

export function useReview(id: string) {
  return useQuery({ queryKey: [...pilotKey, 'review', id], queryFn: () => read(api.GET('/api/scenario/pilot/reviewing', { params: { query: { review: id } } })) })
}

export function usePanel(id: string, enabled: boolean) {
  return useQuery({ queryKey: [...pilotKey, 'panel', id], enabled, queryFn: () => read(api.GET('/api/scenario/pilot/calls/{id}/panel', { params: { path: { id } } })) })
}

export function usePool(id: string, enabled: boolean) {
  return useQuery({ queryKey: [...pilotKey, 'pool', id], enabled, queryFn: () => read(api.GET('/api/scenario/pilot/calls/{id}/reviewers', { params: { path: { id } } })) })
}
