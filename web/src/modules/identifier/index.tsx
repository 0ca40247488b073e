import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** Identifier resolution: nodes, identifiers, and the way to them. */
export const room: Room = {
  name: 'identifier',
  texts: { zh, en },
  routes: [
    { path: '/identifier/resolve', permission: 'identifier.view', page: () => import('./Resolve') },
  ],
}
