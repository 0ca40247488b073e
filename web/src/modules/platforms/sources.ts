import { useQuery } from '@tanstack/react-query'
import { api, read, useFormat, useLive, type Schema, type Tone } from '../../kernel'
import { platformKey, topic } from './data'
import { usePlatformTexts } from './texts'

export type Sources = Schema<'PlatformsSourcesView'>
export type Source = Schema<'PlatformsSourceState'>
export type SourceRun = Schema<'PlatformsSourceRun'>
export type SourceSpec = Schema<'PullSpec'>
export type Tested = Schema<'PlatformsTestView'>
export type MappingFault = Schema<'PullFault'>

export const stateTone: Record<Source['state'], Tone> = { waiting: 'idle', good: 'good', failing: 'bad', paused: 'warn' }
export const outcomeTone: Record<SourceRun['outcome'], Tone> = { stored: 'good', partial: 'warn', unchanged: 'info', failed: 'bad' }

/** Dimensions that values are broken down by. */
export const dimensions = ['industry', 'district', 'size', 'type'] as const
type Dims = Partial<Record<(typeof dimensions)[number], string>>

/** The cache key of what the city reads of a platform. */
export const sourcesKey = (id: string) => [...platformKey(id), 'sources']

/** What the city reads of a platform. */
export function useSources(id: string) {
  useLive(topic, sourcesKey(id))
  return useQuery({
    queryKey: sourcesKey(id),
    queryFn: () => read(api.GET('/api/platforms/{id}/sources', { params: { path: { id } } })),
    // While somebody's reading goes on, how far it is moves on without a notice.
    refetchInterval: (q) => (q.state.data?.items.some((s) => s.job) ? 1_000 : 15_000),
  })
}

/** What the form holds: labels as a text, and the parts of all kinds. */
export interface SourceValues {
  name: string
  secret?: string
  spec: {
    kind: SourceSpec['kind']
    url: string
    match?: string[]
    auth: SourceSpec['auth']
    user?: string
    header?: string
    tls?: string
    queries?: string[]
    rules?: { metric: string; labels?: string; code?: string; dims?: Dims; factor?: number | null; combine?: string }[]
    table?: { rows: string; period?: string; format?: string; dims?: Dims; values: { code?: string; path: string; factor?: number | null }[] }
    schedule: { kind: SourceSpec['schedule']['kind']; every?: number; at?: string }
  }
}

/** What a new source begins with. */
export const freshSource: SourceValues = {
  name: '',
  spec: {
    kind: 'json', url: '', auth: 'none',
    tls: 'verify',
    queries: [''],
    rules: [{ metric: '' }],
    table: { rows: '$.data[*]', format: 'auto', values: [{ path: '@.value' }] },
    schedule: { kind: 'day', at: '01:30', every: 60 },
  },
}

/** What the form holds of a source that exists. */
export function sourceValues(s: Source): SourceValues {
  const { table, rules, match, ...spec } = s.spec
  return {
    name: s.name,
    spec: {
      ...spec,
      ...(match ? { match } : {}),
      tls: spec.tls ?? 'verify',
      queries: spec.queries ?? [''],
      rules: rules?.map(({ labels, ...r }) => ({ ...r, labels: Object.entries(labels ?? {}).map(([k, v]) => `${k}=${v}`).join(', ') })) ?? freshSource.spec.rules!,
      table: table ? { ...table, format: table.format ?? 'auto' } : freshSource.spec.table!,
      schedule: { every: 60, at: '01:30', ...spec.schedule },
    },
  }
}

/** Labels that are written as a text: env=prod, zone=a. */
export function labelsOf(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').map((p) => p.trim()).filter(Boolean).map((p) => p.split('='))
  return Object.fromEntries(pairs.map(([name, ...value]) => [(name ?? '').trim(), value.join('=').trim().replace(/^"(.*)"$/, '$1')]))
}

function dimsOf(dims: Dims | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(dims ?? {}).filter(([, v]) => v?.trim()).map(([k, v]) => [k, v!.trim()]))
}

const factorOf = (factor: number | null | undefined) => (factor === null || factor === undefined ? {} : { factor })

/** Makes the API's input of what the form holds: what does not belong to the kind is not sent. */
export function specOf({ spec }: SourceValues): SourceSpec {
  const auth = spec.kind === 'sql' ? 'basic' : spec.auth
  const base = {
    kind: spec.kind, url: spec.url.trim(), auth,
    ...(auth === 'basic' ? { user: spec.user ?? '' } : {}),
    ...(auth === 'header' ? { header: spec.header ?? '' } : {}),
    schedule: spec.schedule.kind === 'every' ? { kind: spec.schedule.kind, every: spec.schedule.every ?? 0 } : { kind: spec.schedule.kind, at: spec.schedule.at ?? '' },
  }
  if (spec.kind === 'sql') return { ...base, tls: (spec.tls ?? 'verify') as 'verify', queries: (spec.queries ?? []).filter((q) => q?.trim()) }
  if (spec.kind === 'prometheus') {
    const rules = (spec.rules ?? []).filter((r) => r.metric || r.code)
    return {
      ...base,
      ...(spec.match?.length ? { match: spec.match } : {}),
      rules: rules.map((r) => ({ metric: r.metric.trim(), code: r.code ?? '', labels: labelsOf(r.labels), dims: dimsOf(r.dims), ...factorOf(r.factor), ...(r.combine ? { combine: r.combine as 'sum' } : {}) })),
    }
  }
  const table = spec.table!
  return {
    ...base,
    table: {
      rows: table.rows.trim(), dims: dimsOf(table.dims), format: (table.format ?? 'auto') as 'auto', ...(table.period?.trim() ? { period: table.period.trim() } : {}),
      values: table.values.filter((v) => v.code || v.path).map((v) => ({ code: (v.code ?? '').trim(), path: (v.path ?? '').trim(), ...factorOf(v.factor) })),
    },
  }
}

/** The step of the form that a fault belongs to. */
export function stepOf(location: string): number {
  if (/^body\.(secret|spec\.(auth|user|header))/.test(location)) return 1
  if (/^body\.spec\.(rules|table|queries)/.test(location)) return 2
  return location.startsWith('body.spec.schedule') ? 3 : 0
}

/** Writes schedules, faults and clocks. */
export function useSourceWords() {
  const t = usePlatformTexts()
  const f = useFormat()
  const schedule = (s: SourceSpec['schedule']) => (s.kind === 'every' ? t('sources.everyText', { time: seconds(s.every ?? 0) }) : t(`sources.${s.kind}Text`, { at: s.at ?? '' }))
  const seconds = (n: number) => (n < 120 ? `${n} ${t('availability.seconds')}` : n < 7200 ? `${f.number(n / 60)} ${t('availability.minutes')}` : `${f.number(n / 3600)} ${t('availability.hours')}`)
  const fault = (r: Pick<SourceRun, 'fault' | 'detail'>) => [r.fault ? t(`sources.faults.${r.fault}`) : '', r.detail].filter(Boolean).join(' · ')
  const mapping = (x: MappingFault) => t(`sources.mapping.${x.code}`)
  const skew = (ms: number) => t(ms > 0 ? 'sources.ahead' : 'sources.behindClock', { seconds: f.number(Math.abs(ms) / 1000, 1) })
  return { schedule, fault, mapping, skew }
}
