import { textsOf, useMay, useSession, type Schema, type Tone } from '../../kernel'
import type { zh } from './weaknessZh'

/** Translates the texts of assets and weaknesses. */
export const useWeaknessTexts = textsOf<typeof zh>('security')

export type AssetRow = Schema<'AssetAsset'>
export type AssetFacts = Schema<'AssetFacts'>
export type AdvisoryRow = Schema<'AdvisoryAdvisory'>
export type AdvisoryDetail = Schema<'AdvisoryDetail'>
export type Listed = Schema<'AdvisoryListed'>
export type ListedRow = Schema<'AdvisoryListedRow'>
export type ListedDetail = Schema<'AdvisoryListedDetail'>
export type ExposureRow = Schema<'AdvisoryExposure'>
export type ExposureDetail = Schema<'AdvisoryExposureDetail'>

/** The beginning of the cache keys of assets and weaknesses. */
export const weaknessKey = ['security-weaknesses']

/** Whether the reader declares assets: those who supervise enterprises do not, whatever their role may do. */
export function useDeclares(): boolean {
  const may = useMay()
  const { kind } = useSession().organisation
  return may('security.asset.write') && !['bureau', 'park', 'responder'].includes(kind)
}

export const roles = ['workstation', 'hmi', 'plc', 'rtu', 'ied', 'historian', 'control_server', 'application_server', 'gateway', 'safety_controller', 'vpn_server', 'jump_host', 'field_io', 'router', 'switch', 'firewall', 'dcs_controller', 'pac'] as const
export const reaches = ['internet', 'remote', 'internal', 'isolated', 'unknown'] as const
export const answers = ['affected', 'cannot_tell', 'not_affected'] as const
export const bands = ['now', 'soon', 'planned', 'watch'] as const
export const states = ['open', 'mended', 'accepted', 'not_applicable'] as const

export const answerTone: Record<ExposureRow['answer'], Tone> = { affected: 'bad', cannot_tell: 'warn', not_affected: 'good' }
export const bandTone: Record<ExposureRow['band'], Tone> = { now: 'bad', soon: 'warn', planned: 'info', watch: 'idle' }
export const stateTone: Record<ExposureRow['state'], Tone> = { open: 'warn', mended: 'good', accepted: 'info', not_applicable: 'idle' }
export const severityTone: Record<AdvisoryRow['severity'], Tone> = { CRITICAL: 'bad', HIGH: 'warn', MEDIUM: 'info', LOW: 'idle', NONE: 'idle' }
