import type { Schema, Tone } from '../../kernel'

export type ReceivedRow = Schema<'ReceivedUpperNotice'>
export type ReceivedDetail = Schema<'ReceivedDetail'>

/** The beginning of the cache keys of notices of upper levels. */
export const receivedKey = ['security', 'received']

export const receivedStates = ['new', 'acknowledged', 'passed_on', 'settled', 'withdrawn'] as const
export const receivedTone: Record<ReceivedRow['state'], Tone> = { new: 'bad', acknowledged: 'warn', passed_on: 'good', settled: 'idle', withdrawn: 'idle' }
