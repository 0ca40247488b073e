import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The action plan: board, targets, reported values, reminders, plans, and the big screen. */
export const room: Room = {
  name: 'plan',
  texts: { zh, en },
  routes: [
    { path: '/plan', permission: 'plan.view', page: () => import('./Board') },
    { path: '/plan/targets/:id', permission: 'plan.view', page: () => import('./Target') },
    { path: '/plan/values', permission: 'plan.view', page: () => import('./Values') },
    { path: '/plan/reminders', permission: 'plan.view', page: () => import('./Reminders') },
    { path: '/plan/plans', permission: 'plan.view', page: () => import('./Plans') },
    { path: '/screen', permission: 'plan.view', page: () => import('./Screen'), bare: true },
  ],
}
