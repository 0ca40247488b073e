import type { Field, Rule } from './policies'

/** How rules are put together. */
export type Group = 'all' | 'any' | 'not'

/** What a form can hold: the server takes no more levels and parts. */
export const mostLevels = 8
export const mostParts = 100

export const groupOf = (r: Rule): Group | undefined => (r.all ? 'all' : r.any ? 'any' : r.not ? 'not' : undefined)

/** The rules that a group is made of. */
export const partsOf = (r: Rule): Rule[] => r.all ?? r.any ?? (r.not ? [r.not] : [])

/** A group of rules; not has one part, several are all of them together. */
export function group(kind: Group, parts: Rule[]): Rule {
  if (kind !== 'not') return { [kind]: parts }
  return { not: parts.length === 1 ? parts[0]! : { all: parts } }
}

/** The same parts, put together otherwise. */
export function regroup(r: Rule, kind: Group): Rule {
  const parts = partsOf(r)
  const inner = groupOf(r) === 'not' && kind !== 'not' && parts[0]?.all ? parts[0].all : parts
  return group(kind, inner)
}

/** What a form begins with: a group, so that more can be added; the rule itself stays as it is. */
export const opened = (r: Rule | undefined): Rule => (r && Object.keys(r).length > 0 ? (groupOf(r) ? r : { all: [r] }) : { all: [] })

const comparisons = ['>=', '>', '<=', '<']

/** The comparisons that go with a field. */
export function opsOf(field: Field | undefined): string[] {
  switch (field?.kind) {
    case 'number': case 'day': return comparisons
    case 'branch': return ['under', 'in']
    case 'holds': return ['holds']
    default: return ['in']
  }
}

/** A condition on another field: a comparison and a value that went with the one before do not stay. */
export function onField(field: Field): Rule {
  const ops = opsOf(field)
  return { field: field.code, ...(ops.length === 1 ? { op: ops[0]! } : {}) }
}

/** Whether a condition says all that it needs. */
export function complete(r: Rule): boolean {
  return !!r.field && !!r.op && (r.number !== undefined || !!r.day || (r.values ?? []).length > 0)
}

/** A rule without what was added and left empty; what was complete stays as it is. */
export function pruned(r: Rule | undefined): Rule {
  if (!r) return {}
  const kind = groupOf(r)
  if (!kind) return r.field ? r : {}
  const parts = partsOf(r).map(pruned).filter((p) => Object.keys(p).length > 0)
  return parts.length === 0 ? {} : group(kind, parts)
}

/** Where conditions are that lack something, as 1.2: the second part of the first. */
export function incomplete(r: Rule | undefined, at: number[] = []): string[] {
  if (!r) return []
  const kind = groupOf(r)
  if (kind) return partsOf(r).flatMap((p, i) => incomplete(p, [...at, i + 1]))
  return r.field && !complete(r) ? [at.join('.') || '1'] : []
}

/** How many parts a rule has, itself included. */
export const sizeOf = (r: Rule): number => 1 + partsOf(r).reduce((n, p) => n + sizeOf(p), 0)
