import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Card, Select } from 'antd'
import { useMemo, useRef } from 'react'
import { useSearchParams } from 'react-router'
import { api, EmptyState, Failure, LinkButton, Loading, PageHeader, PlainTable, read, SyntheticMark, useFormat, useLive, usePalette } from '../../kernel'
import { GraphCanvas, type DrawnEdge, type DrawnNode, type GraphPictures } from '../../lib/graph/GraphCanvas'
import { useSource, Way } from './Answer'
import { Days } from './Chain'
import { roomKey, topic, useName, type Picture } from './data'
import { save } from './picture'
import { NodeField } from './Questions'
import { useAtlasTexts } from './texts'
import './atlas.css'

const kinds = ['enterprise', 'outside', 'organisation', 'chain', 'stage', 'scenario', 'platform', 'resolver', 'sensor', 'target', 'capability', 'product', 'technology'] as const

/** The colour of each kind; what is not named is grey. */
function coloursOf(p: ReturnType<typeof usePalette>): Record<string, string> {
  const places = { enterprise: 0, scenario: 1, chain: 2, stage: 3, platform: 4, technology: 5, product: 6, capability: 7 }
  return { outside: p.bad, ...Object.fromEntries(Object.entries(places).map(([kind, i]) => [kind, p.series[i] ?? p.accent])) }
}

/** The graph as a picture: its most important nodes, or what is around one, on a day. */
export default function Explorer() {
  const t = useAtlasTexts()
  const [params, setParams] = useSearchParams()
  useLive(topic, roomKey)
  const at = (name: string) => params.get(name) ?? ''
  const set = (values: Record<string, string>) => setParams((now) => {
    for (const [name, value] of Object.entries(values)) if (value) now.set(name, value); else now.delete(name)
    return now
  })
  const [node, day, hops, limit] = [at('node'), at('day'), Number(at('hops')) || 2, Number(at('limit')) || 1000]
  const shown = at('kinds') ? at('kinds').split(',') : []
  const picture = useQuery({
    queryKey: [...roomKey, 'picture', node, hops, shown, limit, day], placeholderData: keepPreviousData,
    queryFn: () => (node
      ? read(api.GET('/api/atlas/graph/around', { params: { query: { node, hops, limit, ...(day ? { day } : {}) } } }))
      : read(api.GET('/api/atlas/graph/part', { params: { query: { limit, ...(shown.length > 0 ? { nodes: shown } : {}), ...(day ? { day } : {}) } } }))),
  })
  return (
    <div className="lh-stack">
      <PageHeader title={t('explorer.title')} note={t('explorer.note')} />
      <Card size="small">
        <div className="lh-atlas-ask">
          <NodeField label={t('explorer.find')} value={node} set={(v) => set({ node: v ?? '', pick: v ?? '' })} />
          {node ? (
            <label className="lh-atlas-field">{t('explorer.hops')}<Select value={hops} onChange={(n) => set({ hops: String(n) })} options={[1, 2, 3, 4].map((n) => ({ value: n, label: t('explorer.hop', { n }) }))} /></label>
          ) : (
            <label className="lh-atlas-field">{t('explorer.kinds')}<Select mode="multiple" maxTagCount="responsive" placeholder={t('ask.anywhere')} value={shown} onChange={(list) => set({ kinds: list.join(',') })} options={kinds.map((k) => ({ value: k, label: t(`nodes.${k}`) }))} /></label>
          )}
          <label className="lh-atlas-field">{t('explorer.limit')}<Select value={limit} onChange={(n) => set({ limit: String(n) })} options={[200, 1000, 3000, 5000].map((n) => ({ value: n, label: n }))} /></label>
          {node && <Button onClick={() => set({ node: '', pick: '' })}>{t('explorer.back')}</Button>}
          <Days day={day} change={(d) => set({ day: d })} />
        </div>
      </Card>
      {picture.error ? <Failure problem={picture.error} retry={() => void picture.refetch()} /> : !picture.data ? <Loading /> : picture.data.nodes.length === 0 ? <EmptyState title={t('explorer.empty')} note={t('explorer.emptyNote')} /> : (
        <Drawn picture={picture.data} selected={at('pick')} day={day} pick={(id) => set({ pick: id })} centre={(id) => set({ node: id, pick: id })} />
      )}
    </div>
  )
}

function Drawn({ picture, selected, day, pick, centre }: { picture: Picture; selected: string; day: string; pick: (id: string) => void; centre: (id: string) => void }) {
  const t = useAtlasTexts()
  const f = useFormat()
  const name = useName()
  const colours = usePalette()
  const pictures = useRef<GraphPictures>(null)
  const colour = useMemo(() => coloursOf(colours), [colours])
  // eslint-disable-next-line react-hooks/exhaustive-deps -- name is new with each rendering and says the same
  const nodes = useMemo<DrawnNode[]>(() => picture.nodes.map((n) => ({ id: n.id, label: name(n), colour: colour[n.kind] ?? colours.idle })), [picture, colour, colours])
  const edges = useMemo<DrawnEdge[]>(() => picture.edges.map((e) => ({ from: e.from, to: e.to })), [picture])
  const ink = useMemo(() => ({ text: colours.text, line: colours.muted, surface: colours.surface, accent: colours.accent }), [colours])
  const there = [...new Set(picture.nodes.map((n) => n.kind))]
  return (
    <>
      <div className="lh-atlas-two">
        <Card
          size="small" title={`${t('explorer.nodes', { n: f.number(picture.nodes.length, 0) })} · ${t('explorer.edges', { n: f.number(picture.edges.length, 0) })}${picture.truncated ? ` · ${t('explorer.cut')}` : ''}`}
          extra={
            <span className="lh-atlas-bar">
              <Button size="small" onClick={() => void pictures.current?.png().then((blob) => { if (blob) save(blob, 'graph.png') })}>{t('explorer.png')}</Button>
              <Button size="small" onClick={() => { const text = pictures.current?.svg(); if (text) save(new Blob([text], { type: 'image/svg+xml' }), 'graph.svg') }}>{t('explorer.svg')}</Button>
            </span>
          }
        >
          <GraphCanvas ref={pictures} nodes={nodes} edges={edges} selected={selected} pick={pick} label={t('explorer.canvas')} colours={ink} />
          <p className="lh-atlas-legend">{there.map((k) => <span key={k}><span className="lh-atlas-dot" style={{ background: colour[k] ?? colours.idle }} />{t(`nodes.${k as 'chain'}`)}</span>)}</p>
        </Card>
        <Card size="small" title={t('explorer.relations')}>{selected ? <Detail id={selected} day={day} centre={centre} /> : <p className="lh-note">{t('explorer.note')}</p>}</Card>
      </div>
      <Card size="small" title={t('explorer.list')}>
        <PlainTable<Picture['nodes'][number]>
          label={t('explorer.list')} rowKey="id" dataSource={picture.nodes} pagination={picture.nodes.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('ask.name'), render: (_, n) => <><Button type="link" size="small" className="lh-atlas-name" onClick={() => pick(n.id)}>{name(n)}</Button> {n.synthetic && <SyntheticMark />}</> },
            { title: t('explorer.kind'), render: (_, n) => t(`nodes.${n.kind as 'chain'}`) },
          ]}
        />
      </Card>
    </>
  )
}

function Detail({ id, day, centre }: { id: string; day: string; centre: (id: string) => void }) {
  const t = useAtlasTexts()
  const name = useName()
  const source = useSource()
  const detail = useQuery({ queryKey: [...roomKey, 'node', id, day], retry: false, queryFn: () => read(api.GET('/api/atlas/graph/node', { params: { query: { id, ...(day ? { day } : {}) } } })) })
  if (detail.error) return <Failure problem={detail.error} retry={() => void detail.refetch()} />
  if (!detail.data) return <Loading />
  const d = detail.data
  return (
    <div className="lh-stack" aria-live="polite">
      <div>
        <b>{name(d.node)}</b> {d.node.synthetic && <SyntheticMark />} <span className="lh-note">{t(`nodes.${d.node.kind as 'chain'}`)}{d.source && ` · ${t('explorer.source')}：${source(d.source)}`}{d.region && ` · ${d.region}`}</span>
      </div>
      {d.note && <p>{d.note}</p>}
      <div className="lh-atlas-bar"><Button size="small" onClick={() => centre(id)}>{t('explorer.around')}</Button>{d.node.link && <LinkButton size="small" to={d.node.link}>{t('explorer.open')}</LinkButton>}</div>
      <Way path={d.edges} />
      {d.truncated && <p className="lh-note">{t('explorer.many')}</p>}
    </div>
  )
}
