import type { Room } from '../../kernel'

/** The pages of threat intelligence. */
export const pages: Room['routes'] = [
  { path: '/security/intelligence', permission: 'security.intel.view', page: () => import('./Indicators') },
  { path: '/security/intelligence/import', permission: 'security.intel.manage', page: () => import('./IndicatorImport') },
  { path: '/security/intelligence/:id', permission: 'security.intel.view', page: () => import('./Indicator') },
]
