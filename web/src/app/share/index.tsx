import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The pages of sharing. */
export const room: Room = {
  name: 'share',
  texts: { zh, en },
  routes: [
    { path: '/sharing', permission: 'share.view', page: () => import('./SharedWithUs') },
    { path: '/sharing/rules', permission: 'share.view', page: () => import('./Rules') },
    { path: '/sharing/explain', permission: 'share.explain', page: () => import('./Explain') },
  ],
}
