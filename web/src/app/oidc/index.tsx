import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The pages of signing in across programs. */
export const room: Room = {
  name: 'oidc',
  texts: { zh, en },
  routes: [
    { path: '/oidc/authorize', permission: 'signed-in', page: () => import('./Authorize'), bare: true },
    { path: '/oidc/sign-out', permission: 'signed-in', page: () => import('./SignOut'), bare: true },
    { path: '/device', permission: 'signed-in', page: () => import('./Device'), bare: true },
    { path: '/system/programs', permission: 'oidc.client.manage', page: () => import('./Programs') },
    { path: '/system/providers', permission: 'oidc.provider.manage', page: () => import('./Providers') },
  ],
}
