import type { Room } from '../../kernel'

/** The page of who is on duty. */
export const pages: Room['routes'] = [{ path: '/security/duty', permission: 'security.notice.read', page: () => import('./Duty') }]
