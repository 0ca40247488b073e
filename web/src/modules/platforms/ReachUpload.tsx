import { DownloadOutlined, InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Flex, Form, Input, Upload } from 'antd'
import { useState, type ReactNode } from 'react'
import { PlainTable, Problem, problemText, request, useFormat, useText } from '../../kernel'
import { roomKey } from './data'
import { thisMonth, type WrongRow } from './reach'
import { usePlatformTexts } from './texts'

interface Props {
  path: string
  template: 'frame' | 'served' | 'survey'
  note: string
  /** Further parameters, and the fields for them. */
  also?: Record<string, string>
  children?: ReactNode
  done?: () => void
}

/** Takes a file with a list of a month, all or nothing, and says which rows are wrong. */
export function ReachUpload({ path, template, note, also = {}, children, done }: Props) {
  const t = usePlatformTexts()
  const f = useFormat()
  const queries = useQueryClient()
  const [month, setMonth] = useState(thisMonth)
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Problem | string | null>(null)
  const send = async (file: File) => {
    setBusy(true)
    setResult(null)
    try {
      const query = new URLSearchParams({ month, name: file.name, ...also })
      await request(`${path}?${query}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } })
      setResult(file.name)
      void queries.invalidateQueries({ queryKey: roomKey })
      done?.()
    } catch (error) {
      setResult(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form layout="vertical" className="lh-form">
      <p className="lh-note">{note}</p>
      {children}
      <Form.Item label={t('reach.month')} htmlFor={`${template}-month`}><Input id={`${template}-month`} type="month" value={month} max={thisMonth()} onChange={(e) => setMonth(e.target.value)} /></Form.Item>
      <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={busy || !month} beforeUpload={(file) => { void send(file); return false }}>
        <Flex vertical align="center" gap={4} className="lh-drop">
          <InboxOutlined className="lh-drop-icon" />
          <span>{busy ? t('backfill.busy') : t('reach.drop')}</span>
        </Flex>
      </Upload.Dragger>
      <div className="lh-reach-template"><Button type="link" icon={<DownloadOutlined />} href={`/api/platforms/reach/templates/${template}`} download={`${template}.csv`}>{t('reach.template')}</Button></div>
      <div aria-live="polite">
        {typeof result === 'string' && <Alert type="success" showIcon title={t('reach.taken', { file: result })} />}
        {result instanceof Problem && <Refused problem={result} number={f.number} />}
      </div>
    </Form>
  )
}

function Refused({ problem, number }: { problem: Problem; number: (n: number) => string }) {
  const t = usePlatformTexts()
  const text = useText()
  const rows = (problem.params.rows ?? []) as WrongRow[]
  return (
    <div className="lh-stack">
      <Alert type="error" showIcon title={problemText(problem)} />
      {rows.length > 0 && (
        <PlainTable<WrongRow>
          label={t('reach.wrong')} rowKey={(x) => `${x.line} ${x.column}`} dataSource={rows} pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { key: 'line', title: t('reach.line'), align: 'right', render: (_, x) => <span className="lh-number">{number(x.line)}</span> },
            { key: 'column', title: t('reach.column'), render: (_, x) => <span className="lh-code">{x.column}</span> },
            { key: 'why', title: t('reach.why'), render: (_, x) => text(x.why) },
          ]}
        />
      )}
    </div>
  )
}
