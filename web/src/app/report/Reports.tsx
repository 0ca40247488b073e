import { FileExcelOutlined, FilePdfOutlined, PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Drawer, Flex, Form, Progress, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, EntityForm, Failure, Loading, PageHeader, Problem, problemText, read, StatusTag, useChange, useFormat, useLanguage, useLive, useMay, useText, type Column, type Schema, type Tone } from '../../kernel'
import { useReportTexts } from './texts'

type Run = Schema<'ReportRun'>
type Kind = Schema<'ReportKindView'>

const key = ['report']
const states = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
const tones: Record<Run['state'], Tone> = { waiting: 'idle', running: 'info', done: 'good', failed: 'bad', cancelled: 'idle' }

/** Reports that were asked for, and the form that asks for one. */
export default function Reports() {
  const t = useReportTexts()
  const may = useMay()
  const [open, setOpen] = useState(false)
  useLive('report.runs', key)
  const make = may('report.make') && <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen(true)}>{t('make')}</Button>
  return (
    <>
      <PageHeader title={t('title')} note={t('note')} actions={make} />
      <DataTable<Run>
        url="/api/report/runs"
        queryKey={key}
        label={t('title')}
        rowKey={(r) => r.id}
        columns={useColumns()}
        filters={[{ name: 'state', label: t('field.state'), options: states.map((s) => ({ value: s, label: t(`state.${s}`) })) }]}
        search={t('search')}
        exports
        empty={<EmptyState title={t('empty')} note={t('emptyNote')} action={make} />}
      />
      <Drawer open={open} onClose={() => setOpen(false)} size={560} destroyOnHidden title={t('make')}>
        <Making close={() => setOpen(false)} />
      </Drawer>
    </>
  )
}

function useColumns(): Column<Run>[] {
  const t = useReportTexts()
  const f = useFormat()
  const may = useMay()
  const cancel = useChange({ run: (id: string) => read(api.POST('/api/report/runs/{id}/cancel', { params: { path: { id } } })), refresh: [key] })
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/report/runs/{id}', { params: { path: { id } } })), refresh: [key], done: t('removed'), quiet: true })
  return [
    { key: 'title', title: t('field.title'), sort: 'title', render: (r) => <span className="lh-two lh-prose"><span>{r.title}</span>{r.digest && <span className="lh-code" title={`${t('field.digest')} ${r.digest}`}>{r.digest.slice(0, 12)}</span>}</span> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (r) => <State run={r} /> },
    { key: 'asked', title: t('field.asked'), sort: 'asked_at', from: 'md', render: (r) => <span className="lh-two"><span>{r.asked_by_name}</span><span className="lh-number">{f.time(r.asked_at)}</span></span> },
    {
      key: 'files', title: t('field.files'), align: 'right',
      render: (r) => (
        <Flex gap={6} justify="end" wrap>
          {r.state === 'done' && (
            <>
              <Button size="small" icon={<FilePdfOutlined />} href={`/api/report/runs/${r.id}/pdf`} download aria-label={`${t('download', { format: 'PDF' })} ${r.title}`}>PDF</Button>
              <Button size="small" icon={<FileExcelOutlined />} href={`/api/report/runs/${r.id}/xlsx`} download aria-label={`${t('download', { format: 'Excel' })} ${r.title}`}>Excel</Button>
            </>
          )}
          {may('report.make') && (r.state === 'waiting' || r.state === 'running' ? (
            <Button size="small" onClick={() => cancel.mutate(r.id)}>{t('cancel')}</Button>
          ) : (
            <Confirm title={t('removeTitle')} label={t('remove')} button={{ size: 'small' }} run={() => remove.mutateAsync(r.id)} />
          ))}
        </Flex>
      ),
    },
  ]
}

function State({ run }: { run: Run }) {
  const t = useReportTexts()
  return (
    <span className="lh-report-state">
      <StatusTag tone={tones[run.state]}>{t(`state.${run.state}`)}</StatusTag>
      {run.state === 'running' && <Progress percent={Math.round(run.progress * 100)} size="small" aria-label={t('progress')} />}
      {run.problem && <span>{problemText(new Problem({ status: 500, key: run.problem }))}</span>}
    </span>
  )
}

interface Values {
  report: string
  language: 'zh' | 'en'
  values: Record<string, string>
}

function Making({ close }: { close: () => void }) {
  const kinds = useQuery({ queryKey: [...key, 'kinds'], queryFn: () => read(api.GET('/api/report/kinds')) })
  if (kinds.error) return <Failure problem={kinds.error} retry={() => void kinds.refetch()} />
  if (!kinds.data) return <Loading />
  return <Asking kinds={kinds.data.items} close={close} />
}

function Asking({ kinds, close }: { kinds: Kind[]; close: () => void }) {
  const t = useReportTexts()
  const text = useText()
  const language = useLanguage()
  const [form] = Form.useForm<Values>()
  const chosen = Form.useWatch('report', form) ?? kinds[0]?.id
  const kind = kinds.find((k) => k.id === chosen)
  const make = useChange({
    run: (v: Values) => read(api.POST('/api/report/runs', { body: { report: v.report, language: v.language, values: v.values ?? {} } })),
    refresh: [key],
    done: t('asked'),
    after: close,
    quiet: true,
  })
  const first = Object.fromEntries((kinds[0]?.parameters ?? []).map((p) => [p.name, p.choices[0]?.value ?? '']))
  return (
    <EntityForm<Values> form={form} initial={{ report: kinds[0]?.id ?? '', language, values: first }} submit={(v) => make.mutateAsync(v)} submitLabel={t('make')} cancel={close}>
      <Form.Item name="report" label={t('field.report')} extra={text(kind?.about)} rules={[{ required: true, message: t('missing', { label: t('field.report') }) }]}>
        <Select options={kinds.map((k) => ({ value: k.id, label: text(k.title) }))} />
      </Form.Item>
      {kind?.parameters.map((p) => (
        <Form.Item key={p.name} name={['values', p.name]} label={text(p.title)} rules={[{ required: true, message: t('missing', { label: text(p.title) }) }]}>
          <Select showSearch={{ optionFilterProp: 'label' }} options={p.choices.map((c) => ({ value: c.value, label: text(c.title) }))} />
        </Form.Item>
      ))}
      <Form.Item name="language" label={t('field.language')}>
        <Select options={(['zh', 'en'] as const).map((l) => ({ value: l, label: t(`language.${l}`) }))} />
      </Form.Item>
    </EntityForm>
  )
}
