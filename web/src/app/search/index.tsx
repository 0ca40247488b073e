import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** One search page for the city. */
export const room: Room = {
  name: 'search',
  texts: { zh, en },
  routes: [{ path: '/search', permission: 'signed-in', page: () => import('./Search') }],
}
