import { textsOf, type Schema, type Tone } from '../../kernel'
import type { zh as feedZh } from './intelZh'
import type { zh as receivedZh } from './receivedZh'
import type { zh } from './upwardZh'

/** Translates the texts of reports upward and downward, of sources and of notices of upper levels, and what they share with feeds: ways to sign in, faults of the way. */
export const useUpwardTexts = textsOf<typeof zh & typeof receivedZh & typeof feedZh>('security')

export type UpperRow = Schema<'UpwardUpper'>
export type ReportRow = Schema<'UpwardReport'>
export type NoticeUpper = Schema<'UpwardNoticeUpper'>

export type SourceRow = Schema<'FerryNoticeSource'>
export type SourceDetail = Schema<'FerryNoticeSourceDetail'>

/** The beginning of the cache keys of sources of notices. */
export const ferryKey = ['security', 'ferry']

export const ways = ['taxii', 'file'] as const
export const sourceWays = ['file', 'taxii', 'inbox'] as const

/** How a source brings notices. */
export const wayOf = (s: SourceRow) => s.way ?? 'file'

/** How a source stands: one that is read by TAXII as an upper level does, another one by who confirmed it. */
export function sourceState(s: SourceRow): UpperState {
  if (!s.confirmed) return 'unconfirmed'
  if (wayOf(s) !== 'taxii') return 'good'
  if (s.paused) return 'paused'
  if (s.fault) return 'bad'
  return s.run_at ? 'good' : 'waiting'
}

/** Where a channel leads to. */
export type Direction = 'up' | 'down'

/** The page of a channel. */
export const channelPage = (x: { id: string; direction?: Direction }) => (x.direction === 'down' ? `/security/downward/channels/${x.id}` : `/security/upward/levels/${x.id}`)

/** The beginning of the cache keys of reports upward. */
export const upwardKey = ['security', 'upward']

export const reportStates = ['waiting', 'pending', 'delivered', 'failed', 'withheld', 'cancelled', 'exported'] as const
export const reportTone: Record<ReportRow['state'], Tone> = { waiting: 'info', pending: 'info', delivered: 'good', failed: 'bad', withheld: 'warn', cancelled: 'idle', exported: 'good' }

export type UpperState = 'good' | 'bad' | 'paused' | 'waiting' | 'unconfirmed'
export const upperTone: Record<UpperState, Tone> = { good: 'good', bad: 'bad', paused: 'idle', waiting: 'info', unconfirmed: 'warn' }

/** How an upper level stands. */
export function upperState(x: UpperRow): UpperState {
  if (!x.confirmed) return 'unconfirmed'
  if (x.paused) return 'paused'
  if (x.fault) return 'bad'
  return x.run_at ? 'good' : 'waiting'
}

const own = ['tlp', 'strict', 'unreal', 'object', 'ended', 'target']

/** What a class of a fault is called: one of reports, or one of the way, which feeds have too. */
export const faultWord = (t: ReturnType<typeof useUpwardTexts>, fault: string) => (own.includes(fault) ? t(`upward.faults.${fault as 'tlp'}`) : t(`feed.faults.${fault as 'name'}`))
