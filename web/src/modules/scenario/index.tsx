import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** Industrial scenarios: the catalogue. */
export const room: Room = {
  name: 'scenario',
  texts: { zh, en },
  routes: [
    { path: '/scenario', permission: 'scenario.view', page: () => import('./Catalogue') },
  ],
}
