import type { Room } from '../../kernel'

/** The pages of assets and weaknesses. */
export const pages: Room['routes'] = [
  { path: '/security/assets', permission: 'security.view', page: () => import('./Assets') },
  { path: '/security/assets/import', permission: 'security.asset.write', page: () => import('./AssetImport') },
  { path: '/security/assets/inventory', permission: 'security.view', page: () => import('./AssetInventory') },
  { path: '/security/assets/comparison', permission: 'security.view', page: () => import('./AssetComparison') },
  { path: '/security/assets/plans/:id', permission: 'security.view', page: () => import('./AssetPlan') },
  { path: '/security/assets/plans/:id/import', permission: 'security.asset.write', page: () => import('./AssetPlanImport') },
  { path: '/security/assets/:id', permission: 'security.view', page: () => import('./Asset') },
  { path: '/security/advisories', permission: 'security.view', page: () => import('./Advisories') },
  { path: '/security/advisories/import', permission: 'security.advisory.import', page: () => import('./AdvisoryImport') },
  { path: '/security/advisories/:id', permission: 'security.view', page: () => import('./Advisory') },
  { path: '/security/listed-vulnerabilities', permission: 'security.view', page: () => import('./ListedVulnerabilities') },
  { path: '/security/listed-vulnerabilities/:number', permission: 'security.view', page: () => import('./ListedVulnerability') },
  { path: '/security/exposures', permission: 'security.view', page: () => import('./AdvisoryExposures') },
  { path: '/security/exposures/:id', permission: 'security.view', page: () => import('./AdvisoryExposure') },
]
