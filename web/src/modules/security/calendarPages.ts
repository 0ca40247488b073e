import type { Room } from '../../kernel'

/** The pages of the calendar of working days, and of the city's time limits. */
export const pages: Room['routes'] = [
  { path: '/security/calendar', permission: 'security.calendar.manage', page: () => import('./Calendar') },
  { path: '/security/time-limits', permission: 'security.calendar.manage', page: () => import('./TimeLimits') },
]
