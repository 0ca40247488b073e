import { useQuery } from '@tanstack/react-query'
import { Button, Card, Input, Select } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, Failure, Loading, PageHeader, PlainTable, read, useText, type Schema } from '../../kernel'
import { Asked, NodeLink, Way } from './Answer'
import { questions, roomKey, useAnswer, useChains, useName, useSummary, type Kind, type Question } from './data'
import { useAtlasTexts } from './texts'
import './atlas.css'

const fields: Record<Kind, (keyof Question)[]> = { gaps: ['chain'], candidates: ['chain', 'stage'], who: ['what', 'district', 'node'], stop: ['node'], way: ['node', 'to'], similar: ['node'], emerging: ['since'] }
const needed: Record<Kind, (keyof Question)[]> = { gaps: ['chain'], candidates: ['chain'], who: ['what'], stop: ['node'], way: ['node', 'to'], similar: ['node'], emerging: [] }

/** Questions that the graph answers, each in the address bar. */
export default function Questions() {
  const t = useAtlasTexts()
  const [params, setParams] = useSearchParams()
  const kind = questions.find((k) => k === params.get('kind')) ?? 'gaps'
  const [typed, setTyped] = useState<Question>(() => ({ ...Object.fromEntries([...params].filter(([name]) => name !== 'kind' && name !== 'q')), kind }))
  const asked: Question | null = params.get('go') ? { ...Object.fromEntries(fields[kind].map((name) => [name, params.get(name) ?? '']).filter(([, v]) => v)), kind } : null
  const answer = useAnswer(asked)
  const choose = (next: Kind) => { setTyped({ kind: next }); setParams({ kind: next }) }
  const go = () => setParams({ kind, go: '1', ...Object.fromEntries(fields[kind].map((name) => [name, String(typed[name] ?? '')]).filter(([, v]) => v)) })
  const set = (name: keyof Question) => (value: string | undefined) => setTyped({ ...typed, [name]: value ?? '' })
  return (
    <div className="lh-stack">
      <PageHeader title={t('ask.title')} note={t('ask.note')} />
      <Card size="small">
        <div className="lh-atlas-ask">
          <label className="lh-atlas-field">{t('ask.question')}<Select<Kind> value={kind} onChange={choose} options={questions.map((k) => ({ value: k, label: t(`ask.kinds.${k}`) }))} /></label>
          {fields[kind].map((name) => <Field key={`${kind} ${name}`} kind={kind} name={name} typed={typed} set={set(name)} />)}
          <Button type="primary" onClick={go} disabled={needed[kind].some((name) => !typed[name])}>{t('ask.go')}</Button>
        </div>
      </Card>
      {asked && <Card size="small" title={t(`ask.kinds.${kind}`)}><Asked data={answer.data} error={answer.error} retry={() => void answer.refetch()} question={asked} /></Card>}
      <Steps />
    </div>
  )
}

function Field({ kind, name, typed, set }: { kind: Kind; name: keyof Question; typed: Question; set: (value: string | undefined) => void }) {
  const t = useAtlasTexts()
  switch (name) {
    case 'what': return <label className="lh-atlas-field">{t('ask.what')}<Input value={typed.what ?? ''} maxLength={100} onChange={(e) => set(e.target.value)} /></label>
    case 'since': return <label className="lh-atlas-field">{t('ask.since')}<Input type="date" value={typed.since ?? ''} onChange={(e) => set(e.target.value)} /></label>
    case 'chain': return <ChainField value={typed.chain} set={set} />
    case 'stage': return <StageField chain={typed.chain ?? ''} value={typed.stage} set={set} />
    case 'district': return <NodeField label={t('ask.near')} kind="district" value={typed.district ? `district/${typed.district}` : undefined} set={(v) => set(v?.slice('district/'.length))} />
    case 'to': return <NodeField label={t('ask.to')} value={typed.to} set={set} />
    default: return <NodeField label={t(kind === 'who' ? 'ask.nearOne' : 'ask.node')} kind={kind === 'way' ? undefined : 'enterprise'} value={typed.node} set={set} />
  }
}

function ChainField({ value, set }: { value: string | undefined; set: (value: string | undefined) => void }) {
  const t = useAtlasTexts()
  const text = useText()
  const chains = useChains()
  return <label className="lh-atlas-field">{t('ask.chain')}<Select value={value || undefined} placeholder={t('ask.choose')} showSearch={{ optionFilterProp: 'label' }} onChange={set} options={(chains.data?.items ?? []).map((c) => ({ value: c.id, label: text(c.name) }))} /></label>
}

function StageField({ chain, value, set }: { chain: string; value: string | undefined; set: (value: string | undefined) => void }) {
  const t = useAtlasTexts()
  const text = useText()
  const detail = useQuery({ queryKey: [...roomKey, 'chain', chain], enabled: chain !== '', queryFn: () => read(api.GET('/api/atlas/chains/{id}', { params: { path: { id: chain } } })) })
  return <label className="lh-atlas-field">{t('ask.stage')}<Select allowClear value={value || undefined} placeholder={t('ask.allMissing')} showSearch={{ optionFilterProp: 'label' }} onChange={set} options={(detail.data?.content.stages ?? []).map((s) => ({ value: s.id, label: text(s.name) }))} /></label>
}

/** Finds a node of the graph by its name. */
export function NodeField({ label, kind, value, set }: { label: string; kind?: string; value: string | undefined; set: (value: string | undefined) => void }) {
  const t = useAtlasTexts()
  const name = useName()
  const [words, setWords] = useState('')
  const found = useQuery({ queryKey: [...roomKey, 'find', kind, words], queryFn: () => read(api.GET('/api/atlas/graph/nodes', { params: { query: { q: words, limit: 30, ...(kind ? { kind } : {}) } } })) })
  return (
    <label className="lh-atlas-field">
      {label}
      <Select
        allowClear showSearch={{ filterOption: false, onSearch: setWords }} value={value || undefined} placeholder={t('ask.choose')} onChange={set} loading={found.isFetching}
        options={(found.data?.items ?? []).map((n) => ({ value: n.id, label: kind ? name(n) : `${name(n)} · ${t(`nodes.${n.kind as 'chain'}`)}` }))}
      />
    </label>
  )
}

type WayRow = Schema<'AtlasWay'>

/** The query language: a row of steps. */
function Steps() {
  const t = useAtlasTexts()
  const [params, setParams] = useSearchParams()
  const q = params.get('q') ?? ''
  const [typed, setTyped] = useState(q)
  const summary = useSummary()
  const found = useQuery({ queryKey: [...roomKey, 'query', q, summary.data?.graph], enabled: q !== '', retry: false, queryFn: () => read(api.GET('/api/atlas/query', { params: { query: { q } } })) })
  return (
    <Card size="small" title={t('ask.query')}>
      <div className="lh-stack">
        <form className="lh-atlas-ask" onSubmit={(e) => { e.preventDefault(); setParams((now) => { now.set('q', typed); return now }) }}>
          <label className="lh-atlas-field lh-atlas-long">{t('ask.query')}<Input value={typed} maxLength={600} placeholder="enterprise -at-> stage -feeds-> stage" onChange={(e) => setTyped(e.target.value)} /></label>
          <Button htmlType="submit" disabled={typed.trim() === ''}>{t('ask.go')}</Button>
        </form>
        <p className="lh-note">{t('ask.queryNote')}</p>
        {q !== '' && (found.error ? <Failure problem={found.error} retry={() => void found.refetch()} /> : !found.data ? <Loading /> : (
          <PlainTable<WayRow>
            label={t('ask.query')} rowKey={(w) => w.edges.map((e) => `${e.from.id} ${e.kind} ${e.to.id}`).join('|')} dataSource={found.data.ways} pagination={found.data.ways.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
            columns={[
              { title: t('ask.name'), render: (_, w) => <span className="lh-wrap">{w.nodes.map((n, i) => <span key={i}>{i > 0 && ' → '}<NodeLink node={n} /></span>)}</span> },
              { title: t('ask.way'), responsive: ['md'], render: (_, w) => <Way path={w.edges} /> },
            ]}
          />
        ))}
      </div>
    </Card>
  )
}
