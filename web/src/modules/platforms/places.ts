import type { Place } from './rankings'

/** What the address says of a ranking: platforms that are looked at, and what they stand in the order of. */
export const placesParams = ['only', 'by']

/** How items are named in an address. */
export const itemKey = (item: { code: string; per: string }) => (item.per ? `${item.code}/${item.per}` : item.code)

/** The places of some platforms, or of all where none is named or none of those has a place, in their order or in that of what an item gives. */
export function placesOf(places: Place[], only: string[], item: number): Place[] {
  const chosen = places.filter((p) => only.includes(p.id))
  const shown = chosen.length > 0 ? chosen : places
  const gives = (p: Place) => (p.parts[item]?.points ?? 0) * p.factor
  return item < 0 ? shown : [...shown].sort((a, b) => gives(b) - gives(a) || a.rank - b.rank)
}
