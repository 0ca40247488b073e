import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** Reports as PDF and XLSX. */
export const room: Room = {
  name: 'report',
  texts: { zh, en },
  routes: [{ path: '/reports', permission: 'report.view', page: () => import('./Reports') }],
}
