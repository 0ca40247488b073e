import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The page of machines. */
export const room: Room = {
  name: 'machine',
  texts: { zh, en },
  routes: [{ path: '/machines', permission: 'machine.view', page: () => import('./Machines') }],
}
