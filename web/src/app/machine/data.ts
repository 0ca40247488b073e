import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'
import { useMachineTexts } from './texts'

export type Machine = Schema<'MachineMachine'>
export type Issued = Schema<'MachineTokenView'>

/** Beginning of cache keys. */
export const machinesKey = ['machines']

export const kinds = ['gateway', 'probe', 'platform', 'node'] as const
export const states = ['waiting', 'lapsed', 'valid', 'due', 'grace', 'expired', 'revoked'] as const
export const reasons = ['key_compromise', 'ceased', 'superseded', 'unspecified'] as const

export const tones: Record<Machine['state'], Tone> = { waiting: 'info', lapsed: 'idle', valid: 'good', due: 'warn', grace: 'warn', expired: 'bad', revoked: 'idle' }

/** The city's authority, and where machines enrol. */
export function useAuthority() {
  return useQuery({ queryKey: [...machinesKey, 'authority'], queryFn: () => read(api.GET('/api/machine/authority')), staleTime: 300_000 })
}

/** Writes a span of time in its roughest unit. */
export function useSpan() {
  const t = useMachineTexts()
  return (seconds: number) => {
    if (seconds >= 2 * 86_400) return t('days', { count: Math.round(seconds / 86_400) })
    if (seconds >= 2 * 3_600) return t('hours', { count: Math.round(seconds / 3_600) })
    if (seconds >= 120) return t('minutes', { count: Math.round(seconds / 60) })
    return t('seconds', { count: Math.round(seconds) })
  }
}
