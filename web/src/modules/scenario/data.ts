import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, read, useLive, useText, type Schema, type Tone } from '../../kernel'

export type Row = Schema<'ScenarioCatalogueRow'>
export type ScenarioDetail = Schema<'ScenarioDetail'>
export type Edition = Schema<'ScenarioEdition'>
export type Content = Schema<'ScenarioContent'>
export type Release = Schema<'ScenarioRelease'>
export type OpeningRow = Schema<'OpeningOpening'>
export type OpeningDetail = Schema<'OpeningDetail'>
export type Application = Schema<'OpeningApplication'>
export type Effect = Schema<'OpeningEffect'>

/** The topic that tells of every change in the catalogue. */
export const topic = 'scenario.scenarios'

/** The beginning of all cache keys of this room. */
export const roomKey = ['scenario']

/** The axes of the taxonomy, in the order of pages, with the field of a content that has their words. */
export const axes = ['industry', 'stage', 'mode', 'link', 'technology', 'value', 'maturity'] as const
export type Axis = (typeof axes)[number]
export const fieldOf = { industry: 'industries', stage: 'stages', mode: 'modes', link: 'links', technology: 'technologies', value: 'values' } as const

export const statusTone: Record<Edition['status'], Tone> = { draft: 'idle', review: 'info', published: 'good', revised: 'idle', withdrawn: 'bad' }
export const openingTone: Record<OpeningRow['state'], Tone> = { draft: 'idle', open: 'info', running: 'warn', completed: 'good', cancelled: 'bad' }

/** One scenario, read again when it changes. */
export function useScenario(id: string) {
  useLive(topic, [...roomKey, 'one', id])
  return useQuery({ queryKey: [...roomKey, 'one', id], queryFn: () => read(api.GET('/api/scenario/scenarios/{id}', { params: { path: { id } } })), enabled: id !== '' })
}

/** One opening. */
export function useOpening(id: string) {
  return useQuery({ queryKey: [...roomKey, 'opening', id], queryFn: () => read(api.GET('/api/scenario/openings/{id}', { params: { path: { id } } })) })
}

/** The words of the taxonomy in the reader's language. */
export function useTaxonomy() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['scenario-taxonomy'], queryFn: () => read(api.GET('/api/scenario/taxonomy')), staleTime: Infinity })
  return useMemo(() => {
    const axis = (code: Axis) => data?.axes.find((a) => a.code === code)
    return {
      known: data !== undefined,
      name: (code: Axis) => text(axis(code)?.title ?? { zh: '', en: '' }),
      options: (code: Axis) => (axis(code)?.terms ?? []).map((x) => ({ value: x.code, label: code === 'industry' ? `${x.code} ${text(x.title)}` : text(x.title) })),
      title: (code: Axis, word: string) => {
        const term = axis(code)?.terms.find((x) => x.code === word)
        return term ? text(term.title) : word
      },
    }
  }, [data, text])
}
