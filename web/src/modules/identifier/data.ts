import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, read, useLive, useMay, useSession, useText, type Schema, type Tone } from '../../kernel'

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
export const stateTone: Record<State, Tone> = { applied: 'warn', refused: 'bad', trial: 'info', in_service: 'good', suspended: 'bad', revoked: 'idle' }

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

/** A node, read again whenever it changes. */
export function useNode(id: string) {
  useLive(topics.nodes, nodesKey)
  return useQuery({ queryKey: [...nodesKey, 'one', id], queryFn: () => read(api.GET('/api/identifier/nodes/{id}', { params: { path: { id } } })), enabled: id !== '' })
}

interface NodeQuery { role?: Role; state?: State; above?: string; q?: string; limit?: number; sort?: string }

/** Nodes, as pictures and choices need them. */
export function useNodes(query: NodeQuery, enabled = true) {
  return useQuery({ queryKey: [...nodesKey, 'list', query], queryFn: () => read(api.GET('/api/identifier/nodes', { params: { query } })), enabled, placeholderData: keepPreviousData })
}

/** An identifier that is hosted here. */
export function useHandle(handle: string) {
  return useQuery({ queryKey: [...handlesKey, 'one', handle], queryFn: () => read(api.GET('/api/identifier/handle', { params: { query: { handle } } })), enabled: handle !== '' })
}

/** Roles, states, districts and industries in the reader's language. */
export function useVocabulary() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['identifier', 'vocabulary'], queryFn: () => read(api.GET('/api/identifier/vocabulary')), staleTime: Infinity })
  return useMemo(() => {
    type Kind = 'roles' | 'states' | 'districts' | 'industries'
    const terms = (kind: Kind) => data?.[kind] ?? []
    return {
      doors: data?.doors ?? [],
      options: (kind: Kind) => terms(kind).map((x) => ({ value: x.code, label: kind === 'industries' ? `${x.code} ${text(x.title)}` : text(x.title) })),
      title: (kind: Kind, code: string) => {
        const term = terms(kind).find((x) => x.code === code)
        return term ? text(term.title) : code
      },
    }
  }, [data, text])
}

/** Whether the reader decides about roots and secondary nodes: the bureau founds, everybody else applies. */
export function useFounds(): boolean {
  const may = useMay()
  const { organisation } = useSession()
  return may('identifier.review') && organisation.kind === 'bureau'
}
