import { DownloadOutlined, InboxOutlined, PrinterOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Checkbox, Flex, Progress, Select, Upload } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, Failure, LinkButton, Loading, PageHeader, PlainTable, problemText, read, request, StatusTag, useChange, useFormat, useLive, useOpen, useText, type Column } from '../../kernel'
import { faultTexts, importsKey, importTone, topics, useImport, useNode, usePreview, useTemplates, type FaultRow, type ImportRow, type NodeDetail } from './data'
import './identifier.css'
import { NodeChoice } from './NodeChoice'
import { useIdentifierTexts } from './texts'

/** Registers the identifiers of a file at a node: chosen, looked at, registered, with the rows that were refused. */
export default function Imports() {
  const t = useIdentifierTexts()
  const [params, setParams] = useSearchParams()
  const id = params.get('node') ?? ''
  const node = useNode(id)
  return (
    <div className="lh-stack">
      <PageHeader title={t('import.title')} note={node.data ? <Link to={`/identifier/nodes/${id}`}><span className="lh-code">{node.data.prefix}</span></Link> : t('import.note')} />
      <Card size="small">
        <Flex vertical gap={6}>
          <label htmlFor="import-node">{t('field.node')}</label>
          <NodeChoice id="import-node" value={id} onChange={(next) => setParams({ node: next })} />
        </Flex>
      </Card>
      {node.error && <Failure problem={node.error} retry={() => void node.refetch()} />}
      {node.data && <AtNode key={id} node={node.data} />}
    </div>
  )
}

function AtNode({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const [open, show] = useOpen()
  const takes = node.yours && node.hosting === 'hosted' && (node.state === 'trial' || node.state === 'in_service')
  useLive(topics.imports, importsKey)
  if (!takes) return <Alert type="warning" showIcon title={t(node.yours ? 'import.closed' : 'problems.handle.not_yours')} />
  return (
    <>
      <Card size="small" title={t(open ? 'import.chosen' : 'import.choose')}>{open ? <Opened key={open} id={open} close={() => show(null)} /> : <Choosing node={node} done={(b) => show(b.id)} />}</Card>
      <Card size="small" title={t('import.former')}><Former node={node} /></Card>
    </>
  )
}

/** Takes a file, which is held until it is looked at. */
function Choosing({ node, done }: { node: NodeDetail; done: (b: ImportRow) => void }) {
  const t = useIdentifierTexts()
  const text = useText()
  const templates = useTemplates()
  const [template, setTemplate] = useState('')
  const send = useChange({
    run: (file: File) => request<ImportRow>(`/api/identifier/nodes/${node.id}/imports?${new URLSearchParams({ name: file.name, hold: 'true', ...(template ? { template } : {}) })}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } }),
    refresh: [importsKey],
    after: done,
    quiet: true,
  })
  const blank = (format: 'csv' | 'xlsx') => `/api/identifier/nodes/${node.id}/imports/blank/${format}${template ? `?template=${template}` : ''}`
  return (
    <div className="lh-stack">
      <p className="lh-muted">{t('import.how')}</p>
      {(templates.data?.items.length ?? 0) > 0 && (
        <Flex vertical gap={6}>
          <label htmlFor="import-template">{t('template.one')}</label>
          <Select
            id="import-template" allowClear value={template || null} onChange={(id: string | null) => setTemplate(id ?? '')} placeholder={t('template.noOne')} showSearch={{ optionFilterProp: 'label' }}
            options={templates.data!.items.map((x) => ({ value: x.id, label: `${text(x.name)} ${x.code}:${x.version}` }))} style={{ maxWidth: 520, width: '100%' }}
          />
        </Flex>
      )}
      <Flex gap={8} wrap>
        <Button icon={<DownloadOutlined />} href={blank('xlsx')} download>{t('import.blank', { format: 'XLSX' })}</Button>
        <Button icon={<DownloadOutlined />} href={blank('csv')} download>{t('import.blank', { format: 'CSV' })}</Button>
      </Flex>
      <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={send.isPending} beforeUpload={(file) => { send.mutate(file); return false }}>
        <Flex vertical align="center" gap={4} className="lh-drop">
          <InboxOutlined className="lh-drop-icon" />
          <span>{t(send.isPending ? 'import.sending' : 'import.drop')}</span>
          <span className="lh-muted">{t('import.bounds')}</span>
        </Flex>
      </Upload.Dragger>
      {send.error && <Alert type="error" showIcon role="alert" title={problemText(send.error)} description={<ul className="lh-faults">{faultTexts(send.error).map((x) => <li key={x}>{x}</li>)}</ul>} />}
    </div>
  )
}

/** One file: looked at, at work, or ended. */
function Opened({ id, close }: { id: string; close: () => void }) {
  const t = useIdentifierTexts()
  const one = useImport(id)
  if (one.error) return <Failure problem={one.error} retry={() => void one.refetch()} />
  if (!one.data) return <Loading rows={3} />
  const b = one.data
  return (
    <div className="lh-stack">
      <Flex gap={10} wrap align="center">
        <strong className="lh-break">{b.name}</strong>
        <StatusTag tone={importTone[b.state]}>{t(`import.state.${b.state}`)}</StatusTag>
      </Flex>
      {b.state === 'held' ? <Held batch={b} close={close} /> : <Begun batch={b} close={close} />}
    </div>
  )
}

function Held({ batch, close }: { batch: ImportRow; close: () => void }) {
  const t = useIdentifierTexts()
  const [overwrite, setOverwrite] = useState(false)
  const start = useChange({ run: () => read(api.POST('/api/identifier/imports/{id}/start', { params: { path: { id: batch.id } }, body: { overwrite } })), refresh: [importsKey] })
  const give = useChange({ run: () => read(api.POST('/api/identifier/imports/{id}/cancel', { params: { path: { id: batch.id } } })), refresh: [importsKey], after: close })
  return (
    <>
      <Preview id={batch.id} />
      <Checkbox checked={overwrite} onChange={(e) => setOverwrite(e.target.checked)}>{t('import.overwrite')}</Checkbox>
      <Flex gap={8} wrap>
        <Button type="primary" loading={start.isPending} onClick={() => start.mutate()}>{t('import.start')}</Button>
        <Button loading={give.isPending} onClick={() => give.mutate()}>{t('import.another')}</Button>
      </Flex>
    </>
  )
}

/** The columns that were recognised, and what the first rows become. */
function Preview({ id }: { id: string }) {
  const t = useIdentifierTexts()
  const text = useText()
  const preview = usePreview(id)
  if (preview.error) return <Failure problem={preview.error} retry={() => void preview.refetch()} />
  if (!preview.data) return <Loading rows={4} />
  const { columns, rows, wrong, more } = preview.data
  const title = rows.length === 0 ? t('import.noRows') : wrong > 0 ? t('import.wrong', { count: rows.length, wrong }) : t('import.right', { count: rows.length })
  return (
    <>
      <Alert type={wrong > 0 || rows.length === 0 ? 'warning' : 'success'} showIcon role="status" title={title} description={more ? t('import.more') : undefined} />
      <PlainTable
        label={t('import.preview')}
        rowKey="line"
        dataSource={rows}
        columns={[
          { title: t('import.line'), align: 'right', render: (_, r) => <span className="lh-number">{r.line}</span> },
          { title: t('field.handle'), render: (_, r) => <span className="lh-code lh-break">{r.handle}</span> },
          ...columns.map((c, i) => ({
            key: `c${c.index}`,
            title: <span className="lh-two"><span>{c.type}</span><span className="lh-muted">{t('import.index', { index: c.index })}</span></span>,
            render: (_: unknown, r: (typeof rows)[number]) => <span className={r.column === c.name ? 'lh-error lh-value-data' : 'lh-value-data'}>{r.cells[i]}</span>,
          })),
          { title: t('import.reason'), render: (_, r) => (r.message.en ? <span className="lh-error">{r.column ? t('import.columnReason', { column: r.column, reason: text(r.message) }) : text(r.message)}</span> : <StatusTag tone="good">{t('import.fine')}</StatusTag>) },
        ]}
      />
    </>
  )
}

function Begun({ batch, close }: { batch: ImportRow; close: () => void }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const cancel = useChange({ run: () => read(api.POST('/api/identifier/imports/{id}/cancel', { params: { path: { id: batch.id } } })), refresh: [importsKey], quiet: true })
  const running = batch.state === 'running'
  const counts = t('import.counts', { rows: f.number(batch.rows), made: f.number(batch.made), refused: f.number(batch.refused) })
  return (
    <>
      {running && <Progress percent={Math.round(batch.progress * 100)} status="active" aria-label={t('import.progress')} />}
      <Alert
        type={batch.state === 'failed' ? 'error' : running ? 'info' : batch.state === 'cancelled' || batch.refused > 0 ? 'warning' : 'success'}
        showIcon role="status" title={counts} description={batch.reason || (running ? t('import.leave') : batch.state === 'cancelled' ? t('import.kept') : undefined)}
      />
      <Flex gap={8} wrap align="center">
        {running && <Confirm title={t('import.cancelTitle')} note={t('import.kept')} label={t('import.cancel')} run={() => cancel.mutateAsync()} />}
        {running && <Link to="/system/my-jobs">{t('import.jobs')}</Link>}
        {!running && <Button type="primary" onClick={close}>{t('import.next')}</Button>}
        {!running && batch.made > 0 && <LinkButton to={`/identifier/labels?import=${batch.id}`} icon={<PrinterOutlined />}>{t('labels.title')}</LinkButton>}
      </Flex>
      {batch.refused > 0 && <Faults batch={batch} />}
    </>
  )
}

/** The rows that were refused: line, column and reason, to be downloaded. */
function Faults({ batch }: { batch: ImportRow }) {
  const t = useIdentifierTexts()
  const text = useText()
  const columns: Column<FaultRow>[] = [
    { key: 'line', title: t('import.line'), sort: 'line', align: 'right', width: 90, render: (x) => <span className="lh-number">{x.line}</span> },
    { key: 'handle', title: t('field.handle'), sort: 'handle', render: (x) => <span className="lh-code lh-break">{x.handle}</span> },
    { key: 'column', title: t('import.column'), sort: 'column', from: 'sm', render: (x) => <span className="lh-code">{x.column}</span> },
    { key: 'message', title: t('import.reason'), render: (x) => text(x.message) },
  ]
  return <DataTable<FaultRow> url={`/api/identifier/imports/${batch.id}/faults`} queryKey={[...importsKey, 'faults', batch.id]} label={t('import.faults')} rowKey={(x) => String(x.line)} columns={columns} search={t('import.searchFaults')} prefix="f." views="" exports />
}

function Former({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const [, show] = useOpen()
  const columns: Column<ImportRow>[] = [
    { key: 'name', title: t('import.file'), sort: 'name', render: (b) => <button type="button" className="lh-link lh-break" onClick={() => show(b.id)}>{b.name}</button> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (b) => <StatusTag tone={importTone[b.state]}>{t(`import.state.${b.state}`)}</StatusTag> },
    { key: 'made', title: t('import.made'), sort: 'made', align: 'right', render: (b) => <span className="lh-number">{f.number(b.made)}</span> },
    { key: 'refused', title: t('import.refused'), sort: 'refused', align: 'right', render: (b) => <span className="lh-number">{f.number(b.refused)}</span> },
    { key: 'created', title: t('import.asked'), sort: 'created_at', from: 'md', render: (b) => <span className="lh-number">{f.time(b.created_at)}</span> },
    { key: 'ended', title: t('import.ended'), from: 'lg', render: (b) => <span className="lh-number">{f.time(b.ended_at)}</span> },
  ]
  return (
    <DataTable<ImportRow>
      url={`/api/identifier/nodes/${node.id}/imports`} queryKey={importsKey} label={t('import.former')} rowKey={(b) => b.id} columns={columns} search={t('import.search')} prefix="i." views="" exports
      empty={<EmptyState title={t('import.none')} note={t('import.noneNote')} />}
    />
  )
}
