import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, read, useText, type Schema, type Tone } from '../../kernel'

export type SheetRow = Schema<'DiagnosisSheet'>
export type Sheet = Schema<'DiagnosisDetail'>
export type Result = Schema<'AssessmentResult'>
export type Near = Schema<'AssessmentNear'>
export type Step = Schema<'AssessmentStep'>
export type Benchmark = Schema<'DiagnosisBenchmark'>
export type Verdict = Schema<'DiagnosisVerdict'>
export type EvidenceFile = Schema<'DiagnosisFile'>
export type Candidate = Schema<'DiagnosisCandidate'>
export type Division = Schema<'DiagnosisDivision'>

/** The beginning of all cache keys of diagnoses. */
export const diagnosisKey = ['enterprise', 'diagnosis']

/** The cache key of one diagnosis. */
export const sheetKey = (id: string) => [...diagnosisKey, 'one', id]

/** How far a part of a questionnaire was compared with the official text. */
export const checkedTone: Record<Schema<'AssessmentMark'>['checked'], Tone> = { official: 'good', secondary: 'warn', unchecked: 'bad', own: 'info' }

export function useTemplates() {
  return useQuery({ queryKey: [...diagnosisKey, 'templates'], queryFn: () => read(api.GET('/api/enterprise/diagnosis/templates')), staleTime: Infinity })
}

/** The caller's own enterprises. */
export function useOwnEnterprises() {
  return useQuery({ queryKey: [...diagnosisKey, 'own'], queryFn: () => read(api.GET('/api/enterprise/diagnosis/enterprises')) })
}

export function useSheet(id: string) {
  return useQuery({ queryKey: sheetKey(id), queryFn: () => read(api.GET('/api/enterprise/diagnosis/sheets/{id}', { params: { path: { id } } })) })
}

export function useBenchmarks(id: string) {
  return useQuery({ queryKey: [...sheetKey(id), 'benchmarks'], queryFn: () => read(api.GET('/api/enterprise/diagnosis/sheets/{id}/benchmarks', { params: { path: { id } } })) })
}

/** Districts and industries in the reader's language. */
export function usePlaces() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['enterprise-vocabulary'], queryFn: () => read(api.GET('/api/enterprise/vocabulary')), staleTime: Infinity })
  return useMemo(() => {
    const options = (kind: 'districts' | 'industries') => (data?.[kind] ?? []).map((x) => ({ value: x.code, label: text(x.title) }))
    const title = (kind: 'districts' | 'industries', code: string) => options(kind).find((x) => x.value === code)?.label ?? code
    return { options, title }
  }, [data, text])
}

/** The diagnoses of one enterprise by one questionnaire, the newest first. */
export function useSheetsOf(entry: string, template: string): SheetRow[] {
  const list = useQuery({
    queryKey: [...diagnosisKey, 'of', entry, template],
    queryFn: () => read(api.GET('/api/enterprise/diagnosis/sheets', { params: { query: { entry, template, limit: 50, sort: '-begun_at' } } })),
  })
  return list.data?.items ?? []
}
