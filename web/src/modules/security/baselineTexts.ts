import { textsOf, type Schema, type Tone } from '../../kernel'
import type { zh } from './baselineZh'

/** Translates the texts of baselines. */
export const useBaselineTexts = textsOf<typeof zh>('security')

export type BaselineRow = Schema<'BaselineBaseline'>
export type BaselineDetail = Schema<'BaselineDetail'>
export type Line = Schema<'BaselineLearnedLine'>
export type Entry = Schema<'BaselineAllowedWay'>
export type Deviation = Schema<'BaselineDeviation'>
export type Way = Pick<Line, 'client' | 'server' | 'protocol' | 'port' | 'unit' | 'class' | 'function'>

/** The beginning of the cache keys of baselines. */
export const baselineKey = ['security', 'baselines']

export const baselineStates = ['learning', 'review', 'enforced', 'paused', 'ended'] as const
export const verdicts = ['open', 'accepted', 'rejected', 'grouped'] as const

export const baselineTone: Record<BaselineRow['state'], Tone> = { learning: 'info', review: 'warn', enforced: 'good', paused: 'warn', ended: 'idle' }
export const verdictTone: Record<Line['verdict'], Tone> = { open: 'warn', accepted: 'good', rejected: 'bad', grouped: 'info' }
