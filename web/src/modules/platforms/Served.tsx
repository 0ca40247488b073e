import { useMay } from '../../kernel'
import type { PlatformDetail } from './data'
import { ReachLists } from './ReachLists'
import { ReachUpload } from './ReachUpload'
import { usePlatformTexts } from './texts'

/** The enterprises that a platform serves: its list of a month, and what it sent before. */
export function Served({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const may = useMay()
  return (
    <div className="lh-stack">
      {may('platforms.backfill') && <ReachUpload path={`/api/platforms/${platform.id}/served`} template="served" note={t('reach.servedNote')} />}
      <ReachLists platform={platform.id} />
    </div>
  )
}
