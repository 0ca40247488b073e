import { textsOf, type Text } from '../../kernel'
import type { zh } from './ruleSetZh'
import { alertKey, type AlertRow } from './alertTexts'

/** Translates the texts of rules that somebody brought. */
export const useRuleSetTexts = textsOf<typeof zh>('security')

/** The beginning of the cache keys of sets of rules: those of alerts, as a switch changes both. */
export const ruleSetKey = [...alertKey, 'rule-sets']

export interface RuleFinding { kind: 'refused' | 'silent' | 'status'; file: string; line: number; column: number; rule: string; part: string; what: Text; mend: Text }
export interface RuleSetRow { id: string; name: string; city: boolean; revision: number; rules: number; live: number; silent: number; changed_at: string; changed_by: string; broken: RuleFinding[]; may: boolean }
export interface RuleUpload { id?: string; rules: number; refused: number; silent: number; added: number; changed: number; removed: number; same: number; findings: RuleFinding[]; done: boolean }
export interface RuleRevision { revision: number; at: string; by: string; note: string; rules: number; refused: number; added: number; changed: number; removed: number }
export interface TrialHit { rule_id: string; title: string; level: AlertRow['level']; author: string; hits: number; noisy: boolean; examples: { sensor: string; at: string; why: Text }[] }
export interface RuleTrial { id: string; revision: number; state: 'running' | 'done' | 'failed' | 'cancelled'; days: number; from?: string; to?: string; events: number; cut: boolean; reason: string; at: string; by: string; fraction: number; found: TrialHit[]; rules: number }
export interface RuleSetDetail extends RuleSetRow { revisions: RuleRevision[]; trials: RuleTrial[]; trial?: RuleTrial }
export interface OwnRule { id: string; title: string; kind: 'event' | 'sequence'; level: AlertRow['level']; logsource: string; silent: boolean; file: string; line: number; live: boolean; off: boolean; until?: string; reason: string; by: string; at: string; author: string; license: string; status: string; tags: string[] }
