/** The parameters of an address that make up a view, in one order; a parameter may stand several times, as platforms that are compared do. */
export function viewQuery(params: URLSearchParams, names: string[]): string {
  const own = new URLSearchParams()
  for (const name of [...names].sort()) for (const value of params.getAll(name)) if (value) own.append(name, value)
  return own.toString()
}

/** An address with a view in place of the one that it has; what belongs to no view stays. */
export function withView(params: URLSearchParams, names: string[], query: string): URLSearchParams {
  const next = new URLSearchParams(params)
  for (const name of names) next.delete(name)
  for (const [name, value] of new URLSearchParams(query)) if (names.includes(name)) next.append(name, value)
  return next
}
