import { DownloadOutlined, InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Drawer, Flex, Form, Input, Upload } from 'antd'
import { useState } from 'react'
import { PlainTable, Problem, problemText, request, StatusTag, useFormat, useText, type Tone } from '../../kernel'
import { Evidence, PlatformChoice } from './OutputForm'
import { outputKey, type OutputFile, type OutputPreview, type OutputRow } from './outputs'
import { usePlatformTexts } from './texts'

const outcomes = ['new', 'change', 'same', 'refused'] as const
const tone: Record<OutputRow['outcome'], Tone> = { new: 'good', change: 'warn', same: 'info', refused: 'bad' }

/** Takes figures from a table: a preview row by row, and then all are sent with their evidence. */
export function OutputTable({ open, close }: { open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  return (
    <Drawer open={open} onClose={close} size={760} title={t('output.table')} destroyOnHidden>
      <Table open={open} />
    </Drawer>
  )
}

function Table({ open }: { open: boolean }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const queries = useQueryClient()
  const [platform, setPlatform] = useState<string>()
  const [evidence, setEvidence] = useState<OutputFile>()
  const [file, setFile] = useState<File | null>(null)
  const [seen, setSeen] = useState<OutputPreview | null>(null)
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const post = async (chosen: File, query: Record<string, string>) => {
    setBusy(true)
    setProblem(null)
    try {
      setSeen(await request<OutputPreview>(`/api/platforms/${platform}/output/table?${new URLSearchParams({ name: chosen.name, ...query })}`, { method: 'POST', body: chosen, headers: { 'Content-Type': chosen.type || 'application/octet-stream' } }))
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  const look = async (chosen: File) => {
    setFile(chosen)
    setSeen(null)
    await post(chosen, {})
  }
  const send = async () => {
    await post(file!, { file: evidence!.id, ...(reason.trim() ? { reason: reason.trim() } : {}) })
    await queries.invalidateQueries({ queryKey: outputKey })
  }
  const changes = seen !== null && seen.counts.change > 0
  return (
    <Form layout="vertical" className="lh-form-wide">
      <p className="lh-note">{t('output.tableNote')}</p>
      <Form.Item label={t('page.title')} htmlFor="output-platform"><PlatformChoice id="output-platform" open={open} {...(platform ? { value: platform } : {})} onChange={(id) => { setPlatform(id); setEvidence(undefined); setSeen(null) }} /></Form.Item>
      <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={busy || !platform} beforeUpload={(chosen) => { void look(chosen); return false }}>
        <Flex vertical align="center" gap={4} className="lh-drop">
          <InboxOutlined className="lh-drop-icon" />
          <span>{busy ? t('backfill.busy') : t('backfill.drop')}</span>
        </Flex>
      </Upload.Dragger>
      <div className="lh-reach-template"><Button type="link" icon={<DownloadOutlined />} href="/api/platforms/output/template" download="output.csv">{t('backfill.template')}</Button></div>
      <div aria-live="polite">
        {problem !== null && <Alert type="error" showIcon title={problemText(problem)} />}
        {seen?.sent && <Alert type="success" showIcon title={t('output.tableSent', { count: seen.counts.new + seen.counts.change })} />}
      </div>
      {seen && !seen.sent && (
        <section aria-label={t('backfill.preview')} className="lh-stack">
          <Alert type={seen.counts.refused > 0 ? 'warning' : 'info'} showIcon role="status" title={t('backfill.would', { file: file?.name ?? '' })} description={outcomes.filter((o) => seen.counts[o] > 0).map((o) => `${t(`backfill.outcomes.${o}`)} ${f.number(seen.counts[o])}`).join(' · ')} />
          <Rows rows={seen.rows} />
          {changes && <Form.Item label={t('output.reason')} htmlFor="output-reason"><Input id="output-reason" value={reason} maxLength={2000} onChange={(e) => setReason(e.target.value)} /></Form.Item>}
          <Form.Item label={t('output.evidence')} htmlFor="output-evidence"><Evidence id="output-evidence" platform={platform} {...(evidence ? { value: evidence } : {})} onChange={setEvidence} /></Form.Item>
          <div><Button type="primary" loading={busy} disabled={seen.counts.refused > 0 || seen.counts.new + seen.counts.change === 0 || !evidence || (changes && !reason.trim())} onClick={() => void send()}>{t('output.send')}</Button></div>
        </section>
      )}
    </Form>
  )
}

function Rows({ rows }: { rows: OutputRow[] }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  return (
    <PlainTable<OutputRow>
      label={t('backfill.preview')} rowKey="line" dataSource={rows} pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { key: 'line', title: t('reach.line'), align: 'right', render: (_, r) => <span className="lh-number">{f.number(r.line)}</span> },
        { key: 'enterprise', title: t('output.enterprise'), render: (_, r) => <span className="lh-two"><span>{r.enterprise}</span><span className="lh-code">{r.uscc}</span></span> },
        { key: 'year', title: t('foster.yearLabel'), responsive: ['sm'], render: (_, r) => <span className="lh-number">{r.year}</span> },
        { key: 'amount', title: t('output.amount'), align: 'right', render: (_, r) => <span className="lh-number">{r.before === undefined || r.outcome === 'same' ? f.number(r.amount, 4) : `${f.number(r.before, 4)} → ${f.number(r.amount, 4)}`}</span> },
        { key: 'what', title: t('field.outcome'), render: (_, r) => <span className="lh-wrap"><StatusTag tone={tone[r.outcome]}>{t(`backfill.outcomes.${r.outcome}`)}</StatusTag>{r.why && <> <span className="lh-code">{r.column} </span>{text(r.why)}</>}</span> },
      ]}
    />
  )
}
