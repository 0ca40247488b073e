import type { Room } from '../../kernel'

/** The pages of alerts and rules. */
export const pages: Room['routes'] = [
  { path: '/security/alerts', permission: 'security.alert.view', page: () => import('./Alerts') },
  { path: '/security/alert-figures', permission: 'security.alert.view', page: () => import('./AlertFigures') },
  { path: '/security/alerts/:id', permission: 'security.alert.view', page: () => import('./AlertPage') },
  { path: '/security/detection-rules', permission: 'security.alert.view', page: () => import('./DetectionRules') },
]
