import type { Room } from '../../kernel'

/** The pages of threat intelligence. */
export const pages: Room['routes'] = [
  { path: '/security/intelligence', permission: 'security.intel.view', page: () => import('./Indicators') },
  { path: '/security/intelligence/import', permission: 'security.intel.manage', page: () => import('./IndicatorImport') },
  { path: '/security/intelligence/feeds', permission: 'security.intel.manage', page: () => import('./IntelFeeds') },
  { path: '/security/intelligence/feeds/:id', permission: 'security.intel.manage', page: () => import('./IntelFeed') },
  { path: '/security/intelligence/:id', permission: 'security.intel.view', page: () => import('./Indicator') },
]
