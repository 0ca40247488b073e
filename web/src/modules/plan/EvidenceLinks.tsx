import { PaperClipOutlined } from '@ant-design/icons'
import type { Evidence } from './data'
import { usePlanTexts } from './texts'

/** The files that show that a value is true. */
export function EvidenceLinks({ evidence }: { evidence: Evidence[] }) {
  const t = usePlanTexts()
  if (evidence.length === 0) return <span className="lh-muted">{t('values.noEvidence')}</span>
  return (
    <span className="lh-evidence">
      {evidence.map((e) => (
        <a key={e.id} href={`/api/plan/evidence/${e.id}`} download title={`SHA-256 ${e.sha256}`} aria-label={t('values.downloads', { name: e.name })}>
          <PaperClipOutlined aria-hidden /> {e.name}
        </a>
      ))}
    </span>
  )
}
