import type { components } from './schema'

/** One wrong place in what was sent. */
export interface Fault {
  location: string
  message: string
  value?: unknown
}

/** What the server answers when it refuses (RFC 9457). */
export type ProblemBody = components['schemas']['HttpdProblem']

/** A refusal of the server, or that it could not be reached. */
export class Problem extends Error {
  readonly status: number
  readonly key: string
  readonly params: Record<string, unknown>
  readonly faults: Fault[]
  readonly requestID: string

  constructor(body: Partial<ProblemBody> & { status: number; key: string }) {
    super(body.detail ?? body.title ?? body.key)
    this.status = body.status
    this.key = body.key
    this.params = (body.params ?? {}) as Record<string, unknown>
    this.faults = (body.errors ?? []) as Fault[]
    this.requestID = body.request_id ?? ''
  }
}

/** Reads the problem in a refused answer. Answers that are no problem, such as a proxy's page, get a key by status. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.clone().json()) as Partial<ProblemBody>
    if (typeof body.key === 'string') return new Problem({ ...body, status: response.status, key: body.key })
  } catch {
    // Not JSON: what follows says what is known.
  }
  return new Problem({ status: response.status, key: 'kernel.answer', detail: `HTTP ${response.status}` })
}

/** The path of a form field for a location such as body.memberships[0].role. */
export function fieldPath(location: string): (string | number)[] {
  const path: (string | number)[] = []
  for (const match of location.replace(/^body\.?/, '').matchAll(/\[(\d+)\]|([^.[\]]+)/g)) {
    path.push(match[1] === undefined ? match[2]! : Number(match[1]))
  }
  return path
}

/**
 * Puts faults to the fields of a form. A fault of a group goes to its first
 * field, a fault inside a field to that field; what fits nowhere is returned.
 */
export function placeFaults(
  faults: Fault[],
  fields: (string | number)[][],
): { placed: Map<number, Fault[]>; rest: Fault[] } {
  const placed = new Map<number, Fault[]>()
  const rest: Fault[] = []
  for (const fault of faults) {
    const path = fieldPath(fault.location)
    const inBody = fault.location.startsWith('body')
    const same = (a: (string | number)[], b: (string | number)[]) => a.every((part, i) => String(part) === String(b[i]))
    let at = inBody && path.length > 0 ? fields.findIndex((f) => same(path, f)) : -1
    if (at < 0 && inBody) at = fields.findIndex((f) => f.length > 0 && same(f, path))
    if (at < 0) rest.push(fault)
    else placed.set(at, [...(placed.get(at) ?? []), fault])
  }
  return { placed, rest }
}
