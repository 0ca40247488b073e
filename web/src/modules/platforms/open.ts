import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'
import { roomKey } from './data'

export type OpenDataset = Schema<'PlatformsOpenDataset'>
export type OpenDetail = Schema<'PlatformsOpenDetail'>
export type OpenSpec = Schema<'OpendataSpec'>
export type OpenRow = Schema<'OpendataRow'>

/** The cache key of open datasets. */
export const openKey = [...roomKey, 'open']

/** How a state of a dataset looks. */
export const openTone: Record<OpenDataset['state'], Tone> = { draft: 'info', published: 'good', withdrawn: 'idle' }

/** One dataset. */
export function useDataset(id: string) {
  return useQuery({ queryKey: [...openKey, 'one', id], queryFn: () => read(api.GET('/api/platforms/open/datasets/{id}', { params: { path: { id } } })) })
}
