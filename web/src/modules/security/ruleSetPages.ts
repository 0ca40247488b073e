import type { Room } from '../../kernel'

/** The pages of rules that somebody brought. */
export const pages: Room['routes'] = [
  { path: '/security/rule-sets/import', permission: 'security.rule.bring', page: () => import('./RuleSetImport') },
  { path: '/security/rule-sets/:id', permission: 'security.alert.view', page: () => import('./RuleSet') },
]
