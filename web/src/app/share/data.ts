import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, read, useMay, useText, type Schema, type Tone } from '../../kernel'

export type Rule = Schema<'ShareRule'>
export type RuleDetail = Schema<'ShareRuleView'>
export type Shared = Schema<'ShareObjectView'>
export type Explanation = Schema<'ShareExplanationView'>
export type Verdict = Explanation['rules'][number]

/** Beginnings of cache keys. */
export const rulesKey = ['sharing', 'rules']
export const sharedKey = ['sharing', 'objects']

export const states = ['draft', 'proposed', 'in_force', 'ended'] as const
export const organisationKinds = ['bureau', 'enterprise', 'operator', 'provider', 'node', 'park', 'responder'] as const

export const tones: Record<Rule['state'], Tone> = { draft: 'info', proposed: 'warn', in_force: 'good', ended: 'idle' }

/** Organisations to choose from: one's own scope, and for those who make rules others by their whole name or code. */
export function usePartners() {
  const text = useText()
  const may = useMay()
  const vocabulary = useVocabulary()
  const [q, setQ] = useState('')
  const [met, setMet] = useState<{ value: string; label: string }[]>([])
  useQuery({
    queryKey: ['sharing', 'partners', q],
    queryFn: async () => {
      const found = await read(api.GET('/api/share/partners', { params: { query: { q } } }))
      const fresh = found.items.map((o) => ({ value: o.id, label: text(o.name) }))
      setMet((old) => [...old.filter((o) => !fresh.some((x) => x.value === o.value)), ...fresh])
      return found
    },
    enabled: q.length >= 2 && may('share.manage'),
  })
  const own = vocabulary.organisations
  return { options: [...own, ...met.filter((o) => !own.some((x) => x.value === o.value))], search: (typed: string) => setQ(typed.trim()) }
}

/** What can be shared, and with whom. */
export function useVocabulary() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['sharing', 'vocabulary'], queryFn: () => read(api.GET('/api/share/vocabulary')), staleTime: 60_000 })
  const kinds = data?.kinds ?? []
  return {
    kinds,
    kindTitle: (noun: string) => text(kinds.find((k) => k.noun === noun)?.title) || noun,
    organisations: (data?.organisations ?? []).map((o) => ({ value: o.id, label: text(o.name) })),
    districts: (data?.districts ?? []).map((d) => ({ value: d.code, label: text(d.name) })),
  }
}
