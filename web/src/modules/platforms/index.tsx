import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** Platform monitoring and analysis. */
export const room: Room = {
  name: 'platforms',
  texts: { zh, en },
  routes: [
    { path: '/platforms', permission: 'platforms.view', page: () => import('./Platforms') },
    { path: '/platforms/new', permission: 'platforms.register', page: () => import('./Registration') },
    { path: '/platforms/compare', permission: 'platforms.view', page: () => import('./Comparison') },
    { path: '/platforms/status', permission: 'platforms.view', page: () => import('./Status') },
    { path: '/platforms/rankings', permission: 'platforms.view', page: () => import('./Rankings') },
    { path: '/platforms/rankings/:id', permission: 'platforms.view', page: () => import('./Ranking') },
    { path: '/platforms/analysis', permission: 'platforms.view', page: () => import('./Analysis') },
    { path: '/platforms/analysis/indices/:id', permission: 'platforms.view', page: () => import('./IndexPage') },
    { path: '/platforms/penetration', permission: 'platforms.view', page: () => import('./Penetration') },
    { path: '/platforms/fostering', permission: 'platforms.view', page: () => import('./Fostering') },
    { path: '/platforms/fostering/calls/:id', permission: 'platforms.view', page: () => import('./FosterCall') },
    { path: '/platforms/fostering/applications/:id', permission: 'platforms.view', page: () => import('./FosterApplication') },
    { path: '/platforms/fostering/awards/:id', permission: 'platforms.view', page: () => import('./FosterAward') },
    { path: '/platforms/output', permission: 'platforms.view', page: () => import('./Outputs') },
    { path: '/platforms/reports', permission: 'platforms.view', page: () => import('./Bulletins') },
    { path: '/platforms/reports/:id', permission: 'platforms.view', page: () => import('./Bulletin') },
    { path: '/platforms/open', permission: 'platforms.view', page: () => import('./OpenData') },
    { path: '/platforms/open/:id', permission: 'platforms.view', page: () => import('./OpenDataset') },
    { path: '/platforms/catalogue', permission: 'platforms.view', page: () => import('./Catalogue') },
    { path: '/platforms/quality', permission: 'platforms.view', page: () => import('./Quality') },
    { path: '/platforms/alerts', permission: 'platforms.alert.view', page: () => import('./Alerts') },
    { path: '/platforms/alert-rules', permission: 'platforms.alert.rules', page: () => import('./AlertRules') },
    { path: '/platforms/on-call', permission: 'platforms.alert.view', page: () => import('./OnCall') },
    { path: '/platforms/on-call/:id', permission: 'platforms.alert.view', page: () => import('./Rota') },
    { path: '/platforms/silences', permission: 'platforms.alert.rules', page: () => import('./Silences') },
    { path: '/platforms/:id', permission: 'platforms.view', page: () => import('./Platform') },
  ],
}
