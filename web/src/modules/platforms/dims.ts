import type { Indicator, useVocabulary } from './data'

/** A breakdown in the reader's words; empty for totals. */
export function dimsText(d: Indicator['dims'], vocabulary: ReturnType<typeof useVocabulary>): string {
  return [d.industry && vocabulary.title('industries', d.industry), d.district && vocabulary.title('districts', d.district), d.size, d.type].filter(Boolean).join(' · ')
}
