import type { IndexDefinition } from './indices'
import { fitted } from './matrix'

export type Weighting = NonNullable<IndexDefinition['weighting']>

/** Where weights of a group of an index can come from. */
export const weightings = ['hand', 'entropy', 'ahp'] as const

/** How the weights of so many things come about, as the API takes it: judgements fit the things that are there. */
export function weightingOf(w: Weighting | undefined, count: number): Weighting {
  if (w?.by !== 'ahp') return { by: w?.by ?? 'hand' }
  return { by: 'ahp', judgements: (w.judgements ?? []).map((j) => ({ expert: j.expert ?? '', matrix: fitted(j.matrix ?? [], count) })) }
}

/** Whether weights of an index come from figures. */
export function usesEntropy(d: Pick<IndexDefinition, 'weighting'> & { dimensions: { weighting?: Weighting }[] }): boolean {
  return d.weighting?.by === 'entropy' || d.dimensions.some((x) => x?.weighting?.by === 'entropy')
}
