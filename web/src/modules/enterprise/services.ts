import { useQuery } from '@tanstack/react-query'
import { api, read, useLive, type Schema, type Tone } from '../../kernel'

export type ServiceRow = Schema<'ServiceService'>
export type ServiceDetail = Schema<'ServiceDetail'>
export type Totals = Schema<'ServiceTotals'>
export type Count = Schema<'ServiceCount'>
export type Rule = Schema<'ServiceRule'>
export type Sample = Schema<'ServiceSample'>
export type Sampled = Schema<'ServiceSampled'>
export type Rate = Schema<'ServiceRate'>

/** The topic that tells of every change of a service. */
const topic = 'enterprise.services'

/** The beginning of all cache keys of services. */
export const servicesKey = ['enterprise', 'services']

/** How a state looks. */
export const serviceTone: Record<ServiceRow['state'], Tone> = { waiting: 'info', confirmed: 'good', objected: 'bad', silent: 'warn', withdrawn: 'idle' }

/** What counts as one service, and the matters. */
export function useRule() {
  return useQuery({ queryKey: [...servicesKey, 'rule'], queryFn: () => read(api.GET('/api/enterprise/services/rule')) })
}

export function useTotals(quarter: string) {
  useLive(topic, servicesKey)
  return useQuery({ queryKey: [...servicesKey, 'totals', quarter], queryFn: () => read(api.GET('/api/enterprise/services/totals', { params: { query: quarter ? { quarter } : {} } })) })
}

export function useService(id: string) {
  useLive(topic, servicesKey)
  return useQuery({ queryKey: [...servicesKey, 'one', id], queryFn: () => read(api.GET('/api/enterprise/services/{id}', { params: { path: { id } } })) })
}

export function useSample(id: string) {
  return useQuery({ queryKey: [...servicesKey, 'sample', id], queryFn: () => read(api.GET('/api/enterprise/services/samples/{id}', { params: { path: { id } } })) })
}

/** Where evidence is uploaded to, which a service or an audit names afterwards. */
export const evidencePath = '/api/enterprise/services/evidence'
