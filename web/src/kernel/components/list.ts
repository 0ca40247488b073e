/** What the address bar says about a list. */
export interface ListState {
  q: string
  sort: string
  cursor: string
  limit: number
  /** Keys of the columns that show, in their order; empty means as usual. */
  columns: string[]
  filters: Record<string, string>
}

const limits = [20, 50, 100]

/** The page sizes to choose from. */
export const pageSizes: readonly number[] = limits

/** Reads the state of a list from the address; a prefix keeps two lists on a page apart. */
export function readList(params: URLSearchParams, filters: string[], prefix = ''): ListState {
  const get = (name: string) => params.get(prefix + name) ?? ''
  const limit = Number(get('limit'))
  return {
    q: get('q'), sort: get('sort'), cursor: get('cursor'), limit: limits.includes(limit) ? limit : 20,
    columns: get('columns').split(',').filter(Boolean),
    filters: Object.fromEntries(filters.map((name) => [name, get(name)])),
  }
}

/** The columns to show: those that are chosen and still exist, or all. The usual ones may hide where there is no room. */
export function chosenColumns<Column extends { key: string; from?: unknown }>(all: Column[], keys: string[]): Column[] {
  const chosen = [...new Set(keys)].flatMap((key) => all.filter((c) => c.key === key))
  return chosen.length === 0 ? all : chosen.map(({ from: _, ...rest }) => rest as Column)
}

/** Writes a change to the address. All but turning the page goes back to the first one. */
export function writeList(params: URLSearchParams, change: Record<string, string>, prefix = ''): URLSearchParams {
  const next = new URLSearchParams(params)
  if (!('cursor' in change)) next.delete(`${prefix}cursor`)
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(prefix + name, value)
    else next.delete(prefix + name)
  }
  return next
}

/** The query of the list's API for a state; fixed parameters cannot be changed by the address. */
export function listQuery(state: ListState, fixed: Record<string, string> = {}): string {
  const query = new URLSearchParams()
  const all = { ...state.filters, q: state.q, sort: state.sort, cursor: state.cursor, limit: String(state.limit), ...fixed }
  for (const [name, value] of Object.entries(all)) if (value) query.set(name, value)
  return query.toString()
}

/** The address that downloads the whole filtered list. */
export function exportURL(url: string, state: ListState, format: ExportForm, language: string, fixed: Record<string, string> = {}): string {
  return exportAddress(url, listQuery({ ...state, cursor: '' }, fixed), format, language)
}

/** The forms of a downloaded list. */
export const exportForms = ['csv', 'xlsx'] as const

export type ExportForm = (typeof exportForms)[number]

/** The address of a whole list as a file. */
export function exportAddress(path: string, filters: string, format: ExportForm, language: string): string {
  const query = new URLSearchParams(filters)
  query.delete('limit')
  query.set('export', format)
  query.set('lang', language)
  return `${path}?${query}`
}
