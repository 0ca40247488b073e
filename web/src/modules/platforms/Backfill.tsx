import { DownloadOutlined, InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Flex, Form, Input, Select, Upload } from 'antd'
import { useState } from 'react'
import { faultText, PlainTable, Problem, problemText, request, StatusTag, useFormat, useLanguage, type Schema, type Tone } from '../../kernel'
import { roomKey, useCatalogue, type PlatformDetail } from './data'
import { findingText } from './Submissions'
import { usePlatformTexts } from './texts'

interface Receipt { receipt: string; accepted: number; rejected: number }

const outcomes = ['new', 'change', 'same', 'refused'] as const
type Outcome = (typeof outcomes)[number]
const tone: Record<Outcome, Tone> = { new: 'good', change: 'warn', same: 'info', refused: 'bad' }

/** What a row of a file would change. */
interface Row {
  line: number
  code: string
  dims: Record<string, string>
  period: string
  value: string
  before?: number
  outcome: Outcome
  column?: string
  finding?: Schema<'PlatformsFinding'>
}

interface Preview { rows: Row[]; counts: Record<Outcome, number>; current: boolean }

/** Takes figures from a file: a table to fill in, what it would change row by row, and then it is sent. */
export function Backfill({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [file, setFile] = useState<File | null>(null)
  const [seen, setSeen] = useState<Preview | null>(null)
  const [reason, setReason] = useState('')
  const [result, setResult] = useState<Receipt | Problem | null>(null)
  const post = async <T,>(path: string, chosen: File, query: Record<string, string>): Promise<T | null> => {
    setBusy(true)
    setResult(null)
    try {
      const parameters = new URLSearchParams({ name: chosen.name, ...query })
      return await request<T>(`/api/platforms/${platform.id}/backfill${path}?${parameters}`, { method: 'POST', body: chosen, headers: { 'Content-Type': chosen.type || 'application/octet-stream' } })
    } catch (error) {
      setResult(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
      return null
    } finally {
      setBusy(false)
    }
  }
  const look = async (chosen: File) => {
    setFile(chosen)
    setSeen(null)
    setReason('')
    setSeen(await post<Preview>('/preview', chosen, {}))
  }
  const send = async () => {
    const receipt = await post<Receipt>('', file!, reason.trim() ? { reason: reason.trim() } : {})
    if (receipt) setResult(receipt)
    setSeen(null)
    await queries.invalidateQueries({ queryKey: roomKey })
  }
  return (
    <div className="lh-stack lh-form-wide">
      <div>{t('backfill.note')}</div>
      <Template platform={platform.id} />
      <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(chosen) => { void look(chosen); return false }}>
        <Flex vertical align="center" gap={4} className="lh-drop">
          <InboxOutlined className="lh-drop-icon" />
          <span>{busy ? t('backfill.busy') : t('backfill.drop')}</span>
        </Flex>
      </Upload.Dragger>
      {seen && (
        <section aria-label={t('backfill.preview')} className="lh-stack">
          <Alert type={seen.counts.refused > 0 ? 'warning' : 'info'} showIcon role="status" title={t('backfill.would', { file: file?.name ?? '' })} description={outcomes.filter((o) => seen.counts[o] > 0).map((o) => `${t(`backfill.outcomes.${o}`)} ${f.number(seen.counts[o])}`).join(' · ')} />
          <Rows rows={seen.rows} />
          {seen.counts.change > 0 && <Form layout="vertical"><Form.Item label={t('backfill.reason')} htmlFor="backfill-reason" extra={t('backfill.reasonNote')}><Input id="backfill-reason" value={reason} maxLength={500} onChange={(e) => setReason(e.target.value)} /></Form.Item></Form>}
          <Flex gap={8} wrap align="center">
            <Button type="primary" loading={busy} disabled={seen.counts.new + seen.counts.change + seen.counts.same === 0 || (seen.counts.change > 0 && !reason.trim())} onClick={() => void send()}>{t('backfill.send')}</Button>
            <Button onClick={() => setSeen(null)}>{t('backfill.drop_it')}</Button>
            <span className="lh-muted">{t(seen.current ? 'backfill.counts' : 'backfill.countsNot')}</span>
          </Flex>
        </section>
      )}
      <div aria-live="polite">
        {result && !(result instanceof Problem) && <Alert type="success" showIcon title={t('backfill.done', { accepted: f.number(result.accepted) })} description={<span className="lh-code">{result.receipt}</span>} />}
        {result instanceof Problem && <Refused problem={result} />}
      </div>
    </div>
  )
}

/** A table to fill in with what the platform owes. */
function Template({ platform }: { platform: string }) {
  const t = usePlatformTexts()
  const language = useLanguage()
  const [of, setOf] = useState<'month' | 'day'>('month')
  const [period, setPeriod] = useState('')
  const address = (format: string) => `/api/platforms/${platform}/backfill/template?${new URLSearchParams({ of, format, lang: language, ...(period ? { period } : {}) })}`
  return (
    <fieldset className="lh-fieldset">
      <legend>{t('backfill.template')}</legend>
      <p className="lh-note">{t('backfill.templateNote')}</p>
      <Flex gap={8} wrap align="center">
        <Select aria-label={t('backfill.of')} value={of} onChange={(v) => { setOf(v); setPeriod('') }} options={(['month', 'day'] as const).map((k) => ({ value: k, label: t(`backfill.periods.${k}`) }))} style={{ minWidth: 120 }} />
        <Input aria-label={t('field.period')} type={of === 'month' ? 'month' : 'date'} value={period} onChange={(e) => setPeriod(e.target.value)} style={{ width: 170 }} />
        <Button icon={<DownloadOutlined />} href={address('xlsx')} download>XLSX</Button>
        <Button icon={<DownloadOutlined />} href={address('csv')} download>CSV</Button>
      </Flex>
    </fieldset>
  )
}

function Rows({ rows }: { rows: Row[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const name = useCatalogue()
  return (
    <PlainTable<Row>
      label={t('backfill.preview')} rowKey={(r) => String(r.line)} dataSource={rows} pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { key: 'line', title: t('reach.line'), align: 'right', render: (_, r) => <span className="lh-number">{f.number(r.line)}</span> },
        { key: 'code', title: t('field.indicator'), render: (_, r) => <span className="lh-two"><span>{name(r.code)}</span><span className="lh-wrap">{Object.entries(r.dims).map(([k, v]) => `${t(`field.${k as 'industry'}`)} ${v}`).join(' · ') || t('page.total')}</span></span> },
        { key: 'period', title: t('field.period'), responsive: ['sm'], render: (_, r) => <span className="lh-number">{r.period}</span> },
        { key: 'value', title: t('field.value'), align: 'right', render: (_, r) => <span className="lh-number">{r.before === undefined || r.outcome === 'same' ? r.value : `${f.number(r.before, 4)} → ${r.value}`}</span> },
        { key: 'what', title: t('field.outcome'), render: (_, r) => <span className="lh-wrap"><StatusTag tone={tone[r.outcome]}>{t(`backfill.outcomes.${r.outcome}`)}</StatusTag>{r.finding && <> {r.column && <span className="lh-code">{r.column} </span>}{findingText(t, r.finding)}</>}</span> },
      ]}
    />
  )
}

function Refused({ problem }: { problem: Problem }) {
  const partly = Number(problem.params.accepted ?? 0) > 0
  return (
    <Alert
      type={partly ? 'warning' : 'error'} showIcon title={problemText(problem)}
      description={problem.faults.length > 0 && <ul className="lh-findings">{problem.faults.map((x) => <li key={x.location + x.message}><span className="lh-code">{x.location.replace(/^(body|query)\.?/, '').replace('items', '')}</span> {faultText(x)}</li>)}</ul>}
    />
  )
}
