import { textsOf, type Schema, type Tone } from '../../kernel'
import type { zh } from './zoneZh'

/** Translates the texts of zones and conduits. */
export const useZoneTexts = textsOf<typeof zh>('security')

export type Plan = Schema<'ZoneDetail'>
export type PlanRow = Schema<'ZoneDeclaration'>
export type Conduit = Schema<'ZoneConduit'>
export type ConduitFacts = Schema<'ZoneConduitFacts'>
export type Flow = Schema<'ZoneFlow'>
export type Standing = Flow['standing']

/** The beginning of the cache keys of zones. */
export const zoneKey = ['security', 'zones']

/** The gravest first. */
export const standings = ['undeclared', 'reading', 'unknown', 'covered', 'unseen', 'within'] as const

export const standingTone: Record<Standing, Tone> = { undeclared: 'bad', reading: 'bad', unknown: 'warn', covered: 'good', unseen: 'info', within: 'idle' }

/** What stands for a standing beside its colour. */
export const standingSign: Record<Standing, string> = { undeclared: '✕', reading: '!', unknown: '?', covered: '✓', unseen: '○', within: '•' }

/** What could become conduits. */
export function open(plan: Plan): Flow[] {
  return plan.flows.filter((x) => x.standing === 'undeclared' || x.standing === 'reading')
}
