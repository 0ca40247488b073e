import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The pages of notices. */
export const room: Room = {
  name: 'notify',
  texts: { zh, en },
  routes: [
    { path: '/notices', permission: 'signed-in', page: () => import('./Inbox') },
    { path: '/notices/preferences', permission: 'signed-in', page: () => import('./Preferences') },
    { path: '/notices/channels', permission: 'notify.channel.manage', page: () => import('./Channels') },
    { path: '/notices/deliveries', permission: 'notify.delivery.view', page: () => import('./Deliveries') },
  ],
}
