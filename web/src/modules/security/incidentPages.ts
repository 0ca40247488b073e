import type { Room } from '../../kernel'

/** The pages of incidents. */
export const pages: Room['routes'] = [
  { path: '/security/incidents', permission: 'security.view', page: () => import('./Incidents') },
  { path: '/security/incidents/new', permission: 'security.view', page: () => import('./IncidentReport') },
  { path: '/security/incidents/figures', permission: 'security.view', page: () => import('./IncidentFigures') },
  { path: '/security/incidents/:id', permission: 'security.view', page: () => import('./Incident') },
]
