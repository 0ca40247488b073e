import type { Room } from '../../kernel'

/** The pages of reports to upper levels. */
export const pages: Room['routes'] = [
  { path: '/security/upward', permission: 'security.upward.view', page: () => import('./Upward') },
  { path: '/security/upward/levels', permission: 'security.upward.view', page: () => import('./UpwardLevels') },
  { path: '/security/upward/levels/:id', permission: 'security.upward.view', page: () => import('./UpwardLevel') },
]
