import type { Room } from '../../kernel'

/** The pages of communication baselines. */
export const pages: Room['routes'] = [
  { path: '/security/baselines', permission: 'security.baseline.view', page: () => import('./Baselines') },
  { path: '/security/baselines/:id', permission: 'security.baseline.view', page: () => import('./Baseline') },
]
