import { useQuery } from '@tanstack/react-query'
import { api, read, request, useLanguage, useLive, type Schema, type Tone } from '../../kernel'

export type ChainRow = Schema<'AtlasChainView'>
export type ChainMapData = Schema<'AtlasChainMap'>
export type StageState = Schema<'AtlasStageState'>
export type Answer = Schema<'AtlasAnswer'>
export type Question = Schema<'AtlasQuestion'>
export type Item = Schema<'AtlasItem'>
export type Hop = Schema<'AtlasHop'>
export type Reason = Schema<'AtlasReason'>
export type NodeRef = Schema<'AtlasNodeRef'>
export type Picture = Schema<'AtlasPicture'>
export type Content = Schema<'AtlasContent'>

/** The topic that tells of every change of the graph. */
export const topic = 'atlas.graph'

/** The beginning of all cache keys of this room. */
export const roomKey = ['atlas']

/** The questions that the graph answers. */
export const questions = ['gaps', 'candidates', 'who', 'stop', 'way', 'similar', 'emerging'] as const
export type Kind = (typeof questions)[number]

/** How a state looks. */
export const stateTone: Record<string, Tone> = { sound: 'good', weak: 'warn', missing: 'bad', absent: 'idle', broken: 'bad', buyer: 'info' }

/** The name of a node in the reader's language. */
export function useName(): (n: NodeRef) => string {
  const language = useLanguage()
  return (n) => (language === 'en' ? n.en || n.zh : n.zh || n.en) || n.id
}

/** A chain as its stages are on a day. */
export function useChainMap(id: string, day: string) {
  useLive(topic, roomKey)
  return useQuery({
    queryKey: [...roomKey, 'map', id, day],
    queryFn: () => read(api.GET('/api/atlas/chains/{id}/map', { params: { path: { id }, query: day ? { day } : {} } })),
    placeholderData: (before) => (before?.id === id ? before : undefined),
  })
}

/** All chains, for choosing one. */
export function useChains() {
  return useQuery({ queryKey: [...roomKey, 'chains', 'all'], queryFn: () => read(api.GET('/api/atlas/chains', { params: { query: { limit: 500 } } })) })
}

/** What there is in the graph, and since when. */
export function useSummary() {
  return useQuery({ queryKey: [...roomKey, 'summary'], queryFn: () => read(api.GET('/api/atlas/graph/summary')) })
}

/** The parameters of a question in an address. */
export function asked(q: Question, day = ''): URLSearchParams {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...q, day })) if (name !== 'kind' && value) params.set(name, String(value))
  return params
}

/** The answer to a question; nothing is asked while it is null. */
export function useAnswer(q: Question | null, day = '') {
  return useQuery({
    queryKey: [...roomKey, 'answer', q, day], enabled: q !== null, retry: false,
    queryFn: ({ signal }) => request<Answer>(`/api/atlas/answers/${q?.kind ?? ''}?${q ? asked(q, day) : ''}`, { signal }),
  })
}

/** Days as the calendar counts them. */
export const addDays = (day: string, n: number) => new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10)
export const daysBetween = (from: string, to: string) => Math.max(0, Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000))
