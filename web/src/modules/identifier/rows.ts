import type { Schema } from '../../kernel'
import type { TemplateItem, Value } from './data'

/** A value as the form holds it. */
export interface Row {
  index: number
  type: string
  data?: string
  ttl?: number | null
  secret?: boolean
  /** Octets that are given back as they are; the text only says what they are. */
  octets?: string
}

/** Seconds that resolvers may keep a value when nobody says otherwise. */
export const usualTTL = 86_400

/** What a new identifier begins with. */
export function firstRows(): Row[] {
  return [{ index: 1, type: 'URL', data: '', ttl: usualTTL, secret: false }]
}

/** The index for one more value: after the greatest of those that people count. */
export function nextIndex(rows: (Partial<Row> | undefined)[]): number {
  const taken = new Set(rows.map((r) => r?.index))
  let next = 1
  while (taken.has(next)) next++
  return next
}

/** Whether data of a type are given as text though the protocol has octets. */
const asText = (type: string) => type.toUpperCase() === 'HS_ADMIN'

/** The rows of values that are there. */
export function rowsOf(values: Value[]): Row[] {
  return values.map((v) => ({ index: v.index, type: v.type, data: v.data, ttl: v.ttl, secret: !v.public, ...(v.octets && !asText(v.type) ? { octets: v.octets } : {}) }))
}

/** The API's values of rows. */
export function valuesOf(rows: Row[]): Schema<'IdentifierValueInput'>[] {
  return rows.map((r) => ({
    index: r.index, type: r.type.trim(), data: r.octets ?? r.data ?? '', ttl: r.ttl ?? usualTTL, secret: r.secret ?? false, ...(r.octets ? { base64: true } : {}),
  }))
}

/** Where the value stands that names the template, and its type. */
const refIndex = 1000
const refType = 'TEMPLATE'

/** What names the template of an identifier: code and version. */
export function refOf(values: Value[]): { code: string; version: number } | null {
  const ref = values.find((v) => v.index === refIndex && v.type.toUpperCase() === refType)?.data ?? ''
  const [code = '', version] = ref.split(':')
  return code && Number(version) > 0 ? { code, version: Number(version) } : null
}

/** The values of a template's items by their names, and the rows of the others. */
export function splitRows(values: Value[], items: TemplateItem[]): { items: Record<string, string>; rows: Row[] } {
  const names = new Map(items.map((x) => [x.index ?? 0, x.name]))
  return {
    items: Object.fromEntries(values.flatMap((v) => (names.has(v.index) ? [[names.get(v.index)!, v.data]] : []))),
    rows: rowsOf(items.length === 0 ? values : values.filter((v) => v.index !== refIndex && !names.has(v.index))),
  }
}

/** The items that were filled in. */
export function itemsOf(items: Record<string, string | null | undefined> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(items ?? {}).flatMap(([name, value]) => (value ? [[name, value.trim()]] : [])))
}

/** The bounds of an item in signs that both languages read. */
export function bounds(item: TemplateItem): string {
  if (item.type === 'text') return item.length ? `≤ ${item.length}` : ''
  if (item.min && item.max) return `${item.min} – ${item.max}`
  return item.min ? `≥ ${item.min}` : item.max ? `≤ ${item.max}` : ''
}

/** What a form holds, without what was left empty, at any depth. */
export function pruned<T>(value: T): T {
  if (Array.isArray(value)) return value as T
  if (typeof value !== 'object' || value === null) return (typeof value === 'string' ? value.trim() : value) as T
  const kept = Object.entries(value).map(([key, x]) => [key, pruned(x as unknown)] as const)
    .filter(([, x]) => x !== undefined && x !== null && x !== '' && !(typeof x === 'object' && !Array.isArray(x) && Object.keys(x).length === 0))
  return Object.fromEntries(kept) as T
}
