import type { Room } from '../../kernel'

/** The pages of the city's own advisories. */
export const pages: Room['routes'] = [
  { path: '/security/own-advisories', permission: 'security.advisory.own', page: () => import('./OwnAdvisories') },
  { path: '/security/own-advisories/new', permission: 'security.advisory.write', page: () => import('./OwnAdvisoryNew') },
  { path: '/security/own-advisories/:id', permission: 'security.advisory.own', page: () => import('./OwnAdvisory') },
]
