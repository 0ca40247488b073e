import type { Room } from '../../kernel'

/** The pages of sensors. */
export const pages: Room['routes'] = [
  { path: '/security/sensors', permission: 'security.sensor.view', page: () => import('./Sensors') },
  { path: '/security/sensors/new', permission: 'security.sensor.manage', page: () => import('./SensorNew') },
  { path: '/security/sensors/:id', permission: 'security.sensor.view', page: () => import('./Sensor') },
]
