import type { Room } from '../../kernel'

/** The pages of notices. */
export const pages: Room['routes'] = [
  { path: '/security/notices', permission: 'security.notice.read', page: () => import('./Notices') },
  { path: '/security/notices/new', permission: 'security.notice.write', page: () => import('./NoticeNew') },
  { path: '/security/notices/:id', permission: 'security.notice.read', page: () => import('./Notice') },
  { path: '/security/assignments', permission: 'security.view', page: () => import('./NoticeAssignments') },
  { path: '/security/assignments/:id', permission: 'security.view', page: () => import('./NoticeAssignment') },
  { path: '/security/drills', permission: 'security.notice.read', page: () => import('./NoticeDrills') },
  { path: '/security/drills/:id', permission: 'security.notice.read', page: () => import('./NoticeDrill') },
]
