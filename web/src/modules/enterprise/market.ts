import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, read, useLive, useText, type Schema, type Tone } from '../../kernel'

export type ProviderRow = Schema<'ProviderListing'>
export type Provider = Schema<'ProviderDetail'>
export type ProviderProfile = Schema<'ProviderProfile'>
export type Enquiry = Schema<'ProviderEnquiry'>
export type NeedRow = Schema<'NeedPosting'>
export type Need = Schema<'NeedDetail'>
export type Plan = Schema<'NeedPlan'>
export type Proposal = Schema<'NeedProposal'>
export type Milestone = Schema<'NeedMilestone'>
export type Suggested = Schema<'NeedSuggested'>

/** The beginnings of all cache keys of providers and of needs. */
export const providerKey = ['enterprise', 'providers']
export const needKey = ['enterprise', 'needs']

export const providerTone: Record<ProviderRow['status'], Tone> = { applied: 'info', returned: 'warn', refused: 'bad', in_force: 'good', expired: 'idle', suspended: 'bad' }
export const needTone: Record<NeedRow['state'], Tone> = { draft: 'idle', open: 'info', chosen: 'info', agreed: 'good', disputed: 'bad', completed: 'good', terminated: 'bad', withdrawn: 'idle', lapsed: 'idle' }
export const milestoneTone: Record<Milestone['state'], Tone> = { planned: 'idle', delivered: 'info', accepted: 'good', returned: 'warn' }

export function useProvider(id: string) {
  const queryKey = [...providerKey, 'one', id]
  useLive('enterprise.providers', queryKey)
  return useQuery({ queryKey, queryFn: () => read(api.GET('/api/enterprise/providers/{id}', { params: { path: { id } } })) })
}

/** The caller's own enterprises, and the providers that they are. */
export function useOwnProviders() {
  return useQuery({ queryKey: [...providerKey, 'mine'], queryFn: () => read(api.GET('/api/enterprise/providers/mine')) })
}

export function useRecord(id: string) {
  return useQuery({ queryKey: [...needKey, 'record', id], queryFn: () => read(api.GET('/api/enterprise/providers/{id}/record', { params: { path: { id } } })) })
}

export function useNeed(id: string) {
  const queryKey = [...needKey, 'one', id]
  useLive('enterprise.needs', queryKey)
  return useQuery({ queryKey, queryFn: () => read(api.GET('/api/enterprise/needs/{id}', { params: { path: { id } } })) })
}

type Kind = 'scenarios' | 'industries' | 'technologies' | 'districts' | 'staff' | 'pricing'

/** The words that capabilities and needs are told in, in the reader's language. */
export function useMarketWords() {
  const text = useText()
  const { data, error } = useQuery({ queryKey: [...providerKey, 'words'], queryFn: () => read(api.GET('/api/enterprise/providers/words')), staleTime: Infinity })
  return useMemo(() => {
    const options = (kind: Kind) => (data?.[kind] ?? []).map((x) => ({ value: x.code, label: text(x.title) }))
    const title = (kind: Kind, code: string) => options(kind).find((x) => x.value === code)?.label ?? code
    // What depends on the words waits for them: a choice that is not known yet would be dropped.
    return { ready: data !== undefined, error, options, title, titles: (kind: Kind, codes: string[] | null | undefined) => (codes ?? []).map((c) => title(kind, c)) }
  }, [data, error, text])
}
