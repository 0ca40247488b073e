import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** Identifier resolution: nodes, identifiers, and the way to them. */
export const room: Room = {
  name: 'identifier',
  texts: { zh, en },
  routes: [
    { path: '/identifier/nodes', permission: 'identifier.view', page: () => import('./Nodes') },
    { path: '/identifier/nodes/new', permission: 'identifier.apply', page: () => import('./Founding') },
    { path: '/identifier/nodes/:id', permission: 'identifier.view', page: () => import('./Node') },
    { path: '/identifier/handles', permission: 'identifier.view', page: () => import('./Handles') },
    { path: '/identifier/resolve', permission: 'identifier.view', page: () => import('./Resolve') },
  ],
}
