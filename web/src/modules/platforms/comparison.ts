import { useQueries } from '@tanstack/react-query'
import { api, read } from '../../kernel'
import { availabilityKey, type Availability } from './availability'
import { platformKey, type Indicator, type PlatformDetail } from './data'
import type { Quality } from './findings'

/** More cannot be told apart, neither in a table nor as lines. */
export const mostCompared = 10

/** A platform with what it is compared by; a part is missing until it is read. */
export interface Compared {
  id: string
  platform: PlatformDetail | undefined
  indicators: Indicator[]
  quality: Quality | undefined
  availability: Availability | undefined
}

/** Platforms with their newest figures, grades and availability, in the order of ids. */
export function useCompared(ids: string[]) {
  const parts = useQueries({ queries: ids.flatMap((id) => partsOf(id)) })
  const at = <T>(i: number, part: number) => parts[i * 4 + part]?.data as T | undefined
  const compared: Compared[] = ids.map((id, i) => ({
    id, platform: at<PlatformDetail>(i, 0), indicators: at<{ items: Indicator[] }>(i, 1)?.items ?? [], quality: at<Quality>(i, 2), availability: at<Availability>(i, 3),
  }))
  return {
    compared,
    pending: parts.some((p) => p.isPending),
    error: parts.find((p) => p.error)?.error ?? null,
    refetch: () => void Promise.all(parts.map((p) => p.refetch())),
  }
}

function partsOf(id: string) {
  const params = { params: { path: { id } } }
  const refetchInterval = 30_000
  return [
    { queryKey: platformKey(id), queryFn: () => read(api.GET('/api/platforms/{id}', params)), refetchInterval },
    { queryKey: [...platformKey(id), 'indicators'], queryFn: () => read(api.GET('/api/platforms/{id}/indicators', params)), refetchInterval },
    { queryKey: [...platformKey(id), 'quality'], queryFn: () => read(api.GET('/api/platforms/{id}/quality', params)) },
    { queryKey: availabilityKey(id), queryFn: () => read(api.GET('/api/platforms/{id}/availability', params)), refetchInterval },
  ]
}
