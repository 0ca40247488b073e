import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Text, type Tone } from '../../kernel'
import { roomKey } from './data'

export type Output = Schema<'FosterOutput'>
export type OutputDetail = Schema<'FosterOutputDetail'>
export type OutputYear = Schema<'FosterOutputYear'>
export type OutputFile = Schema<'FosterFile'>

/** The cache key of all that is about new output. */
export const outputKey = [...roomKey, 'output']

/** How a state of a figure looks. */
export const outputTone: Record<Output['state'], Tone> = { reported: 'info', accepted: 'good', refused: 'bad', withdrawn: 'idle', replaced: 'idle' }

/** What would become of a row of a table. */
export interface OutputRow {
  line: number
  uscc: string
  enterprise: string
  year: number
  amount: number
  before?: number
  outcome: 'new' | 'change' | 'same' | 'refused'
  column?: string
  why?: Text
}

export interface OutputPreview { rows: OutputRow[]; counts: Record<OutputRow['outcome'], number>; sent: boolean }

/** What figures come to by year. */
export function useOutputYears() {
  return useQuery({ queryKey: [...outputKey, 'years'], queryFn: () => read(api.GET('/api/platforms/output/years')) })
}

/** One figure with its revisions. */
export function useOutput(id: string | null) {
  return useQuery({ queryKey: [...outputKey, 'one', id], queryFn: () => read(api.GET('/api/platforms/output/figures/{id}', { params: { path: { id: id! } } })), enabled: id !== null })
}

/** The platforms that the caller may report for. */
export function useOwnPlatforms(enabled: boolean) {
  return useQuery({ queryKey: [...outputKey, 'platforms'], queryFn: () => read(api.GET('/api/platforms', { params: { query: { limit: 500, sort: 'name' } } })), enabled })
}
