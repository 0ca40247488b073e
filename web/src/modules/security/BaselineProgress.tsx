import { Button, Card, DatePicker, Drawer, Form, Input } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useMemo, useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, PlainTable, read, StatusTag, useChange, useFormat, usePalette } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption } from '../../lib/chart/line'
import { baselineKey, baselineTone, useBaselineTexts, type BaselineDetail } from './baselineTexts'

/** How learning goes, the editions, windows of maintenance, and what was done. */
export function BaselineProgress({ baseline: b, now }: { baseline: BaselineDetail; now: number }) {
  return (
    <div className="lh-stack">
      <Growth baseline={b} />
      <Editions baseline={b} />
      <div className="lh-columns"><Windows baseline={b} now={now} /><History baseline={b} /></div>
    </div>
  )
}

/** Lines that were new in each step, with the steps in which none was. */
function pointsOf(b: BaselineDetail): [number, number][] {
  const step = b.step * 1000
  const by = new Map(b.growth.map((g) => [Date.parse(g.at), g.lines]))
  const last = Math.max(...by.keys())
  const points: [number, number][] = []
  for (let at = Math.min(...by.keys()); at <= last; at += step) points.push([at, by.get(at) ?? 0])
  return points
}

function Growth({ baseline: b }: { baseline: BaselineDetail }) {
  const t = useBaselineTexts()
  const f = useFormat()
  const colours = usePalette()
  const option = useMemo(() => lineOption([{ name: t('baseline.total'), points: b.growth.length > 0 ? pointsOf(b) : [], area: true }], { colours, write: (v) => f.number(v, 0), time: (v) => f.time(v), zero: true }), [b, t, f, colours])
  const note = t('baseline.growthNote', { span: t(b.step >= 86_400 ? 'baseline.day' : 'baseline.hour') })
  return (
    <Card size="small" title={t('baseline.growth')} extra={<span className="lh-number">{t('baseline.linesNow', { n: f.number(b.lines, 0), undecided: f.number(b.undecided, 0) })}</span>}>
      {b.growth.length === 0 ? <EmptyState title={t('baseline.growthNone')} /> : <><div className="lh-muted">{note}</div><Chart option={option} height={220} label={`${t('baseline.growth')}: ${note}`} /></>}
      {b.unsure > 0 && <p className="lh-note">{t('baseline.unsureNote', { n: f.number(b.unsure, 0) })}</p>}
    </Card>
  )
}

function Editions({ baseline: b }: { baseline: BaselineDetail }) {
  const t = useBaselineTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('baseline.editions')} extra={<span className="lh-muted">{t('baseline.editionsNote')}</span>}>
      {b.editions.length === 0 ? <span className="lh-muted">{t('baseline.editionsNone')}</span> : (
        <PlainTable<BaselineDetail['editions'][number]>
          label={t('baseline.editions')} rowKey={(e) => String(e.number)} dataSource={b.editions} pagination={b.editions.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
          columns={[
            { title: t('baseline.field.edition'), render: (_, e) => <span className="lh-two"><span>{t('baseline.editionOf', { n: e.number })}</span><span className="lh-muted lh-number">{f.time(e.at)}</span></span> },
            { title: t('baseline.change'), render: (_, e) => <span className="lh-number">{t('baseline.added', { total: f.number(e.entries, 0), added: f.number(e.added, 0), removed: f.number(e.removed, 0) })}</span> },
            { title: t('baseline.field.reason'), responsive: ['sm'], render: (_, e) => <span className="lh-two lh-wrap"><span>{e.reason}</span><span className="lh-muted">{e.by}</span></span> },
            { title: t('baseline.digest'), responsive: ['lg'], render: (_, e) => <span className="lh-code" title={e.digest}>{e.digest.slice(0, 16)}</span> },
          ]}
        />
      )}
    </Card>
  )
}

function Windows({ baseline: b, now }: { baseline: BaselineDetail; now: number }) {
  const t = useBaselineTexts()
  const f = useFormat()
  const [open, setOpen] = useState(false)
  const stand = (w: BaselineDetail['windows'][number]) => (Date.parse(w.to) <= now ? 'ended' : Date.parse(w.from) > now ? 'coming' : 'open')
  return (
    <Card size="small" title={t('baseline.windows')} extra={b.may && b.state !== 'ended' && <Button size="small" onClick={() => setOpen(true)}>{t('baseline.window.add')}</Button>}>
      <p className="lh-note">{t('baseline.windowsNote')}</p>
      {b.windows.length === 0 ? <span className="lh-muted">{t('baseline.windowsNone')}</span> : (
        <PlainTable<BaselineDetail['windows'][number]>
          label={t('baseline.windows')} rowKey="id" dataSource={b.windows} pagination={b.windows.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
          columns={[
            { title: t('baseline.field.at'), render: (_, w) => <span className="lh-two lh-wrap"><span className="lh-number">{f.time(w.from)} – {f.time(w.to)}</span><span className="lh-muted">{[w.reason, w.hosts.join(', ') || t('baseline.window.any'), w.by].join(' · ')}</span></span> },
            { title: t('baseline.field.state'), render: (_, w) => <span className="lh-two"><span><StatusTag tone={stand(w) === 'open' ? 'warn' : 'idle'}>{t(`baseline.window.${stand(w)}`)}</StatusTag></span>{b.may && stand(w) !== 'ended' && <EndWindow id={b.id} window={w.id} />}</span> },
          ]}
        />
      )}
      <Drawer title={t('baseline.window.add')} open={open} onClose={() => setOpen(false)} destroyOnHidden><NewWindow id={b.id} close={() => setOpen(false)} /></Drawer>
    </Card>
  )
}

function EndWindow({ id, window }: { id: string; window: string }) {
  const t = useBaselineTexts()
  const end = useChange({ run: () => read(api.POST('/api/security/baselines/{id}/windows/{window}/end', { params: { path: { id, window } } })), refresh: [baselineKey], done: t('baseline.acts.done'), quiet: true })
  return <Confirm title={t('baseline.window.end')} label={t('baseline.window.end')} danger={false} run={() => end.mutateAsync()} />
}

interface Values { from: Dayjs; to: Dayjs; hosts: string; reason: string }

function NewWindow({ id, close }: { id: string; close: () => void }) {
  const t = useBaselineTexts()
  const [form] = Form.useForm<Values>()
  const add = useChange({
    run: (v: Values) => read(api.POST('/api/security/baselines/{id}/windows', { params: { path: { id } }, body: { from: v.from.toISOString(), to: v.to.toISOString(), hosts: v.hosts.split(/[\s,，;；]+/).filter(Boolean), reason: v.reason } })),
    refresh: [baselineKey], done: t('baseline.saved'), quiet: true, after: close,
  })
  const wanted = (label: string) => [{ required: true, message: t('baseline.missing', { label }) }]
  return (
    <EntityForm<Values> form={form} initial={{ from: dayjs(), to: dayjs().add(4, 'hour'), hosts: '', reason: '' }} submit={(v) => add.mutateAsync(v)} submitLabel={t('baseline.window.add')} cancel={close}>
      <Form.Item name="from" label={t('baseline.field.from')} rules={wanted(t('baseline.field.from'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
      <Form.Item name="to" label={t('baseline.field.to')} rules={wanted(t('baseline.field.to'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
      <Form.Item name="hosts" label={t('baseline.field.hosts')} extra={t('baseline.window.hosts')}><Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} /></Form.Item>
      <Form.Item name="reason" label={t('baseline.field.reason')} extra={t('baseline.window.reason')} rules={wanted(t('baseline.field.reason'))}><Input maxLength={500} /></Form.Item>
    </EntityForm>
  )
}

function History({ baseline: b }: { baseline: BaselineDetail }) {
  const t = useBaselineTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('baseline.history')}>
      <div className="lh-stack">
        {b.steps.map((s, i) => (
          <div key={i} className="lh-two lh-wrap">
            <span><StatusTag tone={baselineTone[s.state]}>{t(`baseline.states.${s.state}`)}</StatusTag> {s.edition > 0 && t('baseline.editionOf', { n: s.edition })} {s.reason}</span>
            <span className="lh-muted">{f.time(s.at)} · {s.name || t('baseline.platform')}</span>
          </div>
        ))}
      </div>
    </Card>
  )
}
