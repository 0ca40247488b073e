import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Drawer, Flex, Form, Input, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, EmptyState, EntityForm, Failure, Loading, PlainTable, read, StatusTag, useChange, useFormat, type Schema } from '../../kernel'
import { actOf, pressed, type Act } from './baselineKeys'
import { baselineKey, useBaselineTexts, verdicts, verdictTone, type BaselineDetail, type Line } from './baselineTexts'
import { ClassTag, Host, Manner, useServer } from './baselineWays'
import { classes, useSensorTexts } from './sensors'
import './baseline.css'

const pageSize = 50

type Judgement = Schema<'BaselineJudgement'>

interface Filters { verdict: string; class: string; q: string; host: string }

/** What was learned, line by line, and a verdict on each, by mouse or by keyboard. */
export function BaselineReview({ baseline: b }: { baseline: BaselineDetail }) {
  const t = useBaselineTexts()
  const [params, setParams] = useSearchParams()
  const learns = b.state === 'learning' || b.state === 'review'
  const filters: Filters = { verdict: params.get('verdict') ?? (learns && b.may ? 'open' : ''), class: params.get('class') ?? '', q: params.get('q') ?? '', host: params.get('host') ?? '' }
  const set = (name: keyof Filters, value: string) => { setParams((now) => { now.set('tab', 'review'); now.set(name, value); return now }, { replace: true }); setCursors(['']) }
  const [cursors, setCursors] = useState([''])
  const at = cursors[cursors.length - 1]!
  const query = { limit: pageSize, ...(at ? { cursor: at } : {}), ...(filters.verdict ? { verdict: filters.verdict as Line['verdict'] } : {}), ...(filters.class ? { class: filters.class } : {}), ...(filters.q ? { q: filters.q } : {}), ...(filters.host ? { host: filters.host } : {}) }
  const lines = useQuery({ queryKey: [...baselineKey, 'lines', b.id, query], placeholderData: keepPreviousData, queryFn: () => read(api.GET('/api/security/baselines/{id}/lines', { params: { path: { id: b.id }, query } })) })
  return (
    <div className="lh-stack">
      <Bar filters={filters} set={set} />
      {!learns && <p className="lh-note">{t('baseline.review.closed')}</p>}
      {lines.error ? <Failure problem={lines.error} retry={() => void lines.refetch()} /> : !lines.data ? <Loading /> : lines.data.items.length === 0 ? <EmptyState title={t('baseline.review.empty')} /> : (
        <>
          <Table baseline={b} lines={lines.data.items} may={b.may && learns} leave={filters.verdict === 'open'} />
          <Pages first={(cursors.length - 1) * pageSize + 1} count={lines.data.items.length} total={lines.data.total} {...(cursors.length > 1 ? { before: () => setCursors(cursors.slice(0, -1)) } : {})} {...(lines.data.next_cursor ? { next: () => setCursors([...cursors, lines.data.next_cursor]) } : {})} />
        </>
      )}
    </div>
  )
}

function Bar({ filters, set }: { filters: Filters; set: (name: keyof Filters, value: string) => void }) {
  const t = useBaselineTexts()
  const s = useSensorTexts()
  return (
    <Flex gap={8} wrap>
      <Input.Search aria-label={t('baseline.review.search')} placeholder={t('baseline.review.search')} allowClear defaultValue={filters.q} onSearch={(v) => set('q', v)} style={{ maxWidth: 260 }} />
      <Select aria-label={t('baseline.field.verdict')} value={filters.verdict} onChange={(v) => set('verdict', v)} popupMatchSelectWidth={false} options={[{ value: '', label: t('baseline.review.all') }, ...verdicts.map((v) => ({ value: v, label: t(`baseline.verdicts.${v}`) }))]} />
      <Select aria-label={t('baseline.field.class')} value={filters.class} onChange={(v) => set('class', v)} popupMatchSelectWidth={false} options={[{ value: '', label: `${t('baseline.field.class')}: ${t('baseline.review.all')}` }, ...classes.map((c) => ({ value: c, label: s(`sensor.classes.${c}`) }))]} />
      {filters.host && <Button onClick={() => set('host', '')}>{filters.host} ✕</Button>}
    </Flex>
  )
}

function Pages({ first, count, total, before, next }: { first: number; count: number; total: number; before?: () => void; next?: () => void }) {
  const t = useBaselineTexts()
  const f = useFormat()
  return (
    <Flex gap={8} align="center" justify="end" wrap>
      <span className="lh-muted lh-number">{t('baseline.review.page', { from: f.number(first, 0), to: f.number(first + count - 1, 0), total: f.number(total, 0) })}</span>
      {before && <Button size="small" onClick={before}>{t('baseline.review.before')}</Button>}
      {next && <Button size="small" onClick={next}>{t('baseline.review.next')}</Button>}
    </Flex>
  )
}

/** The lines of a page. Where those that are judged leave it, they do at once, so that the next key is about the next line. */
function Table({ baseline: b, lines: all, may, leave }: { baseline: BaselineDetail; lines: Line[]; may: boolean; leave: boolean }) {
  const t = useBaselineTexts()
  const f = useFormat()
  const server = useServer()
  const [place, setPlace] = useState(0)
  const [selected, setSelected] = useState<string[]>([])
  const [grouping, setGrouping] = useState<Line[]>([])
  const [judged, setJudged] = useState<string[]>([])
  const lines = leave ? all.filter((l) => !judged.includes(l.id)) : all
  const back = (j: Judgement) => setJudged((now) => now.filter((id) => !j.lines?.includes(id)))
  const current = lines[Math.min(place, lines.length - 1)]
  const judge = useChange({
    run: async (j: Judgement) => {
      try {
        return await read(api.POST('/api/security/baselines/{id}/verdicts', { params: { path: { id: b.id } }, body: j }))
      } catch (problem) {
        back(j)
        throw problem
      }
    },
    refresh: [baselineKey], after: (_, j) => back(j),
  })
  const meant = () => lines.filter((l) => (selected.length > 0 ? selected.includes(l.id) : l.id === current?.id))
  const say = (verdict: 'accepted' | 'rejected' | 'open') => {
    const ids = meant().map((l) => l.id)
    if (ids.length === 0) return
    setJudged((now) => [...now, ...ids])
    setSelected([])
    judge.mutate({ lines: ids, verdict })
  }
  const act = (a: Act) => {
    if (a === 'down') setPlace((n) => Math.min(Math.min(n, lines.length - 1) + 1, lines.length - 1))
    else if (a === 'up') setPlace((n) => Math.max(Math.min(n, lines.length - 1) - 1, 0))
    else if (a === 'select' && current) setSelected((now) => (now.includes(current.id) ? now.filter((id) => id !== current.id) : [...now, current.id]))
    else if (a === 'group') setGrouping(meant())
    else if (a === 'accept') say('accepted')
    else if (a === 'reject') say('rejected')
    else if (a === 'undo') say('open')
  }
  useKeys(may, act)
  return (
    <>
      {may && (
        <Flex gap={8} wrap align="center">
          <Button type="primary" loading={judge.isPending} onClick={() => say('accepted')}>{t('baseline.review.accept')}</Button>
          <Button danger onClick={() => say('rejected')}>{t('baseline.review.reject')}</Button>
          <Button onClick={() => say('open')}>{t('baseline.review.undo')}</Button>
          <Button onClick={() => setGrouping(meant())}>{t('baseline.review.group')}</Button>
          {current && <Button onClick={() => judge.mutate({ where: { client: current.client, server: current.server }, verdict: 'accepted' })}>{t('baseline.review.pair')}</Button>}
          <span className="lh-muted">{selected.length > 0 ? t('baseline.review.selected', { n: selected.length }) : t('baseline.review.some')}</span>
        </Flex>
      )}
      {may && <p className="lh-note lh-baseline-keys">{t('baseline.review.help')}</p>}
      <PlainTable<Line>
        label={t('baseline.tabs.review')} rowKey={(l) => l.id} dataSource={lines} pagination={false}
        {...(may ? { rowSelection: { selectedRowKeys: selected, hideSelectAll: true, onChange: (keys) => setSelected(keys.map(String)), getCheckboxProps: (l) => ({ 'aria-label': `${l.client} → ${l.server} ${l.function}` }) as object }, rowClassName: (l) => (l.id === current?.id ? 'lh-baseline-current' : ''), onRow: (_, i) => ({ onClick: () => setPlace(i ?? 0) }) } : {})}
        columns={[
          { title: t('baseline.review.line'), responsive: ['xs'], render: (_, l) => <span className="lh-baseline-stack"><Host addr={l.client} place={l.client_place} /><span>→ <Host addr={l.server} place={l.server_place} port={server(l)} /></span><Manner way={l} /><span><ClassTag name={l.class} /> <StatusTag tone={verdictTone[l.verdict]}>{t(`baseline.verdicts.${l.verdict}`)}</StatusTag> {l.covers > 0 && t('baseline.review.covers', { n: f.number(l.covers, 0) })}</span></span> },
          { title: t('baseline.field.client'), responsive: ['sm'], render: (_, l) => <Host addr={l.client} place={l.client_place} /> },
          { title: t('baseline.field.server'), responsive: ['sm'], render: (_, l) => <Host addr={l.server} place={l.server_place} port={server(l)} /> },
          { title: t('baseline.field.way'), responsive: ['sm'], render: (_, l) => <Manner way={l} /> },
          { title: t('baseline.field.class'), responsive: ['sm'], render: (_, l) => <span className="lh-two"><span><ClassTag name={l.class} /></span></span> },
          { title: t('baseline.field.last'), responsive: ['lg'], render: (_, l) => <span className="lh-two"><span className="lh-number">{f.time(l.last_at)}</span><span className="lh-muted lh-number">{t('baseline.field.units')} {f.number(l.units, 0)}</span></span> },
          { title: t('baseline.field.verdict'), responsive: ['sm'], render: (_, l) => <span className="lh-two lh-wrap"><span><StatusTag tone={verdictTone[l.verdict]}>{t(`baseline.verdicts.${l.verdict}`)}</StatusTag></span><span className="lh-muted">{[l.covers > 0 && t('baseline.review.covers', { n: f.number(l.covers, 0) }), l.known && t('baseline.review.known'), l.by, l.note].filter(Boolean).join(' · ')}</span></span> },
        ]}
      />
      <Drawer title={t('baseline.review.groupTitle')} open={grouping.length > 0} onClose={() => setGrouping([])} destroyOnHidden>{grouping.length > 0 && <Group id={b.id} lines={grouping} close={() => { setGrouping([]); setSelected([]) }} />}</Drawer>
    </>
  )
}

/** Listens to keys anywhere on the page. */
function useKeys(on: boolean, act: (a: Act) => void) {
  const latest = useRef(act)
  useEffect(() => { latest.current = act })
  useEffect(() => {
    if (!on) return undefined
    const press = (e: KeyboardEvent) => {
      const a = actOf(pressed(e))
      if (!a) return
      e.preventDefault()
      latest.current(a)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [on])
}

interface Wider { any: ('port' | 'unit' | 'function')[]; note: string }

function Group({ id, lines, close }: { id: string; lines: Line[]; close: () => void }) {
  const t = useBaselineTexts()
  const [form] = Form.useForm<Wider>()
  const differ = (['port', 'unit', 'function'] as const).filter((k) => lines.some((l) => l[k] !== lines[0]![k]))
  const group = useChange({ run: (v: Wider) => read(api.POST('/api/security/baselines/{id}/groups', { params: { path: { id } }, body: { lines: lines.map((l) => l.id), any: v.any, ...(v.note ? { note: v.note } : {}) } })), refresh: [baselineKey], done: t('baseline.saved'), quiet: true, after: close })
  return (
    <EntityForm<Wider> form={form} initial={{ any: differ.length > 0 ? differ : ['unit'], note: '' }} submit={(v) => group.mutateAsync(v)} submitLabel={t('baseline.review.group')} cancel={close}>
      <p className="lh-note">{t('baseline.review.groupNote')}</p>
      <ul className="lh-values">{lines.slice(0, 8).map((l) => <li key={l.id}><span className="lh-code lh-wrap">{l.client} → {l.server} {l.protocol} {l.function} {l.unit}</span></li>)}</ul>
      <Form.Item name="any" label={t('baseline.review.any')} rules={[{ validator: async (_, v?: string[]) => { if (!v?.length) throw new Error(t('baseline.missing', { label: t('baseline.review.any') })) } }]}><Checkbox.Group options={(['port', 'unit', 'function'] as const).map((k) => ({ value: k, label: t(`baseline.review.anyOf.${k}`) }))} /></Form.Item>
      <Form.Item name="note" label={t('baseline.field.note')}><Input maxLength={500} /></Form.Item>
    </EntityForm>
  )
}
