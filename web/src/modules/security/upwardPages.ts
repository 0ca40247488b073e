import type { Room } from '../../kernel'

/** The pages of reports to upper levels and downward, of sources of notices, and of notices of upper levels. */
export const pages: Room['routes'] = [
  { path: '/security/upward', permission: 'security.upward.view', page: () => import('./Upward') },
  { path: '/security/upward/levels', permission: 'security.upward.view', page: () => import('./UpwardLevels') },
  { path: '/security/upward/levels/:id', permission: 'security.upward.view', page: () => import('./UpwardLevel') },
  { path: '/security/downward', permission: 'security.upward.view', page: () => import('./Downward') },
  { path: '/security/downward/channels', permission: 'security.upward.view', page: () => import('./DownwardChannels') },
  { path: '/security/downward/channels/:id', permission: 'security.upward.view', page: () => import('./UpwardLevel') },
  { path: '/security/received', permission: 'security.notice.read', page: () => import('./Received') },
  { path: '/security/received/:id', permission: 'security.notice.read', page: () => import('./ReceivedNotice') },
  { path: '/security/files', permission: 'security.ferry.import', page: () => import('./FerrySources') },
  { path: '/security/files/:id', permission: 'security.ferry.import', page: () => import('./FerrySource') },
]
