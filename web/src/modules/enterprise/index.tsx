import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** Services for enterprises: the directory. */
export const room: Room = {
  name: 'enterprise',
  texts: { zh, en },
  routes: [
    { path: '/enterprise', permission: 'enterprise.view', page: () => import('./Directory') },
    { path: '/enterprise/diagnosis', permission: 'enterprise.diagnosis.view', page: () => import('./Diagnosis') },
    { path: '/enterprise/diagnosis/:id', permission: 'enterprise.diagnosis.view', page: () => import('./DiagnosisSheet') },
  ],
}
