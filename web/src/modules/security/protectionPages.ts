import type { Room } from '../../kernel'

/** The pages of special protection. */
export const pages: Room['routes'] = [
  { path: '/security/protection', permission: 'security.view', page: () => import('./Protection') },
  { path: '/security/protection/:id', permission: 'security.notice.read', page: () => import('./ProtectionPeriod') },
]
