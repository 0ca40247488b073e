import { textsOf, useLive, type Schema, type Tone } from '../../kernel'
import type { zh } from './alertZh'

/** Translates the texts of alerts. */
export const useAlertTexts = textsOf<typeof zh>('security')

export type AlertRow = Schema<'DetectionThreatAlert'>
export type AlertDetail = Schema<'DetectionAlertDetail'>
export type RuleRow = Schema<'DetectionRuleShown'>

/** The beginning of the cache keys of alerts. */
export const alertKey = ['security', 'alerts']

export const levels = ['critical', 'high', 'medium', 'low', 'informational'] as const
export const states = ['open', 'new', 'looking', 'real', 'false_alarm', 'suppressed', 'wanted'] as const
export const kinds = ['event', 'sequence', 'baseline', 'intel', 'log', 'health'] as const

export const levelTone: Record<AlertRow['level'], Tone> = { critical: 'bad', high: 'bad', medium: 'warn', low: 'info', informational: 'idle' }
export const stateTone: Record<AlertRow['state'], Tone> = { new: 'warn', looking: 'info', real: 'bad', false_alarm: 'idle', suppressed: 'idle', wanted: 'good' }

/** Reads alerts again when they change. */
export function useAlertsLive() {
  useLive('security.alerts', alertKey)
}
