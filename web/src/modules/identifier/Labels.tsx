import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Flex, Form, Progress } from 'antd'
import { useEffect, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, EntityForm, Failure, Loading, PageHeader, PlainTable, problemText, read, StatusTag, useChange, useFormat, useOpen, useText, type Column } from '../../kernel'
import { faultTexts } from './data'
import { askOf, usualDesign, type LabelAsk, type LabelPreview, type LabelSheet } from './design'
import './identifier.css'
import { LabelFields } from './LabelFields'
import { labelsKey, useLabelPreview, useLabelSheet, workTone } from './labels'
import { useIdentifierTexts } from './texts'

type Values = Partial<LabelAsk> & { names?: string }

/** Labels with codes: designed beside a preview, printed to a PDF, downloaded again for a week. */
export default function Labels() {
  const t = useIdentifierTexts()
  const [open, show] = useOpen()
  return (
    <div className="lh-stack">
      <PageHeader title={t('labels.title')} note={t('labels.note')} />
      {open ? <Card size="small"><Opened key={open} id={open} close={() => show(null)} /></Card> : <Designing />}
      <Card size="small" title={t('labels.former')}><Former /></Card>
    </div>
  )
}

/** What is asked for, a moment after it was last changed. */
function useSettled(ask: LabelAsk): LabelAsk {
  const text = JSON.stringify(ask)
  const [settled, settle] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => settle(text), 350)
    return () => clearTimeout(timer)
  }, [text])
  return JSON.parse(settled) as LabelAsk
}

function Designing() {
  const t = useIdentifierTexts()
  const [, show] = useOpen()
  const [params] = useSearchParams()
  const given = (useLocation().state as { handles?: string[] } | null)?.handles ?? []
  const source = { batch: params.get('batch') ?? '', import: params.get('import') ?? '' }
  const many = source.batch !== '' || source.import !== ''
  const [form] = Form.useForm<Values>()
  const initial: Values = { title: '', names: given.join('\n'), source: {}, design: usualDesign() }
  const values = (Form.useWatch([], form) as Values | undefined) ?? initial
  const ask = useSettled(askOf(values, source))
  const ready = many || (ask.source.handles?.length ?? 0) > 0
  const preview = useLabelPreview(ask, ready)
  const make = useChange({
    run: (v: Values) => read(api.POST('/api/identifier/labels', { body: askOf(v, source) })),
    refresh: [labelsKey],
    after: (made) => show(made.id),
    quiet: true,
  })
  return (
    <div className="lh-labels">
      <Card size="small">
        <EntityForm<Values> name="labels" form={form} initial={initial} submit={(v) => make.mutateAsync(v)} submitLabel={t('labels.print')} wide>
          <LabelFields many={many} source={source} offers={preview.data?.offers ?? []} />
        </EntityForm>
      </Card>
      <Card size="small" title={t('labels.preview')} className="lh-labels-preview">
        {!ready && <EmptyState title={t('labels.nothing')} note={t('labels.nothingNote')} />}
        {ready && preview.error && <Alert type="warning" showIcon role="status" title={problemText(preview.error)} description={<ul className="lh-faults">{faultTexts(preview.error).map((x) => <li key={x}>{x}</li>)}</ul>} />}
        {ready && !preview.error && (preview.data ? <Shown preview={preview.data} /> : <Loading rows={4} />)}
      </Card>
    </div>
  )
}

/** From when on a module is read by any telephone, in millimetres. */
const easily = 0.33

function Shown({ preview }: { preview: LabelPreview }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const svg = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(preview.svg)}`
  return (
    <div className="lh-stack">
      <img className="lh-label-image" src={svg} alt={t('labels.image', { name: preview.name })} />
      <dl className="lh-label-facts">
        <dt>{t('labels.content')}</dt><dd className="lh-code lh-break">{preview.content}</dd>
        <dt>{t('labels.code')}</dt><dd>{t('labels.codeSize', { modules: preview.modules, mm: f.number(Math.round(preview.module * 100) / 100) })}</dd>
        <dt>{t('labels.amount')}</dt><dd>{t('labels.pages', { count: preview.count, pages: f.number(preview.pages) })}</dd>
      </dl>
      {preview.module < easily && <Alert type="warning" showIcon title={t('labels.small')} />}
      <Flex gap={8} wrap>
        <Button icon={<DownloadOutlined />} href={svg} download="label.svg">SVG</Button>
        <Button icon={<DownloadOutlined />} href={`data:image/png;base64,${preview.png}`} download="label.png">PNG</Button>
      </Flex>
    </div>
  )
}

/** One sheet: at work, or ended. */
function Opened({ id, close }: { id: string; close: () => void }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const text = useText()
  const one = useLabelSheet(id)
  const cancel = useChange({ run: () => read(api.POST('/api/identifier/labels/{id}/cancel', { params: { path: { id } } })), refresh: [labelsKey], quiet: true })
  if (one.error) return <Failure problem={one.error} retry={() => void one.refetch()} />
  if (!one.data) return <Loading rows={3} />
  const s = one.data
  const running = s.state === 'running'
  const title = running ? t('labels.running', { count: f.number(s.count) }) : t('labels.counts', { printed: f.number(s.printed), left: f.number(s.left_out) })
  return (
    <div className="lh-stack">
      <Flex gap={10} wrap align="center">
        <strong className="lh-break">{s.title}</strong>
        <StatusTag tone={workTone[s.state]}>{t(`labels.state.${s.state}`)}</StatusTag>
      </Flex>
      {running && <Progress percent={Math.round(s.progress * 100)} status="active" aria-label={t('labels.progress')} />}
      <Alert type={s.state === 'failed' ? 'error' : running ? 'info' : s.state === 'cancelled' || s.left_out > 0 ? 'warning' : 'success'} showIcon role="status" title={title} description={s.reason || (running ? t('labels.leave') : undefined)} />
      <Flex gap={8} wrap align="center">
        {s.state === 'done' && <Button type="primary" icon={<DownloadOutlined />} href={`/api/identifier/labels/${s.id}/pdf`} download>{t('labels.download', { size: f.number(Math.ceil(s.size / 1024)) })}</Button>}
        {running && <Confirm title={t('labels.cancelTitle')} label={t('labels.stop')} run={() => cancel.mutateAsync()} />}
        {running && <Link to="/system/my-jobs">{t('import.jobs')}</Link>}
        {!running && <Button onClick={close}>{t('labels.another')}</Button>}
      </Flex>
      {s.skipped.length > 0 && (
        <PlainTable
          label={t('labels.skipped')} rowKey={(x) => x.name} dataSource={s.skipped}
          columns={[
            { title: t('field.handle'), render: (_, x) => <span className="lh-code lh-break">{x.name}</span> },
            { title: t('import.reason'), render: (_, x) => text(x.reason) },
          ]}
        />
      )}
    </div>
  )
}

function Former() {
  const t = useIdentifierTexts()
  const f = useFormat()
  const [, show] = useOpen()
  const columns: Column<LabelSheet>[] = [
    { key: 'title', title: t('field.name'), sort: 'title', render: (s) => <button type="button" className="lh-link lh-break" onClick={() => show(s.id)}>{s.title}</button> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (s) => <StatusTag tone={workTone[s.state]}>{t(`labels.state.${s.state}`)}</StatusTag> },
    { key: 'printed', title: t('labels.printed'), sort: 'printed', align: 'right', render: (s) => <span className="lh-number">{f.number(s.printed)}</span> },
    { key: 'created', title: t('import.asked'), sort: 'created_at', from: 'md', render: (s) => <span className="lh-number">{f.time(s.created_at)}</span> },
    { key: 'file', title: t('labels.file'), from: 'sm', render: (s) => (s.state === 'done' ? <a href={`/api/identifier/labels/${s.id}/pdf`} download aria-label={t('labels.downloadOf', { title: s.title })}>PDF</a> : '') },
  ]
  return (
    <DataTable<LabelSheet>
      url="/api/identifier/labels" queryKey={labelsKey} label={t('labels.former')} rowKey={(s) => s.id} columns={columns} search={t('field.name')} prefix="l." views=""
      empty={<EmptyState title={t('labels.none')} note={t('labels.noneNote')} />}
    />
  )
}
