/** The parts of an OpenAPI 3.1 document that the reference shows. */
export interface Document {
  info: { title: string; version: string; description?: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Shape> }
}

export interface Operation {
  operationId: string
  summary?: string
  tags?: string[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema?: Shape }> }
  responses: Record<string, { description?: string; content?: Record<string, { schema?: Shape }> }>
  'x-permission'?: string
}

export interface Parameter {
  name: string
  in: string
  required?: boolean
  description?: string
  schema?: Shape
}

export interface Shape {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  properties?: Record<string, Shape>
  additionalProperties?: boolean | Shape
  required?: string[]
  items?: Shape
  description?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  default?: unknown
}

/** One route of the document. */
export interface Entry {
  id: string
  method: string
  path: string
  operation: Operation
}

/** The routes by room, in the order of the document. */
export function byRoom(doc: Document): Map<string, Entry[]> {
  const rooms = new Map<string, Entry[]>()
  for (const [path, methods] of Object.entries(doc.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const room = operation.tags?.[0] ?? ''
      const entry = { id: operation.operationId, method: method.toUpperCase(), path, operation }
      rooms.set(room, [...(rooms.get(room) ?? []), entry])
    }
  }
  return rooms
}

/** What a schema is, in a word: string(date-time), integer 1..500, "zh" | "en". */
export function word(shape: Shape | undefined): string {
  if (!shape) return ''
  if (shape.enum) return shape.enum.map((v) => JSON.stringify(v)).join(' | ')
  const type = Array.isArray(shape.type) ? shape.type.join(' | ') : (shape.type ?? 'any')
  const range = shape.minimum !== undefined || shape.maximum !== undefined ? ` ${shape.minimum ?? ''}..${shape.maximum ?? ''}` : ''
  const length = shape.maxLength !== undefined ? ` ≤${shape.maxLength}` : ''
  return `${type}${shape.format ? `(${shape.format})` : ''}${range}${length}`
}

/** The shape of a body as indented text; a ? marks what may be left out. */
export function outline(shape: Shape | undefined, doc: Document, indent = '', seen: string[] = []): string {
  if (!shape) return ''
  if (shape.$ref) {
    const name = shape.$ref.split('/').at(-1)!
    if (seen.includes(name)) return name
    return outline(doc.components.schemas[name], doc, indent, [...seen, name])
  }
  if (shape.items) return `[${outline(shape.items, doc, indent, seen)}]`
  if (shape.properties) {
    const inner = `${indent}  `
    const lines = Object.entries(shape.properties).map(([name, property]) => {
      const note = property.description ? `  // ${property.description}` : ''
      return `${inner}${name}${shape.required?.includes(name) ? '' : '?'}: ${outline(property, doc, inner, seen)}${note}`
    })
    return `{\n${lines.join('\n')}\n${indent}}`
  }
  if (typeof shape.additionalProperties === 'object') return `{[key]: ${outline(shape.additionalProperties, doc, indent, seen)}}`
  return word(shape)
}

/** Whether a route is about what was searched for. */
export function matches(entry: Entry, q: string): boolean {
  const text = `${entry.method} ${entry.path} ${entry.operation.summary ?? ''} ${entry.operation['x-permission'] ?? ''}`.toLowerCase()
  return q.toLowerCase().split(/\s+/).every((part) => text.includes(part))
}
