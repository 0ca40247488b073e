import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema } from '../../kernel'
import { roomKey, useVocabulary } from './data'
import { usePlatformTexts } from './texts'

export type IndexRun = Schema<'PlatformsIndexRun'>
export type IndexRunDetail = Schema<'PlatformsIndexRunDetail'>
export type IndexMonth = Schema<'PlatformsIndexMonth'>
export type IndexInput = Schema<'PlatformsIndexInput'>
export type DevelopmentIndex = Schema<'PlatformsDevelopmentIndex'>
export type IndexDefinition = Schema<'IndexDefinition'>
export type IndexWeights = Schema<'PlatformsIndexWeights'>
export type IndexGroup = Schema<'IndexGroup'>
export type Cohort = Schema<'PlatformsCohort'>

/** The cache key of development indices. */
export const indicesKey = [...roomKey, 'indices']

/** What indices are made of, and of what they can be. */
export function useIndices() {
  return useQuery({ queryKey: [...indicesKey, 'definitions'], queryFn: () => read(api.GET('/api/platforms/index/definitions')) })
}

/** One index as it was computed. */
export function useIndexRun(id: string) {
  return useQuery({ queryKey: [...indicesKey, 'one', id], queryFn: () => read(api.GET('/api/platforms/index/results/{id}', { params: { path: { id } } })) })
}

/** Says which platforms a cohort is. */
export function useCohortName(): (c: Cohort) => string {
  const t = usePlatformTexts()
  const vocabulary = useVocabulary()
  return (c) => [c.class && vocabulary.title('classes', c.class), c.district && vocabulary.title('districts', c.district), c.industry && vocabulary.title('industries', c.industry)].filter(Boolean).join(' · ') || t('analysis.everyone')
}
