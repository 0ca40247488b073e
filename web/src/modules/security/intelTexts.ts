import { textsOf, type Schema, type Tone } from '../../kernel'
import type { zh } from './intelZh'

/** Translates the texts of threat intelligence. */
export const useIntelTexts = textsOf<typeof zh>('security')

export type IndicatorRow = Schema<'IntelIndicator'>
export type IndicatorDetail = Schema<'IntelIndicatorDetail'>
export type IndicatorHit = Schema<'IntelIndicatorHit'>
export type TakenObject = Schema<'IntelTakenObject'>
export type FeedRow = Schema<'IntelFeed'>
export type FeedDetail = Schema<'IntelFeedDetail'>

/** What became of a file. */
export interface TakenBundle { objects: TakenObject[]; new: number; newer: number; same: number; older: number; refused: number; indicators: number; unmatchable: number }

/** The beginning of the cache keys of threat intelligence. */
export const intelKey = ['security', 'intelligence']

export const indicatorStates = ['live', 'waiting', 'expired', 'revoked', 'silenced', 'unmatchable'] as const
export const indicatorKinds = ['address', 'domain', 'url', 'hash', 'fingerprint', 'mixed', 'other'] as const
export const origins = ['file', 'inbox', 'feed'] as const
export const labels = ['clear', 'green', 'amber', 'amber+strict', 'red'] as const
export const outcomes = ['new', 'newer', 'same', 'older', 'refused'] as const

export const indicatorTone: Record<IndicatorRow['state'], Tone> = { live: 'good', waiting: 'info', expired: 'idle', revoked: 'idle', silenced: 'idle', unmatchable: 'warn' }
export const outcomeTone: Record<TakenObject['outcome'], Tone> = { new: 'good', newer: 'good', same: 'idle', older: 'idle', refused: 'bad' }

/** The mark of a label as the Traffic Light Protocol writes it. */
export const mark = (tlp: string) => `TLP:${tlp.toUpperCase()}`

export const auths = ['none', 'basic', 'bearer'] as const
export type FeedState = 'good' | 'bad' | 'paused' | 'waiting'
export const feedTone: Record<FeedState, Tone> = { good: 'good', bad: 'bad', paused: 'idle', waiting: 'info' }

/** How a feed stands. */
export function feedState(x: FeedRow): FeedState {
  if (x.paused) return 'paused'
  if (x.fault) return 'bad'
  return x.run_at ? 'good' : 'waiting'
}
