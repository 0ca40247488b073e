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
    { path: '/identifier/imports', permission: 'identifier.register', page: () => import('./Imports') },
    { path: '/identifier/templates', permission: 'identifier.view', page: () => import('./Templates') },
    { path: '/identifier/templates/:id', permission: 'identifier.view', page: () => import('./Template') },
    { path: '/identifier/rules', permission: 'identifier.register', page: () => import('./Rules') },
    { path: '/identifier/rules/:id', permission: 'identifier.register', page: () => import('./Rule') },
    { path: '/identifier/labels', permission: 'identifier.register', page: () => import('./Labels') },
    { path: '/identifier/resolve', permission: 'identifier.view', page: () => import('./Resolve') },
    { path: '/identifier/recursive', permission: 'identifier.recursive', page: () => import('./Recursive') },
    { path: '/identifier/events', permission: 'identifier.view', page: () => import('./Events') },
    { path: '/identifier/statistics', permission: 'identifier.view', page: () => import('./Statistics') },
  ],
}
