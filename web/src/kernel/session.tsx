import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react'
import { api, read, type Schema } from './client'
import { followLanguage } from './language'
import { Problem } from './problem'

/** Who is signed in, for whom they act, and what they may do. */
export type Session = Schema<'SystemSessionView'>

/** Whether the city is set up, and what it is called. */
export type CityState = Schema<'SystemStateView'>

const SessionContext = createContext<Session | null>(null)

/** The cache key of the session. */
export const sessionKey = ['session']

/** The cache key of the city's state. */
export const stateKey = ['state']

/** Reads whether the city is set up; anybody may. */
export function useCityState() {
  return useQuery({ queryKey: stateKey, queryFn: readState, staleTime: 60_000 })
}

const readState = () => read(api.GET('/api/system/state'))

/** Reads the session; null when nobody is signed in, which is asked first, so that no browser logs a refusal. */
export function useSessionQuery() {
  const queries = useQueryClient()
  return useQuery({
    queryKey: sessionKey,
    queryFn: async (): Promise<Session | null> => {
      const state = await queries.fetchQuery({ queryKey: stateKey, queryFn: readState })
      if (!state.signed_in) return null
      try {
        return await read(api.GET('/api/system/session'))
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return null
        throw error
      }
    },
    staleTime: 60_000,
  })
}

/** Gives the session to all pages below. */
export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  useEffect(() => followLanguage(session.person.language), [session.person.language])
  return <SessionContext value={session}>{children}</SessionContext>
}

/** The session of who is signed in; only pages inside the shell have one. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('this page is not inside a session')
  return session
}

/** How many rows of a download need no second person; 0: all, as outside a session. */
export function useExportAlone(): number {
  return useContext(SessionContext)?.export_alone ?? 0
}

/** Tells whether the session holds a permission. */
export function useMay(): (permission: string) => boolean {
  const session = useContext(SessionContext)
  return useMemo(() => {
    const held = new Set(session?.permissions ?? [])
    return (permission) => permission === 'public' || (session !== null && (permission === 'signed-in' || held.has(permission)))
  }, [session])
}

/** Puts a session that the server just gave, or null, into force and forgets what another saw. */
export function useEnter(): (session: Session | null) => void {
  const queries = useQueryClient()
  return (session) => {
    queries.removeQueries({ predicate: (q) => q.queryKey[0] !== sessionKey[0] && q.queryKey[0] !== stateKey[0] })
    queries.setQueryData(sessionKey, session)
    void queries.invalidateQueries({ queryKey: stateKey })
  }
}

/** Puts the session into force after the same person proved or added a factor; what was read stays. */
export function useProven(): (session: Session) => void {
  const queries = useQueryClient()
  return (session) => queries.setQueryData(sessionKey, session)
}
