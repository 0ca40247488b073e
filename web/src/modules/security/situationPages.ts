import type { Room } from '../../kernel'

/** The pages of the situation. */
export const pages: Room['routes'] = [
  { path: '/security/situation', permission: 'security.view', page: () => import('./Situation') },
  { path: '/security/situation/screen', permission: 'security.view', page: () => import('./Wall'), bare: true },
  { path: '/security/situation/:id', permission: 'security.view', page: () => import('./Standing') },
]
