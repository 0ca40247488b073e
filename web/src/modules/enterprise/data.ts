import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, read, useLive, useText, type Schema, type Tone } from '../../kernel'

export type EntryRow = Schema<'EnterpriseEntryView'>
export type DetailedRow = Schema<'EnterpriseDetailedView'>
export type EntryDetail = Schema<'EnterpriseEntryDetail'>
export type EntryInput = Schema<'EnterpriseEntryInput'>
export type Profile = Schema<'EnterpriseProfile'>
export type Qualification = Schema<'EnterpriseQualification'>
export type Evidence = Schema<'EnterpriseEvidence'>
export type Consent = Schema<'EnterpriseConsent'>
export type Place = Schema<'EnterprisePlaceView'>
export type SiteKind = 'headquarters' | 'plant' | 'warehouse' | 'laboratory' | 'office'
export type Group = keyof Consent

/** The topic that tells of every change in the directory. */
export const topic = 'enterprise.entries'

/** The beginning of all cache keys of this room. */
export const roomKey = ['enterprise']

/** The cache key of one entry. */
export const entryKey = (id: string) => [...roomKey, 'one', id]

/** How a status looks. */
export const statusTone: Record<EntryRow['status'], Tone> = { submitted: 'info', returned: 'warn', accepted: 'good', refused: 'bad', merged: 'idle', removed: 'idle' }

/** The groups of fields whose audience an enterprise chooses, in the order of the form. */
export const groups: Group[] = ['location', 'founding', 'business', 'size', 'staff', 'finance', 'contacts', 'qualifications', 'evidence']

/** One entry, read again when it changes. */
export function useEntry(id: string) {
  useLive(topic, entryKey(id))
  return useQuery({ queryKey: entryKey(id), queryFn: () => read(api.GET('/api/enterprise/entries/{id}', { params: { path: { id } } })) })
}

/** What one's own organisation has in the directory. */
export function useMine() {
  useLive(topic, [...roomKey, 'mine'])
  return useQuery({ queryKey: [...roomKey, 'mine'], queryFn: () => read(api.GET('/api/enterprise/entries/mine')) })
}

/** How many enterprises there are, by district and industry. */
export function useSummary() {
  useLive(topic, [...roomKey, 'summary'])
  return useQuery({ queryKey: [...roomKey, 'summary'], queryFn: () => read(api.GET('/api/enterprise/summary')) })
}

/** Where enterprises have sites, as far as that is public. */
export function useSites(kind: SiteKind | undefined) {
  useLive(topic, [...roomKey, 'sites'])
  return useQuery({ queryKey: [...roomKey, 'sites', kind], queryFn: () => read(api.GET('/api/enterprise/sites', { params: { query: kind ? { kind } : {} } })) })
}

/** The words of the room in the reader's language. */
export function useVocabulary() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['enterprise-vocabulary'], queryFn: () => read(api.GET('/api/enterprise/vocabulary')), staleTime: Infinity })
  return useMemo(() => {
    type Kind = 'districts' | 'industries' | 'qualifications' | 'revenue_bands' | 'site_kinds' | 'sizes' | 'statuses'
    const terms = (kind: Kind) => data?.[kind] ?? []
    return {
      known: data !== undefined,
      terms,
      options: (kind: Kind) => terms(kind).map((x) => ({ value: x.code, label: kind === 'industries' ? `${x.code} ${text(x.title)}` : text(x.title) })),
      title: (kind: Kind, code: string) => {
        const term = terms(kind).find((x) => x.code === code)
        return term ? text(term.title) : code
      },
    }
  }, [data, text])
}
