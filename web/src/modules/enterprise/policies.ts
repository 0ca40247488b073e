import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'

export type Policy = Schema<'PolicyPolicy'>
export type Content = Schema<'PolicyContent'>
export type Fit = Schema<'PolicyFit'>
export type Finding = Schema<'CriterionFinding'>
export type Result = Schema<'CriterionResult'>
export type Rule = Schema<'CriterionRule'>
export type Field = Schema<'CriterionField'>
export type Claim = Schema<'PolicyClaim'>
export type ClaimDetail = Schema<'PolicyClaimDetail'>
export type Grant = Schema<'PolicyAllotment'>
export type Outcome = Fit['outcome']

/** The beginning of all cache keys of policies. */
export const policyKey = ['enterprise', 'policy']
export const claimKey = (id: string) => [...policyKey, 'claim', id]

export const outcomeTone: Record<Outcome, Tone> = { met: 'good', unknown: 'warn', unmet: 'idle' }
export const policyTone: Record<Policy['state'], Tone> = { draft: 'idle', published: 'good', withdrawn: 'bad' }
export const stageTone: Record<Claim['state'], Tone> = { draft: 'idle', submitted: 'info', returned: 'warn', reviewed: 'info', granted: 'good', rejected: 'bad', withdrawn: 'idle' }
export const levels = ['national', 'provincial', 'city', 'district'] as const
export const kinds = ['subsidy', 'award', 'loan', 'tax', 'talent', 'space', 'other'] as const

export function usePolicy(id: string) {
  return useQuery({ queryKey: [...policyKey, 'one', id], queryFn: () => read(api.GET('/api/enterprise/policies/{id}', { params: { path: { id } } })) })
}

export function useFields() {
  return useQuery({ queryKey: [...policyKey, 'fields'], queryFn: () => read(api.GET('/api/enterprise/rules/fields')), staleTime: Infinity })
}
