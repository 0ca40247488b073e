import { InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Checkbox, Flex, Upload } from 'antd'
import { useState } from 'react'
import { CopyBlock, Problem, problemText, request, useFormat, type Schema } from '../../kernel'
import { roomKey, type PlatformDetail } from './data'
import { usePlatformTexts } from './texts'

interface Receipt {
  receipt: string
  accepted: number
  rejected: number
}

const example = 'code,period,value,industry,district\nent_served,2026-11-01,320,,\nent_served,2026-11-01,48,C26,\ndev_connected,2026-11-01,1250,,\n'

/** Takes values of the past from a CSV file and says what became of each row. */
export function Backfill({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const queries = useQueryClient()
  const [revises, setRevises] = useState(false)
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Receipt | Problem | null>(null)
  const send = async (file: Blob) => {
    setBusy(true)
    setResult(null)
    try {
      const path = `/api/platforms/${platform.id}/backfill${revises ? '?revises=true' : ''}`
      setResult(await request<Receipt>(path, { method: 'POST', body: file, headers: { 'Content-Type': 'text/csv' } }))
    } catch (error) {
      setResult(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
      await queries.invalidateQueries({ queryKey: roomKey })
    }
  }
  return (
    <div className="lh-stack lh-form-wide">
      <div>{t('backfill.note')}</div>
      <CopyBlock text={example} label={t('backfill.example')} />
      <Checkbox checked={revises} onChange={(e) => setRevises(e.target.checked)}>
        {t('backfill.revises')}
      </Checkbox>
      <Upload.Dragger accept=".csv,text/csv" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(file) => { void send(file); return false }}>
        <Flex vertical align="center" gap={4} className="lh-drop">
          <InboxOutlined className="lh-drop-icon" />
          <span>{busy ? t('backfill.busy') : t('backfill.drop')}</span>
        </Flex>
      </Upload.Dragger>
      {result && !(result instanceof Problem) && <Alert type="success" showIcon title={t('backfill.done', { accepted: f.number(result.accepted) })} description={<span className="lh-code">{result.receipt}</span>} />}
      {result instanceof Problem && <Refused problem={result} />}
    </div>
  )
}

function Refused({ problem }: { problem: Problem }) {
  const faults: Schema<'FaultField'>[] = problem.faults as Schema<'FaultField'>[]
  const partly = Number(problem.params.accepted ?? 0) > 0
  return (
    <Alert
      type={partly ? 'warning' : 'error'}
      showIcon
      title={problemText(problem)}
      description={
        faults.length > 0 && (
          <ul className="lh-findings">
            {faults.map((x) => (
              <li key={x.location + x.message}>
                <span className="lh-code">{x.location.replace(/^body\.?/, '').replace('items', '')}</span> {x.message}
              </li>
            ))}
          </ul>
        )
      }
    />
  )
}
