import type { Room } from '../../kernel'

/** The page of the calendar of working days. */
export const pages: Room['routes'] = [{ path: '/security/calendar', permission: 'security.calendar.manage', page: () => import('./Calendar') }]
