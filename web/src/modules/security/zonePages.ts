import type { Room } from '../../kernel'

/** The pages of zones and conduits. */
export const pages: Room['routes'] = [
  { path: '/security/zones', permission: 'security.zone.view', page: () => import('./Zones') },
  { path: '/security/zones/:id', permission: 'security.zone.view', page: () => import('./Zones') },
]
