import { Navigate, Outlet, useLocation } from 'react-router'
import { Failure, Loading, useCityState } from '../kernel'
import { LiveProvider } from '../kernel/live'
import { SessionProvider, useSessionQuery } from '../kernel/session'
import { AlonePage } from './Alone'
import { EnrolPage } from './Enrol'
import { ProvePage, StepUp } from './Proof'

/** Lets signed-in people in and sends others to sign in, or to set the city up. */
export function Entered() {
  const place = useLocation()
  const session = useSessionQuery()
  const state = useCityState()
  const failed = session.error ?? state.error
  if (failed) return <div className="lh-alone"><Failure problem={failed} retry={() => { void session.refetch(); void state.refetch() }} /></div>
  if (session.isPending || !state.data) return <div className="lh-alone"><Loading /></div>
  if (!state.data.set_up) return <Navigate to="/set-up" replace />
  if (!session.data) return <Navigate to={`/sign-in?next=${encodeURIComponent(place.pathname + place.search)}`} replace />
  if (session.data.need === 'prove') return <ProvePage session={session.data} />
  if (session.data.need === 'enrol') return <EnrolPage session={session.data} />
  if (session.data.need === 'join') return <AlonePage session={session.data} />
  const who = `${session.data.person.id}@${session.data.organisation.id}`
  return (
    <SessionProvider session={session.data}>
      <LiveProvider scope={who}>
        <StepUp />
        <Outlet />
      </LiveProvider>
    </SessionProvider>
  )
}
