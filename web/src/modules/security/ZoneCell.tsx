import { Button, Card, Flex } from 'antd'
import { useState } from 'react'
import { LinkButton, PlainTable, StatusTag, useFormat, type Schema } from '../../kernel'
import { ClassTag } from './baselineWays'
import { ConduitDrawer } from './ConduitForm'
import { Passes, Protocols } from './Conduits'
import { ZoneTake } from './ZoneActs'
import { standingTone, useZoneTexts, type Conduit, type Flow, type Plan, type Standing } from './zoneTexts'

type Line = Schema<'ZoneFlowLine'>
type Talker = Schema<'ZoneFlowTalker'>

/** What one zone asks of another: the conduits, the protocols, who speaks, and what can be done. */
export function ZoneCell({ plan: p, flow: x }: { plan: Plan; flow: Flow }) {
  const t = useZoneTexts()
  const [declaring, setDeclaring] = useState(false)
  const ways = p.ways.filter((c) => c.client_zone === x.client_zone && c.server_zone === x.server_zone)
  const left = x.standing === 'undeclared' || x.standing === 'reading'
  const between = x.client_zone !== '' && x.server_zone !== '' && x.client_zone !== x.server_zone
  return (
    <div className="lh-stack">
      <span className="lh-two"><Mark standing={x.standing} /><span className="lh-muted">{t(`zone.standingNotes.${x.standing}`)}</span></span>
      {between && (
        <Flex gap={8} wrap>
          {p.may && left && <ZoneTake flows={[x]} label={t('zone.act.take')} />}
          {p.may && <Button onClick={() => setDeclaring(true)}>{t('zone.act.declare')}</Button>}
          {p.own && left && p.enforced && <LinkButton to={`/security/alerts?client_zone=${encodeURIComponent(x.client_zone)}&server_zone=${encodeURIComponent(x.server_zone)}`}>{t('zone.cell.alerts')}</LinkButton>}
        </Flex>
      )}
      {between && (
        <Card size="small" title={t('zone.cell.conduits')}>
          {ways.length === 0 ? <p className="lh-note">{t('zone.cell.noConduits')}</p> : (
            <PlainTable<Conduit>
              label={t('zone.cell.conduits')} rowKey={(c) => c.id} dataSource={ways}
              columns={[{ title: t('zone.field.protocols'), render: (_, c) => <Protocols list={c.protocols} /> }, { title: t('zone.field.commands'), render: (_, c) => <Passes commands={c.commands} /> }, { title: t('zone.field.note'), render: (_, c) => <span className="lh-two lh-wrap"><span>{c.note}</span><span className="lh-muted">{c.responsible}</span></span> }]}
            />
          )}
        </Card>
      )}
      <Card size="small" title={t('zone.cell.lines')}>{x.lines.length === 0 ? <p className="lh-note">{t('zone.cell.noLines')}</p> : <Lines flow={x} />}</Card>
      {x.talkers.length > 0 && <Card size="small" title={t('zone.cell.talkers')}><Talkers flow={x} /></Card>}
      <ConduitDrawer plan={p} show={declaring} close={() => setDeclaring(false)} from={x.client_zone} to={x.server_zone} />
    </div>
  )
}

function Mark({ standing }: { standing: Standing }) {
  const t = useZoneTexts()
  return <StatusTag tone={standingTone[standing]}>{t(`zone.standings.${standing}`)}</StatusTag>
}

function Lines({ flow: x }: { flow: Flow }) {
  const t = useZoneTexts()
  const f = useFormat()
  return (
    <PlainTable<Line>
      label={t('zone.cell.lines')} rowKey={(l) => l.protocol} dataSource={x.lines}
      columns={[
        { title: t('zone.field.protocols'), render: (_, l) => <span className="lh-code">{l.protocol}</span> },
        { title: t('zone.field.classes'), render: (_, l) => <Flex gap="0 10px" wrap>{l.classes.map((c) => <ClassTag key={c} name={c} />)}</Flex> },
        { title: t('zone.field.standing'), render: (_, l) => <Mark standing={l.standing} /> },
        { title: t('zone.field.last'), responsive: ['md'], render: (_, l) => <span className="lh-number">{f.time(l.last_at)}</span> },
      ]}
    />
  )
}

function Talkers({ flow: x }: { flow: Flow }) {
  const t = useZoneTexts()
  const f = useFormat()
  const one = (addr: string, asset: string) => <span className="lh-two lh-wrap"><span className="lh-code">{addr}</span><span className="lh-muted">{asset || t('zone.cell.noAsset')}</span></span>
  return (
    <>
      <PlainTable<Talker>
        label={t('zone.cell.talkers')} rowKey={(y) => `${y.client} ${y.server}`} dataSource={x.talkers}
        columns={[
          { title: t('zone.field.pair'), render: (_, y) => <Flex gap={8} align="center">{one(y.client, y.client_asset)}<span aria-hidden="true">→</span>{one(y.server, y.server_asset)}</Flex> },
          { title: t('zone.field.protocols'), render: (_, y) => <Protocols list={y.protocols} /> },
          { title: t('zone.field.standing'), responsive: ['sm'], render: (_, y) => <Mark standing={y.standing} /> },
        ]}
      />
      {x.pairs > x.talkers.length && <p className="lh-note">{t('zone.cell.more', { n: f.number(x.pairs, 0), most: x.talkers.length })}</p>}
    </>
  )
}
