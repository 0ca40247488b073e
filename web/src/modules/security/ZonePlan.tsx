import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, EmptyState, Failure, LinkButton, Loading, PageHeader, PageTabs, read, StatusTag, SyntheticMark, useFormat, useText } from '../../kernel'
import { ConduitDrawer } from './ConduitForm'
import { Conduits } from './Conduits'
import { ZoneActs, ZoneTake } from './ZoneActs'
import { ZoneCell } from './ZoneCell'
import { ZoneMatrix } from './ZoneMatrix'
import { open, useZoneTexts, zoneKey, type Flow, type Plan } from './zoneTexts'
import { ZoneUnplaced } from './ZoneUnplaced'

/** The zones of an enterprise: what it declared, and what sensors saw. */
export function ZonePlan({ organisation }: { organisation: string }) {
  const t = useZoneTexts()
  const plan = useQuery({ queryKey: [...zoneKey, 'plan', organisation], queryFn: () => read(api.GET('/api/security/zones', { params: { query: organisation ? { organisation } : {} } })), refetchInterval: 60_000 })
  if (plan.data) return <Page plan={plan.data} />
  return plan.error ? <><PageHeader title={t('zone.title')} /><Failure problem={plan.error} retry={() => void plan.refetch()} /></> : <Loading />
}

function Page({ plan: p }: { plan: Plan }) {
  const t = useZoneTexts()
  const text = useText()
  const f = useFormat()
  const [params, setParams] = useSearchParams()
  const [declaring, setDeclaring] = useState(false)
  const empty = p.shown.length === 0 && p.ways.length === 0
  const counted = (label: string, n: number) => (n > 0 ? `${label} (${f.number(n, 0)})` : label)
  return (
    <div className="lh-stack">
      <PageHeader
        title={p.own ? t('zone.title') : text(p.enterprise)} note={p.own ? t('zone.note') : t('zone.title')}
        marks={!empty && <>{p.synthetic && <SyntheticMark />}<StatusTag tone={p.enforced ? 'good' : 'idle'}>{t(p.enforced ? 'zone.enforced' : 'zone.declared')}</StatusTag></>}
        actions={p.may && !empty && <><ZoneActs plan={p} /><Button type="primary" onClick={() => setDeclaring(true)}>{t('zone.act.declare')}</Button></>}
      />
      {empty ? (
        <EmptyState title={t(p.own ? 'zone.empty.title' : 'zone.empty.theirs')} note={p.own && t('zone.empty.note')} action={p.own && <LinkButton to="/security/assets" type="primary">{t('zone.empty.action')}</LinkButton>} />
      ) : (
        <>
          <Gaps plan={p} />
          <PageTabs
            label={t('zone.tabs.parts')} active={params.get('tab') ?? 'matrix'} change={(tab) => setParams({ tab }, { replace: true })}
            items={[
              { key: 'matrix', label: t('zone.tabs.matrix'), children: <Comparison plan={p} /> },
              { key: 'conduits', label: counted(t('zone.tabs.conduits'), p.ways.length), children: <Conduits plan={p} /> },
              { key: 'unplaced', label: counted(t('zone.tabs.unplaced'), p.unplaced_total), children: <ZoneUnplaced plan={p} /> },
            ]}
          />
        </>
      )}
      <ConduitDrawer plan={p} show={declaring} close={() => setDeclaring(false)} />
    </div>
  )
}

/** Why it stands so, and what is missing in the comparison. */
function Gaps({ plan: p }: { plan: Plan }) {
  const t = useZoneTexts()
  const f = useFormat()
  return (
    <>
      {p.sensors === 0 && <Alert type="warning" showIcon title={t('zone.noSensors')} description={t(p.own ? 'zone.noSensorsNote' : 'zone.noSensorsTheirs')} />}
      {p.hidden > 0 && p.sensors > 0 && <Alert type="warning" showIcon title={t('zone.hidden', { n: f.number(p.hidden, 0) })} />}
      {p.changed_at && <p className="lh-note">{[p.reason && t('zone.reasonIs', { reason: p.reason }), t('zone.changedBy', { name: p.by, time: f.time(p.changed_at) })].filter(Boolean).join(' · ')}</p>}
      {p.beyond > 0 && <Alert type="warning" showIcon title={t('zone.beyond', { n: f.number(p.beyond, 0) })} />}
    </>
  )
}

function Comparison({ plan: p }: { plan: Plan }) {
  const t = useZoneTexts()
  const [cell, setCell] = useState<Pick<Flow, 'client_zone' | 'server_zone'>>()
  const name = (zone: string) => zone || t('zone.none')
  const picked = cell && p.flows.find((x) => x.client_zone === cell.client_zone && x.server_zone === cell.server_zone)
  const left = open(p)
  return (
    <div className="lh-stack">
      {p.may && left.length > 1 && <div><ZoneTake flows={left} label={t('zone.act.takeAll', { n: left.length })} /></div>}
      <ZoneMatrix plan={p} pick={setCell} />
      <Drawer title={picked && `${name(picked.client_zone)} → ${name(picked.server_zone)}`} open={picked !== undefined} onClose={() => setCell(undefined)} size="large" destroyOnHidden>
        {picked && <ZoneCell plan={p} flow={picked} />}
      </Drawer>
    </div>
  )
}
