import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** Industrial scenarios: the catalogue, and how scenarios are opened. */
export const room: Room = {
  name: 'scenario',
  texts: { zh, en },
  routes: [
    { path: '/scenario', permission: 'scenario.view', page: () => import('./Catalogue') },
    { path: '/scenario/new', permission: 'scenario.write', page: () => import('./Writing') },
    { path: '/scenario/import', permission: 'scenario.review', page: () => import('./Import') },
    { path: '/scenario/duplicates', permission: 'scenario.review', page: () => import('./Duplicates') },
    { path: '/scenario/lists', permission: 'scenario.view', page: () => import('./Lists') },
    { path: '/scenario/apps', permission: 'scenario.view', page: () => import('./Apps') },
    { path: '/scenario/openings', permission: 'scenario.view', page: () => import('./Openings') },
    { path: '/scenario/openings/new', permission: 'scenario.open', page: () => import('./NewOpening') },
    { path: '/scenario/openings/:id', permission: 'scenario.view', page: () => import('./Opening') },
    { path: '/scenario/pilots', permission: 'scenario.view', page: () => import('./Pilots') },
    { path: '/scenario/pilots/calls/:id', permission: 'scenario.view', page: () => import('./PilotCall') },
    { path: '/scenario/pilots/applications/:id', permission: 'scenario.view', page: () => import('./PilotApplication') },
    { path: '/scenario/pilots/:id', permission: 'scenario.view', page: () => import('./Pilot') },
    { path: '/scenario/reviews', permission: 'scenario.pilot.review', page: () => import('./PilotReviews') },
    { path: '/scenario/reviews/:id', permission: 'scenario.pilot.review', page: () => import('./PilotReview') },
    { path: '/scenario/:id', permission: 'scenario.view', page: () => import('./Scenario') },
    { path: '/scenario/:id/edit', permission: 'scenario.write', page: () => import('./Writing') },
  ],
}
