import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The system's own pages. */
export const room: Room = {
  name: 'system',
  texts: { zh, en },
  routes: [
    { path: '/system/organisations', permission: 'system.organisation.view', page: () => import('./Organisations') },
    { path: '/system/registrations', permission: 'system.registration.review', page: () => import('./Registrations') },
    { path: '/system/persons', permission: 'system.person.view', page: () => import('./Persons') },
    { path: '/system/invitations', permission: 'system.person.edit', page: () => import('./Invitations') },
    { path: '/system/personal-requests', permission: 'system.personal.decide', page: () => import('./PersonalRequests') },
    { path: '/system/roles', permission: 'system.person.view', page: () => import('./Roles') },
    { path: '/system/duties', permission: 'system.person.view', page: () => import('./Duties') },
    { path: '/system/tokens', permission: 'system.token.manage', page: () => import('./Tokens') },
    { path: '/system/audit', permission: 'system.audit.view', page: () => import('./Audit') },
    { path: '/system/exports', permission: 'system.export.view', page: () => import('./Exports') },
    { path: '/system/my-exports', permission: 'signed-in', page: () => import('./MyExports') },
    { path: '/system/health', permission: 'system.health.view', page: () => import('./Health') },
    { path: '/system/jobs', permission: 'system.job.view', page: () => import('./Jobs') },
    { path: '/system/my-jobs', permission: 'signed-in', page: () => import('./MyJobs') },
    { path: '/system/dead-letters', permission: 'system.letter.view', page: () => import('./Letters') },
    { path: '/system/measures', permission: 'system.measure.view', page: () => import('./Measures') },
    { path: '/profile', permission: 'signed-in', page: () => import('./Profile') },
    { path: '/reference', permission: 'signed-in', page: () => import('./Reference') },
  ],
}
