import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Text } from '../../kernel'
import { roomKey } from './data'

export type Reach = Schema<'PlatformsReach'>
export type ReachPart = Schema<'PlatformsReachPart'>
export type ReachList = Schema<'PlatformsReachList'>
export type Survey = Schema<'PlatformsSurvey'>

/** The cache key of how far platforms reach. */
export const reachKey = [...roomKey, 'reach']

/** A row of a file that cannot be taken. */
export interface WrongRow {
  line: number
  column: string
  why: Text
}

/** The last count of each month, the newest first. */
export function useReach() {
  return useQuery({ queryKey: [...reachKey, 'months'], queryFn: () => read(api.GET('/api/platforms/reach/months')), refetchInterval: 60_000 })
}

/** Surveys with their estimates, the newest first. */
export function useSurveys() {
  return useQuery({ queryKey: [...reachKey, 'surveys'], queryFn: () => read(api.GET('/api/platforms/reach/surveys')) })
}

/** This month in the city, as 2026-11. */
export function thisMonth(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)
}
