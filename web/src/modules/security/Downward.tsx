import { LinkButton, PageHeader, useLive } from '../../kernel'
import { UpwardReports } from './UpwardReports'
import { upwardKey, useUpwardTexts } from './upwardTexts'

/** Notices that go down. */
export default function Downward() {
  const t = useUpwardTexts()
  useLive('security.upward', upwardKey)
  return (
    <div className="lh-stack">
      <PageHeader title={t('down.title')} note={t('down.note')} actions={<LinkButton to="/security/downward/channels">{t('down.channels')}</LinkButton>} />
      <UpwardReports direction="down" />
    </div>
  )
}
