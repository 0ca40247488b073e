import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'

export type Resolution = Schema<'IdentifierResolution'>
export type Step = Schema<'IdentifierStepView'>
export type Value = Schema<'IdentifierValueView'>
export type NodeRow = Schema<'IdentifierNodeView'>
export type NodeDetail = Schema<'IdentifierNodeDetail'>
export type HandleRow = Schema<'IdentifierHandleView'>
export type HandleDetail = Schema<'IdentifierHandleDetail'>
export type State = NodeRow['state']
export type Role = NodeRow['role']

/** The topics that tell of changes in this room. */
export const topics = { nodes: 'identifier.nodes', handles: 'identifier.handles' } as const

/** The beginnings of the cache keys of nodes and of identifiers. */
export const nodesKey = ['identifier', 'nodes']
export const handlesKey = ['identifier', 'handles']

/** How a state looks. */
export const stateTone: Record<State, Tone> = { applied: 'info', refused: 'bad', trial: 'info', in_service: 'good', suspended: 'warn', revoked: 'idle' }

/** Resolves an identifier; nothing is asked again by itself, since each question goes to nodes of others. */
export function useResolution(handle: string, fresh: boolean) {
  return useQuery({
    queryKey: ['identifier', 'resolve', handle, fresh],
    queryFn: ({ signal }) => read(api.GET('/api/identifier/resolve', { params: { query: { handle, fresh } }, signal })),
    enabled: handle !== '',
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
}
