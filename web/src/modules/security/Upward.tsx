import { LinkButton, PageHeader, useLive } from '../../kernel'
import { UpwardReports } from './UpwardReports'
import { upwardKey, useUpwardTexts } from './upwardTexts'

/** Notices that are reported to upper levels. */
export default function Upward() {
  const t = useUpwardTexts()
  useLive('security.upward', upwardKey)
  return (
    <div className="lh-stack">
      <PageHeader title={t('upward.title')} note={t('upward.note')} actions={<LinkButton to="/security/upward/levels">{t('upward.levels')}</LinkButton>} />
      <UpwardReports />
    </div>
  )
}
