import createClient, { type Middleware } from 'openapi-fetch'
import { Problem, problemOf } from './problem'
import type { components, paths } from './schema'

/** A type of the API by its name in the OpenAPI document. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** One page of a list, as every list answers. */
export interface Page<Item> {
  items: Item[]
  next_cursor: string
  total: number
}

/** The header by which the server knows that a change comes from a page of its own. */
const csrf = { 'X-Linghang-CSRF': '1' }

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-Linghang-CSRF', '1')
    return request
  },
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response)
  },
  onError({ error }) {
    return error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unreachable' })
  },
}

/** Asks the person for a fresh factor; true when it was proven and the request may be repeated. */
type Ask = (problem: Problem) => Promise<boolean>

let ask: Ask | null = null

/** Says who asks for a fresh factor when the server wants one; returns how to stop asking. */
export function answerStepUp(by: Ask): () => void {
  ask = by
  return () => {
    if (ask === by) ask = null
  }
}

/** Sends a request; when the server wants a fresh factor first, asks for it and sends the request again. */
async function insist(send: () => Promise<Response>): Promise<Response> {
  const response = await send()
  if (response.status !== 403 || !ask) return response
  const problem = await problemOf(response)
  return problem.key === 'kernel.step_up' && (await ask(problem)) ? send() : response
}

/** The typed client of the API: paths, parameters and bodies come from the OpenAPI document. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: (request) => insist(() => fetch(request.clone())) })
api.use(guard)

/** Unwraps an answer of the client. Refusals have become Problems before. */
export async function read<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}

/** The If-Match header for an object that was read in this version. */
export function ifMatch(version: number): { 'If-Match': string } {
  return { 'If-Match': `"${version}"` }
}

export interface RequestOptions {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** Calls an address that the caller knows only at run time, such as that of a list. A text body is sent as it is. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const method = options.method ?? 'GET'
  const headers: Record<string, string> = { ...(method === 'GET' ? {} : csrf), ...options.headers }
  const init: RequestInit = { method, headers, signal: options.signal ?? null }
  if (options.body !== undefined) {
    const plain = typeof options.body === 'string' || options.body instanceof Blob
    init.body = plain ? (options.body as string | Blob) : JSON.stringify(options.body)
    if (!plain) headers['Content-Type'] = 'application/json'
  }
  let response: Response
  try {
    response = await insist(() => fetch(path, init))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem({ status: 0, key: 'kernel.unreachable' })
  }
  if (!response.ok) throw await problemOf(response)
  if (response.status === 204) return undefined as T
  return (await response.json()) as T
}
