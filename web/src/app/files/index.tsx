import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The manifest of uploaded files. */
export const room: Room = {
  name: 'files',
  texts: { zh, en },
  routes: [{ path: '/system/files', permission: 'files.view', page: () => import('./Files') }],
}
