import { Checkbox, Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, ifMatch, read, useChange } from '../../kernel'
import { open, useZoneTexts, zoneKey, type Flow, type Plan } from './zoneTexts'

/** Enforces the conduits, or stops that. */
export function ZoneActs({ plan: p }: { plan: Plan }) {
  const t = useZoneTexts()
  const [reason, setReason] = useState('')
  const act = p.enforced ? 'stop' : 'enforce'
  const change = useChange({ run: () => read(api.PUT('/api/security/zones/enforcement', { params: { header: ifMatch(p.version) }, body: { enforced: !p.enforced, reason } })), refresh: [zoneKey], done: t('zone.act.done'), quiet: true, after: () => setReason('') })
  if (p.ways.length === 0) return null
  return (
    <Confirm title={t(`zone.act.${act}`)} label={t(`zone.act.${act}`)} danger={p.enforced} disabled={reason.trim() === ''} note={<p>{t(`zone.act.${act}Note`, { n: open(p).length })}</p>} run={() => change.mutateAsync()}>
      <Input.TextArea aria-label={t('zone.field.reason')} placeholder={t('zone.act.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} />
    </Confirm>
  )
}

/** Takes over what was seen and no conduit covers. */
export function ZoneTake({ flows, label }: { flows: Flow[]; label: string }) {
  const t = useZoneTexts()
  const [commands, setCommands] = useState(false)
  const [note, setNote] = useState('')
  const asked = flows.some((x) => x.lines.some((l) => l.commands && (l.standing === 'undeclared' || l.standing === 'reading')))
  const body = { flows: flows.map((x) => ({ client_zone: x.client_zone, server_zone: x.server_zone })), commands, note, responsible: '' }
  const take = useChange({ run: () => read(api.POST('/api/security/zones/takeover', { body })), refresh: [zoneKey], done: t('zone.act.taken'), quiet: true })
  return (
    <Confirm title={t('zone.act.takeAsk')} label={t('zone.act.take')} danger={false} button={{ children: label }} note={<><p>{t('zone.act.takeNote')}</p><ul>{flows.map((x) => <li key={`${x.client_zone} ${x.server_zone}`}>{x.client_zone} → {x.server_zone}</li>)}</ul></>} run={() => take.mutateAsync()}>
      {asked && <p><Checkbox checked={commands} onChange={(e) => setCommands(e.target.checked)}>{t('zone.act.takeCommands')}</Checkbox></p>}
      <Input.TextArea aria-label={t('zone.field.note')} placeholder={t('zone.field.note')} maxLength={500} value={note} onChange={(e) => setNote(e.target.value)} />
    </Confirm>
  )
}
