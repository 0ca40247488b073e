import { DownloadOutlined } from '@ant-design/icons'
import { Button, Card, Drawer, Dropdown, Slider } from 'antd'
import { useRef, useState } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { DataTable, Failure, Figure, Figures, Loading, none, PageHeader, PlainTable, StatusTag, SyntheticMark, useFormat, useLanguage, useMay, usePalette, useText, type Column, type Schema } from '../../kernel'
import { Asked, NodeLink, Reasons } from './Answer'
import { ChainFile } from './ChainFile'
import { ChainMap } from './ChainMap'
import { addDays, daysBetween, roomKey, stateTone, useAnswer, useChainMap, useSummary, type ChainMapData, type Question, type StageState } from './data'
import { save, savePNG, svgText } from './picture'
import { useAtlasTexts } from './texts'
import './atlas.css'

/** A chain: its map, what is missing and weak, who could fill it. */
export default function Chain() {
  const { id = '' } = useParams()
  const [params, setParams] = useSearchParams()
  const day = params.get('day') ?? ''
  const map = useChainMap(id, day)
  const set = (name: string, value: string) => setParams((now) => { if (value) now.set(name, value); else now.delete(name); return now }, { replace: true })
  if (map.error) return <Failure problem={map.error} retry={() => void map.refetch()} />
  if (!map.data) return <Loading />
  return <Shown map={map.data} selected={params.get('stage') ?? ''} day={day} ask={params.get('ask') ?? ''} set={set} />
}

function Shown({ map, selected, day, ask, set }: { map: ChainMapData; selected: string; day: string; ask: string; set: (name: string, value: string) => void }) {
  const t = useAtlasTexts()
  const text = useText()
  const f = useFormat()
  const svg = useRef<SVGSVGElement>(null)
  const stage = map.stages.find((s) => s.stage.id === selected)
  const broken = map.ends.filter((e) => e.broken)
  const question: Question | null = ask === 'candidates' ? { kind: 'candidates', chain: map.id, ...(selected ? { stage: selected } : {}) } : ask === 'gaps' ? { kind: 'gaps', chain: map.id } : null
  return (
    <div className="lh-stack">
      <PageHeader title={text(map.name)} marks={map.synthetic && <SyntheticMark />} note={t(map.basis === 'figures' ? 'map.basisFigures' : 'map.basisPresence')} actions={<Actions map={map} svg={svg} />} />
      <Figures>
        <Figure label={t('map.sound')} value={f.number(map.stages.length, 0)} />
        <Figure label={t('map.missing')} value={f.number(map.missing, 0)} />
        <Figure label={t('map.weak')} value={f.number(map.weak, 0)} />
        <Figure label={t('map.broken')} value={f.number(broken.length, 0)} note={broken.map((e) => text(map.stages.find((s) => s.stage.id === e.stage)?.stage.name)).join(', ')} />
      </Figures>
      <Card size="small" title={t('map.title')} extra={<Days day={day} change={(d) => set('day', d)} />}>
        <ChainMap map={map} selected={selected} pick={(s) => set('stage', s === selected ? '' : s)} svg={svg} />
        <p className="lh-atlas-legend" aria-label={t('map.legend')}>
          {(['sound', 'weak', 'missing', 'absent'] as const).map((s) => <StatusTag key={s} tone={stateTone[s]!}>{t(`states.${s}`)}</StatusTag>)}
          <span className="lh-note">{t('map.use')}</span>
        </p>
        {stage && <Chosen stage={stage} find={() => set('ask', 'candidates')} />}
      </Card>
      <Card size="small" title={ask === 'candidates' ? t('map.attract') : t('map.gaps')}>
        <p className="lh-atlas-pair"><Button onClick={() => set('ask', 'gaps')}>{t('map.gaps')}</Button><Button onClick={() => set('ask', 'candidates')}>{t('map.find')}</Button></p>
        {question ? <Question question={question} day={day} /> : <Stages map={map} pick={(s) => set('stage', s)} />}
      </Card>
      {question && <Card size="small" title={t('map.list')}><Stages map={map} pick={(s) => set('stage', s)} /></Card>}
      <Card size="small" title={t('map.history')}><History id={map.id} /></Card>
    </div>
  )
}

function Question({ question, day }: { question: Question; day: string }) {
  const answer = useAnswer(question, day)
  return <Asked data={answer.data} error={answer.error} retry={() => void answer.refetch()} question={question} day={day} />
}

function Actions({ map, svg }: { map: ChainMapData; svg: React.RefObject<SVGSVGElement | null> }) {
  const t = useAtlasTexts()
  const may = useMay()
  const language = useLanguage()
  const colours = usePalette()
  const [open, setOpen] = useState<'version' | 'proposal' | null>(null)
  const picture = (format: string) => {
    const drawing = svg.current
    if (!drawing) return
    if (format === 'svg') save(new Blob([svgText(drawing)], { type: 'image/svg+xml' }), 'chain.svg')
    else void savePNG(svgText(drawing), drawing.width.baseVal.value, drawing.height.baseVal.value, colours.surface, 'chain.png')
  }
  return (
    <>
      <Dropdown menu={{ items: ['png', 'svg'].map((k) => ({ key: k, label: k.toUpperCase() })), onClick: ({ key }) => picture(key) }}><Button>{t('map.picture')}</Button></Dropdown>
      <Dropdown menu={{ items: ['xlsx', 'csv', 'ttl', 'graphml'].map((k) => ({ key: k, label: <a href={`/api/atlas/chains/${map.id}/export/${k}?lang=${language}`} download={`chain.${k}`}>{k === 'ttl' ? 'Turtle' : k === 'graphml' ? 'GraphML' : k.toUpperCase()}</a> })) }}><Button icon={<DownloadOutlined />}>{t('map.download')}</Button></Dropdown>
      {may('atlas.propose') && <Button onClick={() => setOpen('proposal')}>{t('chains.proposeOne')}</Button>}
      {may('atlas.edit') && <Button onClick={() => setOpen('version')}>{t('chains.another')}</Button>}
      <Drawer open={open !== null} onClose={() => setOpen(null)} title={t(open === 'version' ? 'chains.another' : 'chains.proposeOne')} size="large" destroyOnHidden>
        {open && <ChainFile mode={open} chain={map} done={() => setOpen(null)} />}
      </Drawer>
    </>
  )
}

/** A slider over the days from which the graph knows something. */
export function Days({ day, change }: { day: string; change: (day: string) => void }) {
  const t = useAtlasTexts()
  const summary = useSummary()
  const [at, setAt] = useState<number | null>(null)
  if (!summary.data?.first || summary.data.first >= summary.data.day) return null
  const { first, day: last } = summary.data
  const span = daysBetween(first, last)
  const value = at ?? daysBetween(first, day || last)
  return (
    <span className="lh-atlas-days">
      <span className="lh-number">{value === span ? t('map.today') : addDays(first, value)}</span>
      <Slider min={0} max={span} value={value} ariaLabelForHandle={t('map.slide')} tooltip={{ formatter: (n) => addDays(first, n ?? 0) }} onChange={setAt} onChangeComplete={(n) => { setAt(null); change(n === span ? '' : addDays(first, n)) }} />
    </span>
  )
}

function Chosen({ stage, find }: { stage: StageState; find: () => void }) {
  const t = useAtlasTexts()
  const text = useText()
  const f = useFormat()
  return (
    <section className="lh-atlas-chosen" aria-label={t('map.selected')}>
      <h2>{text(stage.stage.name)} <StatusTag tone={stateTone[stage.state]!}>{t(`states.${stage.state}`)}</StatusTag></h2>
      {stage.reasons.length > 0 && <Reasons reasons={stage.reasons} />}
      {stage.figures && <p className="lh-note">{(['output', 'demand', 'coverage', 'concentration', 'dependence'] as const).map((k) => `${t(`map.figures.${k}`)} ${f.number(stage.figures![k], 2)}`).join(' · ')}</p>}
      {stage.enterprises.length > 0 ? <p>{stage.enterprises.map((e) => <span key={e.id} className="lh-atlas-who"><NodeLink node={e} /></span>)}</p> : stage.reasons.length === 0 && <p>{t('map.nobody')}</p>}
      <Button onClick={find}>{t('map.find')} ({f.number(stage.outside, 0)})</Button>
    </section>
  )
}

function Stages({ map, pick }: { map: ChainMapData; pick: (stage: string) => void }) {
  const t = useAtlasTexts()
  const text = useText()
  const f = useFormat()
  return (
    <PlainTable<StageState>
      label={t('map.list')} rowKey={(s) => s.stage.id} dataSource={map.stages} pagination={map.stages.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
      columns={[
        { title: t('map.stage'), render: (_, s) => <Button type="link" size="small" onClick={() => pick(s.stage.id)}>{text(s.stage.name)}</Button> },
        { title: t('map.state'), render: (_, s) => <StatusTag tone={stateTone[s.state]!}>{t(`states.${s.state}`)}</StatusTag> },
        { title: t('map.enterprises'), align: 'right', render: (_, s) => <span className="lh-number">{f.number(s.local, 0)}</span> },
        { title: t('map.outside'), align: 'right', responsive: ['sm'], render: (_, s) => <span className="lh-number">{f.number(s.outside, 0)}</span> },
        { title: t('map.why'), responsive: ['md'], render: (_, s) => (s.reasons.length > 0 ? <Reasons reasons={s.reasons} /> : none) },
      ]}
    />
  )
}

type Version = Schema<'AtlasChainVersion'>

function History({ id }: { id: string }) {
  const t = useAtlasTexts()
  const f = useFormat()
  const columns: Column<Version>[] = [
    { key: 'version', title: t('chains.version'), render: (v) => <span className="lh-number">{f.number(v.version, 0)}</span> },
    { key: 'note', title: t('map.note'), render: (v) => <span className="lh-wrap">{v.note || none}</span> },
    { key: 'name', title: t('map.who'), from: 'sm', render: (v) => v.name || none },
    { key: 'at', title: t('map.at'), from: 'md', render: (v) => <span className="lh-number">{f.time(v.at)}</span> },
  ]
  return <DataTable<Version> url={`/api/atlas/chains/${id}/versions`} queryKey={[...roomKey, 'versions', id]} label={t('map.history')} rowKey={(v) => String(v.version)} columns={columns} views="" prefix="v." />
}
