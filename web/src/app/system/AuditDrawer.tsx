import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { CopyBlock, none, Particulars, request, useFormat } from '../../kernel'
import { AuditChanges } from './AuditChanges'
import { useOrganisations, type AuditEntry } from './data'
import type { Document } from './openapi'
import { useSystemTexts } from './texts'

/** Everything that the log holds of one act. */
export function AuditDrawer({ entry, close, outcome }: { entry: AuditEntry | null; close: () => void; outcome: ReactNode }) {
  const t = useSystemTexts()
  return (
    <Drawer open={entry !== null} onClose={close} size={640} title={entry && t('audit.entry', { seq: entry.seq })} destroyOnHidden>
      {entry && <Details entry={entry} outcome={outcome} close={close} />}
    </Drawer>
  )
}

/** What the route of an act is for, and what it asks for, as the API describes itself. */
function useRoute(action: string) {
  const doc = useQuery({ queryKey: ['openapi'], queryFn: () => request<Document>('/api/openapi.json'), staleTime: Infinity })
  const [method = '', path = ''] = action.split(' ')
  return doc.data?.paths[path]?.[method.toLowerCase()]
}

function Details({ entry: e, outcome, close }: { entry: AuditEntry; outcome: ReactNode; close: () => void }) {
  const t = useSystemTexts()
  const f = useFormat()
  const organisations = useOrganisations()
  const route = useRoute(e.action)
  const code = (text: string | undefined) => (text ? <span className="lh-code lh-break">{text}</span> : none)
  const rows: [string, ReactNode][] = [
    [t('field.time'), <span key="at" className="lh-number">{f.time(e.at)}</span>],
    [t('field.outcome'), outcome],
    [t('field.actor'), <span key="actor" className="lh-two"><span>{e.actor_name || (e.actor === 'nobody' ? t('audit.nobody') : none)}</span>{code(e.actor)}</span>],
    [t('field.organisation'), e.organisation_id ? organisations.name(e.organisation_id) : none],
    [t('field.action'), <span key="action" className="lh-two"><span>{route?.summary ?? none}</span>{code(e.action)}</span>],
    [t('audit.permission'), code(e.permission ?? route?.['x-permission'])],
    [t('field.object'), code(e.object)],
    [t('field.detail'), e.detail ? <span className="lh-break">{e.detail}</span> : none],
    [t('field.ip'), code(e.ip)],
    [t('audit.session'), code(e.session)],
    [t('audit.factors'), code(e.factors)],
    [t('field.request'), code(e.request_id)],
    ['ID', code(e.id)],
  ]
  return (
    <div className="lh-stack">
      <Particulars items={rows.map(([label, children]) => ({ key: label, label, children }))} />
      <AuditChanges changes={e.changes ?? []} />
      <CopyBlock label={t('field.hash')} text={e.hash} />
      <p className="lh-muted">{t('audit.hashNote')}</p>
      <p>
        <Link to={`/system/audit?by=${encodeURIComponent(e.actor)}`} onClick={close}>{t('audit.byActor')}</Link>
      </p>
    </div>
  )
}
