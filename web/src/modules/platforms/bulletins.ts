import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'
import { roomKey } from './data'

export type Bulletin = Schema<'PlatformsBulletin'>
export type BulletinDetail = Schema<'PlatformsBulletinDetail'>
export type BulletinData = Schema<'BulletinData'>
export type BulletinPlan = Schema<'PlatformsBulletinPlan'>
export type Difference = Schema<'BulletinChange'>

/** The cache key of monitoring reports. */
export const bulletinsKey = [...roomKey, 'bulletins']

/** How a state of a report looks. */
export const bulletinTone: Record<Bulletin['state'], Tone> = { making: 'info', failed: 'bad', draft: 'warn', released: 'good' }

/** One report, with what it holds. */
export function useBulletin(id: string) {
  return useQuery({ queryKey: [...bulletinsKey, 'one', id], queryFn: () => read(api.GET('/api/platforms/bulletin/reports/{id}', { params: { path: { id } } })) })
}

/** When reports are made by themselves. */
export function useBulletinPlans(enabled: boolean) {
  return useQuery({ queryKey: [...bulletinsKey, 'plans'], enabled, queryFn: () => read(api.GET('/api/platforms/bulletin/plans')) })
}

/** The last quarters that are over, newest first. */
export function lastQuarters(count: number, now = new Date()): string[] {
  const china = new Date(now.getTime() + 8 * 3_600_000)
  let n = china.getUTCFullYear() * 4 + Math.floor(china.getUTCMonth() / 3)
  return Array.from({ length: count }, () => {
    n -= 1
    return `${Math.floor(n / 4)}Q${(n % 4) + 1}`
  })
}
