import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, read, useText, type Schema, type Tone } from '../../kernel'
import { roomKey } from './data'

export type Standing = Schema<'PlatformsStanding'>
export type RunDetail = Schema<'PlatformsRunDetail'>
export type Ranked = Schema<'PlatformsRanked'>
export type Place = Schema<'RankPlace'>
export type Ranking = Schema<'PlatformsRanking'>
export type Method = Schema<'RankMethod'>
export type Judgement = Schema<'WeightJudgement'>

/** The cache key of rankings. */
export const rankingsKey = [...roomKey, 'rankings']

/** How a state of a ranking looks. */
export const rankingTone: Record<Standing['state'], Tone> = { draft: 'info', published: 'good', withdrawn: 'idle' }

/** How platforms are ranked, and by what they can be. */
export function useMethods() {
  return useQuery({ queryKey: [...rankingsKey, 'methods'], queryFn: () => read(api.GET('/api/platforms/rank/methods')) })
}

/** One ranking. */
export function useRun(id: string) {
  return useQuery({ queryKey: [...rankingsKey, 'one', id], queryFn: () => read(api.GET('/api/platforms/rank/results/{id}', { params: { path: { id } } })) })
}

/** Names items in the reader's language: an indicator, or one divided by another. */
export function useItemNames(): (item: { code: string; per: string }) => string {
  const text = useText()
  const { data } = useMethods()
  return useMemo(() => {
    const titles = new Map(data?.indicators.map((x) => [x.code, text(x.title)]))
    const title = (code: string) => titles.get(code) ?? code
    return (item) => (item.per ? `${title(item.code)} ÷ ${title(item.per)}` : title(item.code))
  }, [data, text])
}
