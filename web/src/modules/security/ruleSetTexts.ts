import { textsOf, type Schema } from '../../kernel'
import type { zh } from './ruleSetZh'
import { alertKey } from './alertTexts'

/** Translates the texts of rules that somebody brought. */
export const useRuleSetTexts = textsOf<typeof zh>('security')

/** The beginning of the cache keys of sets of rules: those of alerts, as a switch changes both. */
export const ruleSetKey = [...alertKey, 'rule-sets']

export type RuleFinding = Schema<'DetectionRuleFinding'>
export type RuleSetRow = Schema<'DetectionRuleSet'>
export type RuleSetDetail = Schema<'DetectionRuleSetDetail'>
export type RuleRevision = Schema<'DetectionRevision'>
export type RuleTrial = Schema<'DetectionRuleTrial'>
export type TrialHit = Schema<'DetectionTrialHit'>
export type OwnRule = Schema<'DetectionOwnRule'>

/** What a file of rules says, and what it would change, or did. */
export interface RuleUpload { id?: string; rules: number; refused: number; silent: number; added: number; changed: number; removed: number; same: number; findings: RuleFinding[]; done: boolean }
