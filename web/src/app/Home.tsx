import { Navigate } from 'react-router'
import { useSession, type Room } from '../kernel'
import { NoSuchPage } from './NoSuchPage'

/** Goes to the first page of the menu that this build has. */
export function Home({ rooms }: { rooms: Room[] }) {
  const { nav } = useSession()
  const paths = new Set(rooms.flatMap((r) => r.routes.map((p) => p.path)))
  const reachable = nav.filter((item) => paths.has(item.path))
  const first = reachable.find((item) => item.path === '/plan') ?? reachable[0]
  return first ? <Navigate to={first.path} replace /> : <NoSuchPage />
}
