import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, read, type Schema } from '../../kernel'

export type CodeRule = Schema<'IdentifierCodeRule'>
export type CodeBatch = Schema<'IdentifierCodeBatch'>
export type Segment = Schema<'CodingSegment'>
export type RuleValues = Schema<'IdentifierRuleInput'>

export const rulesKey = ['identifier', 'rules']
export const batchesKey = ['identifier', 'batches']

/** How dates may be written, and check digits made. */
export const dateFormats = ['YYYYMMDD', 'YYMMDD', 'YYYYMM', 'YYMM', 'YYYY', 'YY', 'YYDDD'] as const
export const checkMethods = ['iso7064_mod37_36', 'iso7064_mod11_10', 'luhn'] as const

/** A segment of a kind, as it begins. */
export function newSegment(kind: Segment['kind']): Segment {
  switch (kind) {
    case 'date': return { kind, format: 'YYYYMMDD' }
    case 'serial': return { kind, width: 6, radix: 10 }
    case 'check': return { kind, method: 'iso7064_mod37_36' }
    case 'field': return { kind, item: '' }
    case 'constant': return { kind, text: '' }
  }
}

/** What of a segment its kind has, without what another kind left behind. */
export function cleanSegment(s: Segment): Segment {
  const has = Object.keys(newSegment(s.kind)) as (keyof Segment)[]
  return Object.fromEntries(has.filter((k) => s[k] !== undefined && s[k] !== null).map((k) => [k, s[k]])) as unknown as Segment
}

export function useRule(id: string) {
  return useQuery({ queryKey: [...rulesKey, 'one', id], queryFn: () => read(api.GET('/api/identifier/rules/{id}', { params: { path: { id } } })), enabled: id !== '' })
}

/** The first codes that a rule would make, by the server. */
export function useCodeExample(node: string, rule: { segments: Segment[]; daily: boolean; template_id: string }) {
  return useQuery({
    queryKey: [...rulesKey, 'example', node, rule],
    queryFn: ({ signal }) => read(api.POST('/api/identifier/nodes/{id}/rules/example', { params: { path: { id: node } }, body: rule, signal })),
    enabled: node !== '' && rule.segments.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  })
}

/** A batch, read again until it ends. */
export function useBatch(id: string) {
  return useQuery({
    queryKey: [...batchesKey, 'one', id],
    queryFn: () => read(api.GET('/api/identifier/batches/{id}', { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 1000 : false),
  })
}
