import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The atlas of industry: chains, the graph, and questions that it answers. */
export const room: Room = {
  name: 'atlas',
  texts: { zh, en },
  routes: [
    { path: '/atlas', permission: 'atlas.view', page: () => import('./Chains') },
    { path: '/atlas/chains/:id', permission: 'atlas.view', page: () => import('./Chain') },
    { path: '/atlas/explorer', permission: 'atlas.view', page: () => import('./Explorer') },
    { path: '/atlas/questions', permission: 'atlas.view', page: () => import('./Questions') },
    { path: '/atlas/lists', permission: 'atlas.view', page: () => import('./Lists') },
    { path: '/atlas/lists/:id', permission: 'atlas.view', page: () => import('./List') },
    { path: '/atlas/proposals', permission: 'atlas.propose', page: () => import('./Proposals') },
    { path: '/atlas/proposals/:id', permission: 'atlas.propose', page: () => import('./Proposal') },
    { path: '/atlas/import', permission: 'atlas.edit', page: () => import('./Import') },
  ],
}
