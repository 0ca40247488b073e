import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, faultText, Problem, read, useLive, useMay, useSession, useText, type Schema, type Tone } from '../../kernel'

export type Resolution = Schema<'IdentifierResolution'>
export type Candidate = Schema<'IdentifierCandidateView'>
export type BridgeAnswer = Schema<'IdentifierBridgeAnswer'>
export type OtherSystem = BridgeAnswer['system']
export type Step = Schema<'IdentifierStepView'>
export type Value = Schema<'IdentifierValueView'>
export type NodeRow = Schema<'IdentifierNodeView'>
export type DistrictCount = Schema<'IdentifierDistrictCount'>
export type NodeDetail = Schema<'IdentifierNodeDetail'>
export type HandleRow = Schema<'IdentifierHandleView'>
export type HandleDetail = Schema<'IdentifierHandleDetail'>
export type EventRow = Schema<'IdentifierEvent'>
export type ProbeRow = Schema<'IdentifierProber'>
export type Statistics = Schema<'IdentifierStatistics'>
export type ImportRow = Schema<'IdentifierBatch'>
export type FaultRow = Schema<'IdentifierBadRow'>
export type Template = Schema<'TemplateTemplate'>
export type TemplateItem = Schema<'TemplateItem'>
export type ApplicationRow = Schema<'IdentifierApplication'>
export type VersionRow = Schema<'IdentifierVersion'>
export type PackageRow = Schema<'IdentifierCustody'>
export type State = NodeRow['state']
export type Role = NodeRow['role']

/** The topics that tell of changes in this room. */
export const topics = { nodes: 'identifier.nodes', handles: 'identifier.handles', imports: 'identifier.imports' } as const

/** The beginnings of the cache keys of nodes and of identifiers. */
export const nodesKey = ['identifier', 'nodes']
/** Of events and probes. */
export const eventsKey = ['identifier', 'events']
export const handlesKey = ['identifier', 'handles']
export const importsKey = ['identifier', 'imports']
export const templatesKey = ['identifier', 'templates']
/** Of packages for the escrow body. */
export const escrowKey = ['identifier', 'escrow']
/** Of monthly reports. */
export const reportsKey = ['identifier', 'reports']
/** Of who operates nodes, and of applications. */
export const particularsKey = ['identifier', 'particulars']

/** How it looks what probes see. */
export const healthTone: Record<NodeRow['health'], Tone> = { up: 'good', down: 'bad', unknown: 'idle' }

/** What probes see of a node. */
export function useProbes(id: string) {
  return useQuery({ queryKey: [...eventsKey, 'node', id], queryFn: () => read(api.GET('/api/identifier/nodes/{id}/probes', { params: { path: { id } } })), refetchInterval: 60_000 })
}

/** Who operates a node, as the tables for the node above ask. */
export function useParticulars(id: string) {
  return useQuery({ queryKey: [...particularsKey, id], queryFn: () => read(api.GET('/api/identifier/nodes/{id}/particulars', { params: { path: { id } } })) })
}

/** How a state looks. */
export const stateTone: Record<State, Tone> = { applied: 'warn', refused: 'bad', trial: 'info', in_service: 'good', suspended: 'bad', revoked: 'idle' }

/** How the state of an import looks. */
export const importTone: Record<ImportRow['state'], Tone> = { held: 'warn', running: 'info', done: 'good', failed: 'bad', cancelled: 'idle' }

/** How the state of a template looks. */
export const templateTone: Record<Template['state'], Tone> = { draft: 'warn', published: 'good', withdrawn: 'idle' }

/** One version of a template. */
export function useTemplate(id: string) {
  return useQuery({ queryKey: [...templatesKey, 'one', id], queryFn: () => read(api.GET('/api/identifier/templates/{id}', { params: { path: { id } } })), enabled: id !== '' })
}

/** Templates that new identifiers may follow. */
export function useTemplates() {
  return useQuery({ queryKey: [...templatesKey, 'list', 'published'], queryFn: () => read(api.GET('/api/identifier/templates', { params: { query: { state: 'published', limit: 500 } } })) })
}

/** The version of a template that an identifier names. */
export function useFollowed(ref: { code: string; version: number } | null) {
  return useQuery({
    queryKey: [...templatesKey, 'list', 'versions', ref?.code],
    queryFn: () => read(api.GET('/api/identifier/templates', { params: { query: { code: ref!.code, limit: 500 } } })),
    enabled: ref !== null,
    select: (page) => page.items.find((x) => x.version === ref!.version) ?? null,
  })
}

/** An import, as it moves on. */
export function useImport(id: string) {
  return useQuery({
    queryKey: [...importsKey, 'one', id],
    queryFn: () => read(api.GET('/api/identifier/imports/{id}', { params: { path: { id } } })),
    // Notices tell of chunks that were registered; the job's beginning and its cancelling are not among them.
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 2000 : false),
  })
}

/** What the first rows of a file become; the file does not change. */
export function usePreview(id: string) {
  return useQuery({ queryKey: ['identifier', 'preview', id], queryFn: () => read(api.GET('/api/identifier/imports/{id}/preview', { params: { path: { id } } })), staleTime: Infinity, retry: false })
}

/** What a refusal says of its parts. */
export function faultTexts(problem: unknown): string[] {
  return problem instanceof Problem ? problem.faults.slice(0, 10).map(faultText) : []
}

/** Resolves an identifier; nothing is asked again by itself, since each question goes to nodes of others. */
/** Where an identification of GS1 leads that a node of the city resolves. */
export function useLinks(text: string) {
  return useQuery({
    queryKey: ['identifier', 'links', text],
    queryFn: ({ signal }) => read(api.GET('/api/identifier/links', { params: { query: { text } }, signal })),
    retry: false,
  })
}

/** What a text may be one of; the surest first. */
export function useRecognition(text: string) {
  return useQuery({
    queryKey: ['identifier', 'recognition', text],
    queryFn: ({ signal }) => read(api.GET('/api/identifier/recognition', { params: { query: { text } }, signal })),
    enabled: text !== '',
    staleTime: Infinity,
  })
}

/** What the resolver of another system says; it is asked once, for whoever asked for it. */
export function useBridge(system: OtherSystem, text: string) {
  return useQuery({
    queryKey: ['identifier', 'bridge', system, text],
    queryFn: ({ signal }) => read(api.GET('/api/identifier/bridge', { params: { query: { system, text } }, signal })),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
}

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

export interface StatisticQuery { node?: string; below?: boolean; role?: Role; from?: string; to?: string }

/** What nodes were asked by day, read again now and then: it changes all the time. */
export function useStatistics(query: StatisticQuery) {
  return useQuery({ queryKey: ['identifier', 'statistics', query], queryFn: () => read(api.GET('/api/identifier/statistics', { params: { query } })), placeholderData: keepPreviousData, refetchInterval: 60_000 })
}

/** An identifier that is hosted here. */
export function useHandle(handle: string) {
  return useQuery({ queryKey: [...handlesKey, 'one', handle], queryFn: () => read(api.GET('/api/identifier/handle', { params: { query: { handle } } })), enabled: handle !== '' })
}

/** How many nodes answer in each district. */
export function useDistricts() {
  return useQuery({ queryKey: [...nodesKey, 'districts'], queryFn: () => read(api.GET('/api/identifier/districts')) })
}

/** Roles, states, districts and industries in the reader's language. */
export function useVocabulary() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['identifier', 'vocabulary'], queryFn: () => read(api.GET('/api/identifier/vocabulary')), staleTime: Infinity })
  return useMemo(() => {
    type Kind = 'roles' | 'states' | 'districts' | 'industries'
    const terms = (kind: Kind) => data?.[kind] ?? []
    return {
      terms,
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

export type RuleRow = Schema<'IdentifierRuleView'>
export type Remembered = Schema<'IdentifierRemembered'>

/** Rules and settings of the recursive node. */
export const recursiveKey = ['identifier', 'recursive']
export const cacheKey = ['identifier', 'cache']

/** What the recursive node remembers of a prefix, as it is now. */
export function useCache(prefix: string) {
  return useQuery({ queryKey: [...cacheKey, prefix], queryFn: () => read(api.GET('/api/identifier/recursive/cache', { params: { query: prefix ? { prefix } : {} } })), staleTime: 0 })
}
