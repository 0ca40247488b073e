/** What is changed of an address: several values stand in their order, an empty one goes. */
export type Change = Record<string, string | string[]>

/** The parameters of an address after a change; the rest stays. */
export function changed(search: string, change: Change): URLSearchParams {
  const next = new URLSearchParams(search)
  for (const [name, values] of Object.entries(change)) {
    next.delete(name)
    for (const value of [values].flat()) if (value) next.append(name, value)
  }
  return next
}
