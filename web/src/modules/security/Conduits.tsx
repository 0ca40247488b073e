import { Alert, Button, Flex } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, ifMatch, read, StatusTag, useChange, type Column } from '../../kernel'
import { ConduitDrawer } from './ConduitForm'
import { useZoneTexts, zoneKey, type Conduit, type Plan } from './zoneTexts'

/** The conduits of an enterprise. */
export function Conduits({ plan: p }: { plan: Plan }) {
  const t = useZoneTexts()
  const [editing, setEditing] = useState<Conduit>()
  const zone = (name: string, gone: boolean) => <span className="lh-two lh-wrap"><span>{name}</span>{gone && <StatusTag tone="warn">{t('zone.gone')}</StatusTag>}</span>
  const columns: Column<Conduit>[] = [
    { key: 'client', title: t('zone.field.client'), sort: 'client_zone', render: (c) => zone(c.client_zone, c.no_clients) },
    { key: 'server', title: t('zone.field.server'), sort: 'server_zone', render: (c) => zone(c.server_zone, c.no_servers) },
    { key: 'protocols', title: t('zone.field.protocols'), render: (c) => <span className="lh-two"><Protocols list={c.protocols} /><span className="lh-narrow-only"><Passes commands={c.commands} /></span></span> },
    { key: 'commands', title: t('zone.field.commands'), from: 'md', render: (c) => <Passes commands={c.commands} /> },
    { key: 'note', title: t('zone.field.note'), from: 'lg', render: (c) => <span className="lh-two lh-wrap"><span>{c.note}</span><span className="lh-muted">{c.responsible}</span></span> },
    ...(p.may ? [{ key: 'acts', title: '', align: 'right' as const, render: (c: Conduit) => <span className="lh-actions"><Button size="small" onClick={() => setEditing(c)}>{t('zone.act.change')}</Button><Remove conduit={c} /></span> }] : []),
  ]
  return (
    <div className="lh-stack">
      {p.ways.some((c) => c.no_clients || c.no_servers) && <Alert type="warning" showIcon title={t('zone.gone')} description={t('zone.goneNote')} />}
      <DataTable<Conduit>
        url="/api/security/conduits" fixed={{ organisation: p.organisation_id }} queryKey={[...zoneKey, 'conduits']} label={t('zone.tabs.conduits')} rowKey={(c) => c.id} columns={columns} search={t('zone.conduits.search')} exports prefix="c." views=""
        filters={[{ name: 'zone', label: t('zone.field.zone'), options: p.shown.map((z) => ({ value: z.name, label: z.name })) }, { name: 'commands', label: t('zone.field.commands'), options: [{ value: 'yes', label: t('zone.commandsYes') }, { value: 'no', label: t('zone.commandsNo') }] }]}
        empty={<EmptyState title={t(p.own ? 'zone.conduits.empty' : 'zone.conduits.theirs')} note={p.may && t('zone.conduits.emptyNote')} />}
      />
      <ConduitDrawer plan={p} show={editing !== undefined} close={() => setEditing(undefined)} {...(editing ? { conduit: editing } : {})} />
    </div>
  )
}

/** Protocols, or that any may pass. */
export function Protocols({ list }: { list: string[] }) {
  const t = useZoneTexts()
  return list.length === 0 ? <>{t('zone.anyProtocol')}</> : <Flex gap="0 8px" wrap>{list.map((x) => <span key={x} className="lh-code">{x}</span>)}</Flex>
}

/** Whether commands pass. */
export function Passes({ commands }: { commands: boolean }) {
  const t = useZoneTexts()
  return <StatusTag tone={commands ? 'warn' : 'good'}>{t(commands ? 'zone.commandsYes' : 'zone.commandsNo')}</StatusTag>
}

function Remove({ conduit: c }: { conduit: Conduit }) {
  const t = useZoneTexts()
  const remove = useChange({ run: () => read(api.DELETE('/api/security/conduits/{id}', { params: { path: { id: c.id }, header: ifMatch(c.version) } })), refresh: [zoneKey], done: t('zone.act.removed'), quiet: true })
  return <Confirm title={t('zone.act.removeAsk')} label={t('zone.act.remove')} button={{ size: 'small' }} note={<p>{t('zone.act.removeNote', { client: c.client_zone, server: c.server_zone })}</p>} run={() => remove.mutateAsync()} />
}
