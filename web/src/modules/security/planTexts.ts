import { textsOf, type Schema, type Tone } from '../../kernel'
import type { zh } from './planZh'

/** Translates the texts of plans and of what is planned, declared and seen. */
export const usePlanTexts = textsOf<typeof zh>('security')

export type Plan = Schema<'PlannedAssetPlan'>
export type Revision = Schema<'PlannedPlanRevision'>
export type Thing = Schema<'PlannedThing'>
export type Difference = Schema<'PlannedRevisionDifference'>
export type Line = Schema<'PlannedComparedLine'>
export type Figures = Schema<'PlannedComparisonFigures'>
export type State = Line['state']

/** The most pressing first. */
export const states = ['should_be_gone', 'unknown', 'not_declared', 'missing', 'not_seen', 'not_planned', 'ambiguous', 'differs', 'agrees', 'later', 'gone', 'untold'] as const

export const stateTone: Record<State, Tone> = {
  should_be_gone: 'bad', unknown: 'bad', not_declared: 'warn', missing: 'warn', not_seen: 'warn', not_planned: 'warn', ambiguous: 'warn', differs: 'warn', agrees: 'good', later: 'info', gone: 'idle', untold: 'idle',
}
