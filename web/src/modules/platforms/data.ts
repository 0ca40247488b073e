import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, read, useLive, useText, type Schema, type Tone } from '../../kernel'

export type PlatformRow = Schema<'PlatformsPlatformView'>
export type PlatformDetail = Schema<'PlatformsPlatformDetail'>
export type Indicator = Schema<'PlatformsIndicatorView'>
export type Submission = Schema<'PlatformsSubmission'>
export type IssuedKey = Schema<'PlatformsIssuedKey'>
export type Vocabulary = Schema<'PlatformsVocabularyView'>

/** The topic that tells of every change in this room. */
export const topic = 'platforms.list'

/** The beginning of all cache keys of this room. */
export const roomKey = ['platforms']

/** The cache key of one platform. */
export const platformKey = (id: string) => ['platforms', 'one', id]

/** How a freshness looks. */
export const freshnessTone: Record<PlatformRow['freshness'], Tone> = { never: 'idle', reporting: 'good', late: 'warn', silent: 'bad' }

/** How a status looks. */
export const statusTone: Record<PlatformRow['status'], Tone> = {
  applied: 'info', reviewed: 'info', trial: 'info', in_service: 'good', suspended: 'warn', retired: 'idle',
}

/** How an outcome of a submission looks. */
export const outcomeTone: Record<Submission['status'], Tone> = { accepted: 'good', partial: 'warn', refused: 'bad' }

/** A platform, read again whenever it changes. */
export function usePlatform(id: string) {
  useLive(topic, platformKey(id))
  return useQuery({
    queryKey: platformKey(id),
    queryFn: () => read(api.GET('/api/platforms/{id}', { params: { path: { id } } })),
    // Freshness fades without any event: somebody has to look at the clock.
    refetchInterval: 30_000,
  })
}

/** The room on one page. */
export function useSummary() {
  return useQuery({ queryKey: [...roomKey, 'summary'], queryFn: () => read(api.GET('/api/platforms/summary')), refetchInterval: 30_000 })
}

/** The newest values of a platform. */
export function useIndicators(id: string) {
  return useQuery({
    queryKey: [...platformKey(id), 'indicators'],
    queryFn: () => read(api.GET('/api/platforms/{id}/indicators', { params: { path: { id } } })),
  })
}

/** Classes, industries, districts and statuses in the reader's language. */
export function useVocabulary() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['platforms-vocabulary'], queryFn: () => read(api.GET('/api/platforms/vocabulary')), staleTime: Infinity })
  return useMemo(() => {
    type Kind = 'classes' | 'industries' | 'districts' | 'statuses' | 'tiers'
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

/** The names of indicators in the reader's language, by code. */
export function useCatalogue(): (code: string) => string {
  const text = useText()
  const { data } = useQuery({ queryKey: ['platforms-catalogue'], queryFn: () => read(api.GET('/api/platforms/catalogue')), staleTime: 60_000 })
  return useMemo(() => {
    const titles = new Map(data?.indicators.map((x) => [x.code, text(x.title)]))
    return (code: string) => titles.get(code) ?? code
  }, [data, text])
}

/** Indicators to choose from, by name and code. */
export function useIndicatorOptions() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['platforms-catalogue'], queryFn: () => read(api.GET('/api/platforms/catalogue')), staleTime: 60_000 })
  return useMemo(() => (data?.indicators ?? []).map((x) => ({ value: x.code, label: `${text(x.title)} ${x.code}`, title: text(x.title) })), [data, text])
}
