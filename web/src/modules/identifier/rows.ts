import type { Schema } from '../../kernel'
import type { Value } from './data'

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
