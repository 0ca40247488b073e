import { useQueryClient, type QueryClient, type QueryKey } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'

/** The server's word that something changed; what changed is read again. */
export interface Notice {
  topic: string
  kind: 'changed' | 'removed' | 'missed'
  id?: string
  at: string
}

type Listener = (notice: Notice) => void

interface Live {
  watch: (topic: string, listener: Listener) => () => void
  connected: boolean
}

const LiveContext = createContext<Live>({ watch: () => () => undefined, connected: true })

/** How long a broken connection may take to come back before people are told. */
const patience = 4000

/** Keeps one event stream open for all topics that the session may watch. */
export function LiveProvider({ scope, children }: { scope: string; children: ReactNode }) {
  const queries = useQueryClient()
  const listeners = useRef(new Map<string, Set<Listener>>())
  const source = useRef<EventSource | null>(null)
  const [connected, setConnected] = useState(true)

  useEffect(() => {
    let retry: ReturnType<typeof setTimeout> | undefined
    let alarm: ReturnType<typeof setTimeout> | undefined
    let lost = false
    const open = () => {
      const stream = new EventSource('/api/live')
      source.current = stream
      for (const topic of listeners.current.keys()) stream.addEventListener(topic, deliver(listeners.current))
      stream.onopen = () => {
        clearTimeout(alarm)
        alarm = undefined
        setConnected(true)
        // Notices sent while the stream was down are gone: read everything again.
        if (lost) void queries.invalidateQueries()
        // What was read before the stream stood may have changed in between, and nobody told.
        else missed(listeners.current)
        lost = false
      }
      stream.onerror = () => {
        lost = true
        alarm ??= setTimeout(() => setConnected(false), patience)
        // The browser retries by itself, unless the server answered with a refusal.
        if (stream.readyState !== EventSource.CLOSED) return
        clearTimeout(retry)
        retry = setTimeout(open, patience)
      }
    }
    open()
    return () => {
      clearTimeout(retry)
      clearTimeout(alarm)
      source.current?.close()
      source.current = null
    }
  }, [scope, queries])

  const live = useMemo<Live>(
    () => ({
      connected,
      watch: (topic, listener) => {
        const all = listeners.current
        if (!all.has(topic)) {
          all.set(topic, new Set())
          source.current?.addEventListener(topic, deliver(all))
        }
        all.get(topic)?.add(listener)
        return () => all.get(topic)?.delete(listener)
      },
    }),
    [connected],
  )
  return <LiveContext value={live}>{children}</LiveContext>
}

/** Tells all listeners that notices of their topics may have gone by. */
function missed(all: Map<string, Set<Listener>>) {
  const at = new Date().toISOString()
  for (const [topic, listeners] of all) for (const listener of listeners) listener({ topic, kind: 'missed', at })
}

function deliver(all: Map<string, Set<Listener>>) {
  return (event: MessageEvent<string>) => {
    const notice = JSON.parse(event.data) as Notice
    for (const listener of all.get(notice.topic) ?? []) listener(notice)
  }
}

/** At most this often, in milliseconds, a stream of notices makes a page read again. */
const pace = 1000

/** Reads the queries under a key again whenever the topic changes; with an id, only when that object does. */
export function useLive(topic: string, queryKey: QueryKey, id?: string): void {
  const { watch } = useContext(LiveContext)
  const queries = useQueryClient()
  const key = JSON.stringify(queryKey)
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined
    let last = 0
    const refresh = () => {
      waiting = undefined
      last = Date.now()
      readAgain(queries, JSON.parse(key) as QueryKey)
    }
    const stop = watch(topic, (notice) => {
      if (id !== undefined && notice.kind !== 'missed' && notice.id !== id) return
      waiting ??= setTimeout(refresh, Math.max(0, last + pace - Date.now()))
    })
    return () => {
      stop()
      clearTimeout(waiting)
    }
  }, [topic, key, id, watch, queries])
}

/** Reads queries again. A first read that is under way is not begun anew, and may bring what was before: it is read again when it ends. */
function readAgain(queries: QueryClient, queryKey: QueryKey) {
  const first = queries.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching', predicate: (q) => q.state.data === undefined })
  void queries.invalidateQueries({ queryKey })
  for (const query of first) {
    const again = () => void queries.invalidateQueries({ queryKey: query.queryKey, exact: true })
    query.promise?.then(again, () => undefined) // what failed is tried again by who reads it
  }
}

/** Whether the event stream stands. */
export function useConnected(): boolean {
  return useContext(LiveContext).connected
}
