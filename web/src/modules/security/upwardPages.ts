import type { Room } from '../../kernel'

/** The pages of reports to upper levels, and of files that are taken in. */
export const pages: Room['routes'] = [
  { path: '/security/upward', permission: 'security.upward.view', page: () => import('./Upward') },
  { path: '/security/upward/levels', permission: 'security.upward.view', page: () => import('./UpwardLevels') },
  { path: '/security/upward/levels/:id', permission: 'security.upward.view', page: () => import('./UpwardLevel') },
  { path: '/security/files', permission: 'security.ferry.import', page: () => import('./FerrySources') },
  { path: '/security/files/:id', permission: 'security.ferry.import', page: () => import('./FerrySource') },
]
