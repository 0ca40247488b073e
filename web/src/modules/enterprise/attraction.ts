import { useQuery } from '@tanstack/react-query'
import { api, read, useLive, type Schema, type Tone } from '../../kernel'

export type Lead = Schema<'AttractionLead'>
export type LeadDetail = Schema<'AttractionDetail'>
export type LeadInput = Schema<'AttractionLeadInput'>
export type LeadStep = Schema<'AttractionStep'>
export type Stage = Lead['stage']

/** The topic that tells of every change of a lead. */
const topic = 'enterprise.leads'

/** The beginning of all cache keys of leads. */
export const leadsKey = ['enterprise', 'leads']

/** The stages in their order. */
export const stages: Stage[] = ['lead', 'visited', 'committed', 'landed', 'lost']

/** How a stage looks. */
export const stageTone: Record<Stage, Tone> = { lead: 'info', visited: 'info', committed: 'warn', landed: 'good', lost: 'idle' }

/** Where leads come from. */
export const sources: LeadInput['source'][] = ['city', 'partner', 'analysis', 'company']

export function useStages() {
  useLive(topic, leadsKey)
  return useQuery({ queryKey: [...leadsKey, 'stages'], queryFn: () => read(api.GET('/api/enterprise/leads/stages')) })
}

/** The leads of a stage that were changed last. */
export function useStage(stage: Stage) {
  return useQuery({ queryKey: [...leadsKey, 'stage', stage], queryFn: () => read(api.GET('/api/enterprise/leads', { params: { query: { stage, limit: 20 } } })) })
}

export function useLead(id: string) {
  useLive(topic, leadsKey)
  return useQuery({ queryKey: [...leadsKey, 'one', id], queryFn: () => read(api.GET('/api/enterprise/leads/{id}', { params: { path: { id } } })) })
}
