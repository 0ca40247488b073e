import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Flex, Form, InputNumber, Progress } from 'antd'
import { Link } from 'react-router'
import { api, Confirm, DataTable, EmptyState, EntityForm, Failure, LinkButton, Loading, read, StatusTag, useChange, useFormat, useOpen, type Column } from '../../kernel'
import { batchesKey, rulesKey, useBatch, type CodeBatch, type CodeRule } from './codes'
import { useTemplate } from './data'
import { workTone } from './labels'
import { firstRows, itemsOf, valuesOf, type Row } from './rows'
import { TemplateItems } from './TemplateItems'
import { useIdentifierTexts } from './texts'
import { ValueRows } from './ValueRows'

/** The batches of a rule: a new one, the one that is opened, and those before. */
export function Batches({ rule }: { rule: CodeRule }) {
  const t = useIdentifierTexts()
  const [open, show] = useOpen()
  return (
    <>
      {open && <Card size="small" title={t('batches.one')}><Opened key={open} id={open} close={() => show(null)} /></Card>}
      {!open && <Card size="small" title={t('batches.make')}>{rule.stopped ? <Alert type="info" showIcon title={t('problems.code.stopped')} /> : <Making key={rule.revision} rule={rule} done={(b) => show(b.id)} />}</Card>}
      <Card size="small" title={t('batches.former')}><Former rule={rule} /></Card>
    </>
  )
}

interface Fields {
  count: number
  items?: Record<string, string>
  rows: Row[]
}

function Making({ rule, done }: { rule: CodeRule; done: (b: CodeBatch) => void }) {
  const t = useIdentifierTexts()
  const template = useTemplate(rule.template_id)
  const make = useChange({
    run: ({ count, items, rows }: Fields) => {
      const follows = rule.template_id ? { items: itemsOf(items) } : {}
      return read(api.POST('/api/identifier/rules/{id}/batches', { params: { path: { id: rule.id } }, body: { count, values: valuesOf(rule.template_id ? rows.filter((r) => r.data) : rows), ...follows } }))
    },
    refresh: [batchesKey, rulesKey],
    after: done,
    quiet: true,
  })
  if (rule.template_id && !template.data) return template.error ? <Failure problem={template.error} retry={() => void template.refetch()} /> : <Loading rows={3} />
  return (
    <EntityForm<Fields> name="batch" initial={{ count: 100, rows: firstRows() }} submit={(v) => make.mutateAsync(v)} submitLabel={t('batches.start')} wide>
      <Form.Item name="count" label={t('batches.count')} extra={t('batches.countNote')} rules={[{ required: true, message: t('form.missing', { label: t('batches.count') }) }]}>
        <InputNumber min={1} max={1_000_000} precision={0} style={{ width: 200 }} />
      </Form.Item>
      {template.data && <TemplateItems template={template.data} />}
      <ValueRows optional={rule.template_id !== ''} />
    </EntityForm>
  )
}

function Opened({ id, close }: { id: string; close: () => void }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const one = useBatch(id)
  const cancel = useChange({ run: () => read(api.POST('/api/identifier/batches/{id}/cancel', { params: { path: { id } } })), refresh: [batchesKey], quiet: true })
  if (one.error) return <Failure problem={one.error} retry={() => void one.refetch()} />
  if (!one.data) return <Loading rows={2} />
  const b = one.data
  const running = b.state === 'running'
  return (
    <div className="lh-stack">
      {running && <Progress percent={Math.round(b.progress * 100)} status="active" aria-label={t('batches.progress')} />}
      <Alert
        type={b.state === 'failed' ? 'error' : running ? 'info' : b.state === 'cancelled' || b.taken > 0 ? 'warning' : 'success'} showIcon role="status"
        title={t('batches.counts', { wanted: f.number(b.wanted), made: f.number(b.made), taken: f.number(b.taken) })} description={b.reason || (running ? t('batches.leave') : b.state === 'cancelled' ? t('import.kept') : undefined)}
      />
      <Flex gap={8} wrap align="center">
        {running && <Confirm title={t('batches.cancelTitle')} note={t('import.kept')} label={t('batches.stop')} run={() => cancel.mutateAsync()} />}
        {running && <Link to="/system/my-jobs">{t('import.jobs')}</Link>}
        {b.made > 0 && !running && <LinkButton type="primary" to={`/identifier/labels?batch=${b.id}`} icon={<PrinterOutlined />}>{t('labels.title')}</LinkButton>}
        {b.made > 0 && !running && <Button icon={<DownloadOutlined />} href={`/api/identifier/batches/${b.id}/codes`} download>{t('batches.export')}</Button>}
        {!running && <Button onClick={close}>{t('batches.another')}</Button>}
      </Flex>
    </div>
  )
}

function Former({ rule }: { rule: CodeRule }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const [, show] = useOpen()
  const columns: Column<CodeBatch>[] = [
    { key: 'created', title: t('import.asked'), sort: 'created_at', render: (b) => <button type="button" className="lh-link lh-number" onClick={() => show(b.id)}>{f.time(b.created_at)}</button> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (b) => <StatusTag tone={workTone[b.state]}>{t(`batches.state.${b.state}`)}</StatusTag> },
    { key: 'wanted', title: t('batches.wanted'), align: 'right', from: 'sm', render: (b) => <span className="lh-number">{f.number(b.wanted)}</span> },
    { key: 'made', title: t('batches.made'), sort: 'made', align: 'right', render: (b) => <span className="lh-number">{f.number(b.made)}</span> },
    { key: 'taken', title: t('batches.taken'), align: 'right', from: 'md', render: (b) => <span className="lh-number">{f.number(b.taken)}</span> },
    { key: 'ended', title: t('import.ended'), from: 'lg', render: (b) => <span className="lh-number">{f.time(b.ended_at)}</span> },
  ]
  return (
    <DataTable<CodeBatch>
      url={`/api/identifier/rules/${rule.id}/batches`} queryKey={batchesKey} label={t('batches.former')} rowKey={(b) => b.id} columns={columns} prefix="b." views="" exports
      empty={<EmptyState title={t('batches.none')} note={t('batches.noneNote')} />}
    />
  )
}
