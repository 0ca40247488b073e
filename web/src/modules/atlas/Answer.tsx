import { useQuery } from '@tanstack/react-query'
import { App, Button, Input, Modal, Tag } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, EmptyState, Failure, Loading, none, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useMay } from '../../kernel'
import { roomKey, stateTone, useName, type Answer, type Hop, type Item, type NodeRef, type Question, type Reason } from './data'
import { useAtlasTexts } from './texts'

/** A node with its page, or its place in the explorer. */
export function NodeLink({ node }: { node: NodeRef }) {
  const name = useName()
  return (
    <span>
      <Link to={node.link || `/atlas/explorer?node=${encodeURIComponent(node.id)}`}>{name(node)}</Link> {node.synthetic && <SyntheticMark />}
    </span>
  )
}

/** Sources of edges that the system itself names. */
const sources = ['directory', 'provider', 'agreement', 'scenario', 'platform', 'resolver', 'sensor', 'plan', 'chain', 'import'] as const

/** Where an edge is from, in words. */
export function useSource() {
  const t = useAtlasTexts()
  return (source: string) => ((sources as readonly string[]).includes(source) ? t(`ask.sourceNames.${source as 'chain'}`) : source)
}

/** The edges of a way, each with who says so and since when. */
export function Way({ path }: { path: Hop[] }) {
  const t = useAtlasTexts()
  const name = useName()
  const source = useSource()
  const [all, setAll] = useState(false)
  const shown = all ? path : path.slice(0, 4)
  return (
    <ul className="lh-atlas-way">
      {shown.map((h, i) => (
        <li key={i}>
          <span>{name(h.from)} <b>{t(`edges.${h.kind as 'at'}`)}</b> {name(h.to)}</span>
          <span className="lh-note">{source(h.source)} · {t('ask.from', { day: h.valid_from })}{h.valid_to && ` · ${t('ask.until', { day: h.valid_to })}`}{h.by && ` · ${h.by}`}{h.restricted && <> <Tag>{t('ask.restricted')}</Tag></>}{h.synthetic && <> <SyntheticMark /></>}</span>
        </li>
      ))}
      {path.length > shown.length && <li><Button type="link" size="small" onClick={() => setAll(true)}>{t('ask.show', { n: path.length })}</Button></li>}
    </ul>
  )
}

/** Why something is in an answer. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  const t = useAtlasTexts()
  const name = useName()
  const f = useFormat()
  const counted = ['together', 'together-before', 'hops', 'outside', 'hangs', 'needed', 'buys', 'low-coverage', 'import-dependent', 'concentrated']
  return (
    <ul className="lh-atlas-way">
      {reasons.slice(0, 12).map((r, i) => (
        <li key={i}>{t(`reasons.${r.code as 'needed'}`)}{r.node && `：${name(r.node)}`}{counted.includes(r.code) && ` ${f.number(r.value, r.value % 1 === 0 ? 0 : 2)}`}</li>
      ))}
    </ul>
  )
}

/** How something grew, year by year. */
function Years({ years, day }: { years: NonNullable<Item['years']>; day: string }) {
  const t = useAtlasTexts()
  const f = useFormat()
  return (
    <div className="lh-atlas-years">
      <span>{t('ask.years', { day })}</span>
      <dl>{years.map((y) => <div key={y.year}><dt>{y.year}</dt><dd className="lh-number">{f.number(y.count, 0)}</dd></div>)}</dl>
    </div>
  )
}

/** An answer as a table, and a button that keeps it. */
export function AnswerView({ answer, question, day }: { answer: Answer; question?: Question; day?: string }) {
  const t = useAtlasTexts()
  const f = useFormat()
  const may = useMay()
  const note = t('ask.graph', { n: f.number(answer.graph, 0), day: answer.day })
  if (answer.items.length === 0) return <EmptyState title={t('ask.none')} note={t('ask.noneNote')} />
  return (
    <div className="lh-stack">
      <div className="lh-atlas-bar">
        <span className="lh-note">{answer.basis === 'graph' ? '' : `${t(answer.basis === 'figures' ? 'map.basisFigures' : 'map.basisPresence')} · `}{note}</span>
        {question && may('atlas.propose') && <Keep question={question} day={day ?? ''} />}
      </div>
      <PlainTable<Item>
        label={t(`ask.kinds.${answer.question.kind as 'who'}`)} rowKey={(i) => `${i.node.id} ${i.other?.id ?? ''} ${i.path.length} ${i.path[1]?.to.id ?? ''} ${i.path[1]?.from.id ?? ''}`} dataSource={answer.items} pagination={answer.items.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          {
            title: t('ask.name'),
            render: (_, i) => (
              <span className="lh-two lh-wrap">
                <span><NodeLink node={i.node} /> {i.state && <StatusTag tone={stateTone[i.state] ?? 'idle'}>{t(`states.${i.state as 'weak'}`)}</StatusTag>}</span>
                {i.other && <NodeLink node={i.other} />}
                {answer.question.kind === 'candidates' && i.node.kind === 'outside' && may('enterprise.lead.follow') && <Attract item={i} chain={answer.question.chain ?? ''} />}
                {i.km !== undefined && <span>{t('ask.km', { n: f.number(i.km, 1) })}</span>}
              </span>
            ),
          },
          { title: t('ask.reasons'), render: (_, i) => (i.reasons.length > 0 ? <><Reasons reasons={i.reasons} />{i.years && <Years years={i.years} day={answer.day} />}</> : none) },
          { title: t('ask.way'), responsive: ['md'], render: (_, i) => (i.path.length > 0 ? <Way path={i.path} /> : none) },
        ]}
      />
      {answer.truncated && <p className="lh-note">{t('ask.more', { n: answer.items.length })}</p>}
    </div>
  )
}

/** Begins to follow a company that would fill a gap. */
function Attract({ item, chain }: { item: Item; chain: string }) {
  const t = useAtlasTexts()
  const name = useName()
  const named = (x?: { zh: string; en: string }) => x?.zh || x?.en || '' // as the city writes it, whatever the reader's language
  const of = useQuery({ queryKey: [...roomKey, 'chain', chain], queryFn: () => read(api.GET('/api/atlas/chains/{id}', { params: { path: { id: chain } } })), enabled: chain !== '' })
  const query = new URLSearchParams({ zh: item.node.zh, en: item.node.en, chain: named(of.data?.name), gap: named(item.other) })
  return <Link to={`/enterprise/attraction/new?${query}`} aria-label={`${t('ask.attract')} · ${name(item.node)}`}>{t('ask.attract')}</Link>
}

function Keep({ question, day }: { question: Question; day: string }) {
  const t = useAtlasTexts()
  const { notification } = App.useApp()
  const go = useNavigate()
  const [open, setOpen] = useState(false)
  const [title, setTitle] = useState('')
  const keep = useChange({
    run: () => read(api.POST('/api/atlas/lists', { body: { title, question, ...(day ? { day } : {}) } })),
    refresh: [roomKey],
    after: (list) => {
      setOpen(false)
      notification.success({ title: t('ask.kept'), actions: <Button size="small" onClick={() => { notification.destroy(); void go(`/atlas/lists/${list.id}`) }}>{t('ask.open')}</Button>, duration: 8 })
    },
  })
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('ask.keep')}</Button>
      <Modal open={open} title={t('ask.keep')} okText={t('chains.save')} cancelText={t('chains.cancel')} onCancel={() => setOpen(false)} okButtonProps={{ disabled: title.trim() === '', loading: keep.isPending }} onOk={() => keep.mutate()}>
        <label className="lh-atlas-field">{t('ask.listName')}<Input value={title} maxLength={100} onChange={(e) => setTitle(e.target.value)} /></label>
      </Modal>
    </>
  )
}

/** An answer that is being read. */
export function Asked({ data, error, retry, question, day }: { data: Answer | undefined; error: Error | null; retry: () => void; question: Question; day?: string }) {
  if (error) return <Failure problem={error} retry={retry} />
  if (!data) return <Loading />
  return <AnswerView answer={data} question={question} day={day} />
}
