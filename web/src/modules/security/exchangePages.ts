import type { Room } from '../../kernel'

/** The pages of exchange. */
export const pages: Room['routes'] = [{ path: '/security/exchange', permission: 'security.exchange.read', page: () => import('./Exchange') }]
