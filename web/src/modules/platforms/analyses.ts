import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { api, read, useText, type Schema } from '../../kernel'
import { changed, type Change } from './address'
import { roomKey } from './data'

export type Trend = Schema<'PlatformsTrendView'>
export type TrendMonth = Schema<'PlatformsTrendMonth'>
export type ForecastRow = Schema<'PlatformsForecastRow'>
export type CohortRow = Schema<'PlatformsCohortRow'>

/** The cache key of analyses. */
export const analysisKey = [...roomKey, 'analysis']

/** What a trend is of; empty means all platforms. */
export const trendFilters = ['code', 'platform', 'class', 'district', 'industry'] as const
export type TrendQuery = Record<(typeof trendFilters)[number], string>

/** The query of the API for a trend. */
export const trendQuery = (q: TrendQuery) => trendFilters.filter((name) => q[name]).map((name) => `${name}=${encodeURIComponent(q[name])}`).join('&')

/** How an indicator goes. */
export function useTrend(query: TrendQuery) {
  return useQuery({
    queryKey: [...analysisKey, 'trend', trendQuery(query)],
    queryFn: () => read(api.GET('/api/platforms/analysis/trend', { params: { query } })),
  })
}

/** Indicators that have values of months, with the unit and how platforms come together. */
export function useAnalysed() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['platforms-catalogue'], queryFn: () => read(api.GET('/api/platforms/catalogue')), staleTime: 60_000 })
  return useMemo(() => {
    const list = (data?.indicators ?? []).filter((x) => x.tier === 'D' || x.tier === 'M')
    return { of: (code: string) => list.find((x) => x.code === code), options: list.map((x) => ({ value: x.code, label: `${text(x.title)} · ${text(x.unit)}` })) }
  }, [data, text])
}

/** Parameters of the address bar, and how to change them. A change begins with the address as it is, which the page may not show yet: of two that follow each other at once none is lost. */
export function useChosen(): [URLSearchParams, (change: Change) => void] {
  const [params, setParams] = useSearchParams()
  return [params, (change) => setParams(changed(window.location.search, change), { replace: true })]
}
