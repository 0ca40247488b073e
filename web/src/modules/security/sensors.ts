import { useQuery } from '@tanstack/react-query'
import { api, read, textsOf, useLive, type Schema, type Tone } from '../../kernel'
import type { zh } from './sensorZh'

/** Translates the texts of sensors. */
export const useSensorTexts = textsOf<typeof zh>('security')

export type SensorRow = Schema<'SensorSensor'>
export type SensorDetail = Schema<'SensorSensorView'>
export type Talk = Schema<'SensorTalkPair'>
export type TalkNetwork = Schema<'SensorTalkNetwork'>
export type UnitRecord = Schema<'SensorUnitRecord'>
export type DeviceFact = Schema<'SensorDeviceFact'>
export type FoundAsset = Schema<'SensorFoundAsset'>
export type SensorLook = Schema<'SensorDetailLook'>
export type Traffic = Schema<'SensorSensorTraffic'>
export type LogEntry = Schema<'SensorLogEntry'>
export type LogFeed = Schema<'SensorLogFeed'>
export type Losses = Schema<'SensorLosses'>

/** The beginning of the cache keys of sensors. */
export const sensorKey = ['security', 'sensors']

export const sensorStates = ['waiting', 'working', 'silent', 'retired'] as const
export const consents = ['none', 'figures', 'detail'] as const
export const whys = ['write', 'control', 'program', 'config', 'error', 'first_seen', 'correction', 'around_alert'] as const
/** What is done to a device by one kind of function. */
export const classes = ['read', 'write', 'control', 'config', 'program', 'diagnostic', 'identity', 'session', 'error', 'other'] as const
export const protocols = ['modbus', 'dnp3', 'enip', 'cip', 's7comm', 'iec104', 'opcua', 'bacnet', 'pn_dcp', 'smb', 'dcerpc', 'rdp', 'vnc', 'ssh', 'telnet', 'winrm', 'ftp', 'http', 'tls', 'tcp', 'udp'] as const

export const sensorTone: Record<SensorRow['state'], Tone> = { waiting: 'info', working: 'good', silent: 'bad', retired: 'idle' }
export const consentTone: Record<SensorRow['consent'], Tone> = { asked: 'warn', none: 'idle', figures: 'info', detail: 'good' }
export const classTone: Record<string, Tone> = { write: 'warn', control: 'bad', program: 'bad', config: 'bad' }

export const severities = ['high', 'medium', 'low', 'info'] as const
export const formats = ['eve', 'syslog', 'zeek', 'wazuh', 'windows'] as const
export const severityOf: Record<LogEntry['severity'], Tone> = { high: 'bad', medium: 'warn', low: 'info', info: 'idle' }

/** Days before the end of a certificate from which it is shown as due. */
export const dueDays = 14

/** Days until a time. */
export const daysLeft = (at: string): number => (Date.parse(at) - Date.now()) / 86_400_000

/** One sensor, read again when its batches come. */
export function useSensor(id: string) {
  useLive('security.sensors', sensorKey)
  return useQuery({ queryKey: [...sensorKey, 'one', id], queryFn: () => read(api.GET('/api/security/sensors/{id}', { params: { path: { id } } })), refetchInterval: 60_000 })
}

/** What was lost for good on the way from the network to the city: packets, then batches. */
export function lost(l: Losses): { packets: number; batches: number } {
  return { packets: l.kernel_drops + l.queue_drops + l.undecodable, batches: l.missing + l.refused }
}
