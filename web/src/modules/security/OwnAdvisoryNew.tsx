import { Card } from 'antd'
import { useNavigate } from 'react-router'
import { api, PageHeader, read, useChange } from '../../kernel'
import { OwnAdvisoryForm } from './OwnAdvisoryForm'
import { ownKey, useOwnTexts, type OwnDetail, type OwnDraft } from './ownTexts'

/** Writes an advisory of the city's own. */
export default function OwnAdvisoryNew() {
  const t = useOwnTexts()
  const go = useNavigate()
  const write = useChange<OwnDraft, OwnDetail>({ run: (body) => read(api.POST('/api/security/own-advisories', { body })), refresh: [ownKey], done: t('own.saved'), quiet: true, after: (x) => void go(`/security/own-advisories/${x.id}`) })
  return (
    <div className="lh-stack">
      <PageHeader title={t('own.write')} note={t('own.note')} />
      <Card><OwnAdvisoryForm submit={(v) => write.mutateAsync(v)} cancel={() => void go(-1)} /></Card>
    </div>
  )
}
