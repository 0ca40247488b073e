import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** Services for enterprises: the directory. */
export const room: Room = {
  name: 'enterprise',
  texts: { zh, en },
  routes: [
    { path: '/enterprise', permission: 'enterprise.view', page: () => import('./Directory') },
    { path: '/enterprise/mine', permission: 'enterprise.file', page: () => import('./Mine') },
    { path: '/enterprise/new', permission: 'enterprise.review', page: () => import('./Entering') },
    { path: '/enterprise/review', permission: 'enterprise.review', page: () => import('./Review') },
    { path: '/enterprise/import', permission: 'enterprise.review', page: () => import('./Import') },
    { path: '/enterprise/duplicates', permission: 'enterprise.review', page: () => import('./Duplicates') },
    { path: '/enterprise/entries/:id', permission: 'enterprise.view', page: () => import('./Entry') },
    { path: '/enterprise/attraction', permission: 'enterprise.lead.view', page: () => import('./Attraction') },
    { path: '/enterprise/attraction/new', permission: 'enterprise.lead.follow', page: () => import('./AttractionForm') },
    { path: '/enterprise/attraction/:id', permission: 'enterprise.lead.view', page: () => import('./AttractionLead') },
    { path: '/enterprise/services', permission: 'enterprise.service.view', page: () => import('./Services') },
    { path: '/enterprise/services/new', permission: 'enterprise.service.record', page: () => import('./ServiceForm') },
    { path: '/enterprise/services/import', permission: 'enterprise.service.record', page: () => import('./ServiceImport') },
    { path: '/enterprise/services/samples/:id', permission: 'enterprise.service.count', page: () => import('./ServiceSample') },
    { path: '/enterprise/services/:id', permission: 'enterprise.service.view', page: () => import('./Service') },
    { path: '/enterprise/policies', permission: 'enterprise.policy.view', page: () => import('./Policies') },
    { path: '/enterprise/policies/new', permission: 'enterprise.policy.edit', page: () => import('./PolicyForm') },
    { path: '/enterprise/policies/:id', permission: 'enterprise.policy.view', page: () => import('./Policy') },
    { path: '/enterprise/policies/:id/edit', permission: 'enterprise.policy.edit', page: () => import('./PolicyForm') },
    { path: '/enterprise/policy-applications/:id', permission: 'enterprise.policy.view', page: () => import('./PolicyApplication') },
    { path: '/enterprise/requests', permission: 'enterprise.view', page: () => import('./Requests') },
    { path: '/enterprise/requests/:id', permission: 'enterprise.view', page: () => import('./Request') },
    { path: '/enterprise/cultivation', permission: 'enterprise.cultivation.view', page: () => import('./Cultivation') },
    { path: '/enterprise/cultivation/ladders/new', permission: 'enterprise.cultivation.define', page: () => import('./LadderForm') },
    { path: '/enterprise/cultivation/ladders/:id', permission: 'enterprise.cultivation.publish', page: () => import('./Ladder') },
    { path: '/enterprise/cultivation/ladders/:id/edit', permission: 'enterprise.cultivation.define', page: () => import('./LadderForm') },
    { path: '/enterprise/cultivation/enterprises/:id', permission: 'enterprise.cultivation.run', page: () => import('./Standing') },
    { path: '/enterprise/diagnosis', permission: 'enterprise.diagnosis.view', page: () => import('./Diagnosis') },
    { path: '/enterprise/diagnosis/:id', permission: 'enterprise.diagnosis.view', page: () => import('./DiagnosisSheet') },
    { path: '/enterprise/providers', permission: 'enterprise.provider.view', page: () => import('./Providers') },
    { path: '/enterprise/providers/:id', permission: 'enterprise.provider.view', page: () => import('./Provider') },
    { path: '/enterprise/needs', permission: 'enterprise.need.view', page: () => import('./Needs') },
    { path: '/enterprise/needs/:id', permission: 'enterprise.need.view', page: () => import('./Need') },
  ],
}
