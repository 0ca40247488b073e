import { useQuery } from '@tanstack/react-query'
import { api, read, useLive, type Schema, type Tone } from '../../kernel'
import { roomKey, topic } from './data'

export type EntryRequest = Schema<'EnterpriseRequest'>
export type Field = Schema<'EnterpriseCorrection'>['field']

/** The beginning of the cache keys of requests. */
export const requestsKey = [...roomKey, 'requests']

/** How the state of a request looks. */
export const requestTone: Record<EntryRequest['state'], Tone> = { open: 'info', done: 'good', refused: 'bad', withdrawn: 'idle' }

/** One request, read again when something changes. */
export function useRequest(id: string) {
  useLive(topic, requestsKey)
  return useQuery({ queryKey: [...requestsKey, id], queryFn: () => read(api.GET('/api/enterprise/requests/{id}', { params: { path: { id } } })) })
}
