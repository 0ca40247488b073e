import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, EmptyState, Failure, Loading, PlainTable, read, StatusTag, useFormat, usePalette, type Palette } from '../../kernel'
import { GraphCanvas, type DrawnEdge, type DrawnNode } from '../../lib/graph/GraphCanvas'
import { classTone, sensorKey, useSensorTexts, type TalkNetwork } from './sensors'
import { recordsOf } from './SensorPairs'
import './sensor.css'

type Node = TalkNetwork['nodes'][number]
type Line = TalkNetwork['links'][number]
const parts = ['asks', 'answers', 'both'] as const

const coloursOf = (p: Palette): Record<Node['part'], string> => ({ asks: p.series[0]!, answers: p.series[1]!, both: p.series[2]! })

/** Who speaks with whom as a picture, and as a list for who cannot see it. */
export function SensorNetwork({ id }: { id: string }) {
  const t = useSensorTexts()
  const network = useQuery({ queryKey: [...sensorKey, 'network', id], queryFn: () => read(api.GET('/api/security/sensors/{id}/network', { params: { path: { id } } })), staleTime: 60_000 })
  if (network.error) return <Failure problem={network.error} retry={() => void network.refetch()} />
  if (!network.data) return <Loading />
  return network.data.nodes.length === 0 ? <EmptyState title={t('sensor.network.empty')} note={t('sensor.pairs.emptyNote')} /> : <Drawn network={network.data} />
}

function Drawn({ network }: { network: TalkNetwork }) {
  const t = useSensorTexts()
  const f = useFormat()
  const colours = usePalette()
  const [params, setParams] = useSearchParams()
  const picked = params.get('host') ?? ''
  const pick = (addr: string) => setParams((now) => { now.set('host', addr); return now }, { replace: true })
  const nodes = useMemo<DrawnNode[]>(() => network.nodes.map((n) => ({ id: n.addr, label: n.addr, colour: coloursOf(colours)[n.part] })), [network, colours])
  const edges = useMemo<DrawnEdge[]>(() => {
    const place = new Map(network.nodes.map((n, i) => [n.addr, i]))
    return network.links.map((l) => ({ from: place.get(l.client)!, to: place.get(l.server)! }))
  }, [network])
  const ink = useMemo(() => ({ text: colours.text, line: colours.muted, surface: colours.surface, accent: colours.accent }), [colours])
  const heads = [t('sensor.network.nodes', { n: f.number(network.nodes.length, 0) }), t('sensor.network.links', { n: f.number(network.links.length, 0) }), ...(network.hidden > 0 ? [t('sensor.network.hidden', { n: f.number(network.hidden, 0) })] : [])]
  return (
    <div className="lh-stack">
      <div className="lh-main-side">
        <Card size="small" title={heads.join(' · ')}>
          <GraphCanvas nodes={nodes} edges={edges} selected={picked} pick={pick} label={t('sensor.network.title')} colours={ink} />
          <p className="lh-sensor-legend">{parts.map((p) => <span key={p}><span className="lh-sensor-dot" style={{ background: coloursOf(colours)[p] }} />{t(`sensor.network.part.${p}`)}</span>)}</p>
        </Card>
        <Card size="small" title={picked || t('sensor.network.pick')} extra={picked && <Link to={`?tab=pairs&p.host=${encodeURIComponent(picked)}`}>{t('sensor.network.seePairs')}</Link>}>
          {picked ? <Neighbours network={network} host={picked} pick={pick} /> : <p className="lh-note">{t('sensor.network.note')}</p>}
        </Card>
      </div>
      <Card size="small" title={t('sensor.network.list')}>
        <PlainTable<Node>
          label={t('sensor.network.list')} rowKey="addr" dataSource={network.nodes} pagination={network.nodes.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('sensor.field.host'), render: (_, n) => <button type="button" className="lh-link lh-code" onClick={() => pick(n.addr)}>{n.addr}</button> },
            { title: t('sensor.network.part1'), render: (_, n) => t(`sensor.network.part.${n.part}`) },
            { title: t('sensor.field.first'), responsive: ['md'], render: (_, n) => <span className="lh-number">{f.time(n.first_at)}</span> },
            { title: t('sensor.field.units'), align: 'right', render: (_, n) => <span className="lh-number">{f.number(n.units, 0)}</span> },
          ]}
        />
      </Card>
    </div>
  )
}

function Neighbours({ network, host, pick }: { network: TalkNetwork; host: string; pick: (addr: string) => void }) {
  const t = useSensorTexts()
  const side = (title: string, list: Line[], other: 'client' | 'server') => list.length > 0 && (
    <>
      <div className="lh-muted">{title}</div>
      <ul className="lh-values">
        {list.map((l) => (
          <li key={l[other]}>
            <span className="lh-two"><button type="button" className="lh-link lh-code" onClick={() => pick(l[other])}>{l[other]}</button><span>{l.protocols.join(', ')}</span></span>
            <span className="lh-two lh-sensor-end"><span>{l.classes.map((c) => <StatusTag key={c} tone={classTone[c] ?? 'idle'}>{t(`sensor.classes.${c as 'read'}`)}</StatusTag>)}</span><Link to={recordsOf(l)}>{t('sensor.pairs.records')}</Link></span>
          </li>
        ))}
      </ul>
    </>
  )
  return (
    <>
      {side(t('sensor.network.asksWhom'), network.links.filter((l) => l.client === host), 'server')}
      {side(t('sensor.network.askedBy'), network.links.filter((l) => l.server === host), 'client')}
    </>
  )
}
