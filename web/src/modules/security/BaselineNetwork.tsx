import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, EmptyState, Failure, Loading, PlainTable, read, StatusTag, useFormat, usePalette, type Palette, type Schema } from '../../kernel'
import { GraphCanvas, type DrawnEdge, type DrawnNode } from '../../lib/graph/GraphCanvas'
import { baselineKey, useBaselineTexts, verdictTone } from './baselineTexts'
import { ClassTag } from './baselineWays'
import './sensor.css'

type Network = Schema<'BaselineNetwork'>
type NetworkLink = Network['links'][number]
const parts = ['asks', 'answers', 'both'] as const

const coloursOf = (p: Palette): Record<(typeof parts)[number], string> => ({ asks: p.series[0]!, answers: p.series[1]!, both: p.series[2]! })

/** What was learned as a picture, and as a list for who cannot see it. */
export function BaselineNetwork({ id }: { id: string }) {
  const t = useBaselineTexts()
  const network = useQuery({ queryKey: [...baselineKey, 'network', id], queryFn: () => read(api.GET('/api/security/baselines/{id}/network', { params: { path: { id } } })), staleTime: 30_000 })
  if (network.error) return <Failure problem={network.error} retry={() => void network.refetch()} />
  if (!network.data) return <Loading />
  return network.data.nodes.length === 0 ? <EmptyState title={t('baseline.network.empty')} /> : <Drawn network={network.data} />
}

function Drawn({ network }: { network: Network }) {
  const t = useBaselineTexts()
  const f = useFormat()
  const colours = usePalette()
  const [params, setParams] = useSearchParams()
  const picked = params.get('at') ?? ''
  const pick = (addr: string) => setParams((now) => { now.set('at', addr); return now }, { replace: true })
  const nodes = useMemo<DrawnNode[]>(() => network.nodes.map((n) => ({ id: n.addr, label: n.place.name || n.addr, colour: coloursOf(colours)[n.part] })), [network, colours])
  const edges = useMemo<DrawnEdge[]>(() => {
    const place = new Map(network.nodes.map((n, i) => [n.addr, i]))
    return network.links.map((l) => ({ from: place.get(l.client)!, to: place.get(l.server)! }))
  }, [network])
  const ink = useMemo(() => ({ text: colours.text, line: colours.muted, surface: colours.surface, accent: colours.accent }), [colours])
  const heads = [t('baseline.network.nodes', { n: f.number(network.nodes.length, 0) }), t('baseline.network.links', { n: f.number(network.links.length, 0) }), ...(network.hidden > 0 ? [t('baseline.network.hidden', { n: f.number(network.hidden, 0) })] : [])]
  const shown = picked ? network.links.filter((l) => l.client === picked || l.server === picked) : network.links
  return (
    <div className="lh-main-side">
      <Card size="small" title={heads.join(' · ')}>
        <GraphCanvas nodes={nodes} edges={edges} selected={picked} pick={pick} label={t('baseline.network.title')} colours={ink} />
        <p className="lh-sensor-legend">{parts.map((p) => <span key={p}><span className="lh-sensor-dot" style={{ background: coloursOf(colours)[p] }} />{t(`baseline.network.part.${p}`)}</span>)}</p>
      </Card>
      <Card size="small" title={picked || t('baseline.network.links1')} extra={picked && <Link to={`?tab=review&verdict=&host=${encodeURIComponent(picked)}`}>{t('baseline.network.see')}</Link>}>
        {!picked && <p className="lh-note">{t('baseline.network.pickNote')}</p>}
        <Links list={shown} pick={pick} />
      </Card>
    </div>
  )
}

function Links({ list, pick }: { list: NetworkLink[]; pick: (addr: string) => void }) {
  const t = useBaselineTexts()
  const button = (addr: string) => <button type="button" className="lh-link lh-code" onClick={() => pick(addr)}>{addr}</button>
  return (
    <PlainTable<NetworkLink>
      label={t('baseline.network.links1')} rowKey={(l) => `${l.client} ${l.server}`} dataSource={list} pagination={list.length > 12 ? { pageSize: 12, showSizeChanger: false } : false}
      columns={[
        { title: t('baseline.network.links1'), render: (_, l) => <span className="lh-two lh-wrap"><span>{button(l.client)} → {button(l.server)}</span><span>{l.protocols.join(', ')} {l.classes.map((c) => <ClassTag key={c} name={c} />)}</span></span> },
        { title: t('baseline.field.verdict'), render: (_, l) => <StatusTag tone={verdictTone[l.verdict]}>{t(`baseline.verdicts.${l.verdict}`)}</StatusTag> },
      ]}
    />
  )
}
