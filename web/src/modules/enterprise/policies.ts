import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'

export type Policy = Schema<'PolicyPolicy'>
export type Content = Schema<'PolicyContent'>
export type Fit = Schema<'PolicyFit'>
export type Finding = Schema<'CriterionFinding'>
export type Result = Schema<'CriterionResult'>
export type Rule = Schema<'CriterionRule'>
export type Field = Schema<'CriterionField'>
export type Claim = Schema<'PolicyClaim'>
export type ClaimDetail = Schema<'PolicyClaimDetail'>
export type Grant = Schema<'PolicyAllotment'>
export type Outcome = Fit['outcome']

/** The beginning of all cache keys of policies. */
export const policyKey = ['enterprise', 'policy']
export const claimKey = (id: string) => [...policyKey, 'claim', id]

export const outcomeTone: Record<Outcome, Tone> = { met: 'good', unknown: 'warn', unmet: 'idle' }
export const policyTone: Record<Policy['state'], Tone> = { draft: 'idle', published: 'good', withdrawn: 'bad' }
export const stageTone: Record<Claim['state'], Tone> = { draft: 'idle', submitted: 'info', returned: 'warn', reviewed: 'info', granted: 'good', rejected: 'bad', withdrawn: 'idle' }
export const levels = ['national', 'provincial', 'city', 'district'] as const
export const kinds = ['subsidy', 'award', 'loan', 'tax', 'talent', 'space', 'other'] as const

export function usePolicy(id: string) {
  return useQuery({ queryKey: [...policyKey, 'one', id], queryFn: () => read(api.GET('/api/enterprise/policies/{id}', { params: { path: { id } } })) })
}

export function useFields() {
  return useQuery({ queryKey: [...policyKey, 'fields'], queryFn: () => read(api.GET('/api/enterprise/rules/fields')), staleTime: Infinity })
}

/** A rule that is nothing but conditions, all of which are to be met; undefined: it is more. */
export function flat(rule: Rule | undefined): Rule[] | undefined {
  if (!rule || Object.keys(rule).length === 0) return []
  if (rule.field) return [rule]
  return rule.all?.every((x) => x.field) ? rule.all : undefined
}

/** The rule of conditions as a form holds them. */
export function ruleOf(list: (Rule | undefined)[], fields: Field[]): Rule {
  const all = list.filter((x): x is Rule => x?.field !== undefined).map((x) => {
    const kind = fields.find((f) => f.code === x.field)?.kind
    const base = { field: x.field!, op: x.op ?? '' }
    if (kind === 'number') return { ...base, ...(x.number === undefined ? {} : { number: x.number }) }
    if (kind === 'day') return { ...base, ...(x.day ? { day: x.day } : {}) }
    return { ...base, values: x.values ?? [] }
  })
  return all.length === 0 ? {} : { all }
}

/** A rule as a form holds it: rows, or JSON. */
export interface RuleRows {
  rows?: Rule[] | undefined
  json?: string | undefined
  advanced?: boolean | undefined
}

export function rowsOf(rule: Rule | undefined): RuleRows {
  const rows = flat(rule)
  return { rows: rows ?? [], advanced: rows === undefined, json: JSON.stringify(rule ?? {}, null, 2) }
}

export function ruleFrom(v: RuleRows, fields: Field[]): Rule {
  return v.advanced ? (JSON.parse(v.json || '{}') as Rule) : ruleOf(v.rows ?? [], fields)
}
