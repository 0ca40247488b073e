import { SafetyOutlined } from '@ant-design/icons'
import { Button, Input, Upload } from 'antd'
import { Failure, PlainTable, request, StatusTag, useChange } from '../../kernel'
import { useIdentifierTexts } from './texts'

interface Found { name: string; sha256: string; state: 'whole' | 'changed' | 'missing' | 'foreign' }
interface Verdict { title: string; statement: string; signature: boolean; key: string; suite: string; files: Found[] }

const tones = { whole: 'good', changed: 'bad', missing: 'bad', foreign: 'bad' } as const

/** Looks at a ZIP of tables or a signature file: whether it was signed here, and whether the files are those that were signed. */
export function Verify() {
  const t = useIdentifierTexts()
  const send = useChange({
    run: (file: File) => request<Verdict>('/api/identifier/signatures/verification', { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } }),
    refresh: [], quiet: true,
  })
  return (
    <>
      <Upload accept=".zip,.json" maxCount={1} showUploadList={false} disabled={send.isPending} beforeUpload={(file) => { send.mutate(file); return false }}>
        <Button icon={<SafetyOutlined />} loading={send.isPending}>{t('verify.choose')}</Button>
      </Upload>
      {send.error && <Failure problem={send.error} />}
      {send.data && <Said verdict={send.data} />}
    </>
  )
}

function Said({ verdict: v }: { verdict: Verdict }) {
  const t = useIdentifierTexts()
  const wrong = v.files.filter((f) => f.state !== 'whole')
  return (
    <section aria-label={t('verify.result')} className="lh-bridge-answer">
      <div className="lh-outcome-line" role="status">
        <StatusTag tone={v.signature && wrong.length === 0 ? 'good' : 'bad'}>{t(!v.signature ? 'verify.broken' : wrong.length > 0 ? 'verify.changed' : v.files.length > 0 ? 'verify.whole' : 'verify.holds', { count: v.files.length })}</StatusTag>
        {v.signature && <span className="lh-muted lh-break">{t('verify.key', { key: v.key })}</span>}
      </div>
      {wrong.length > 0 && (
        <PlainTable<Found>
          label={t('verify.result')} rowKey={(f) => `${f.name} ${f.state}`} dataSource={wrong}
          columns={[
            { key: 'name', title: t('verify.file'), render: (_, f) => <span className="lh-code lh-break">{f.name}</span> },
            { key: 'state', title: t('verify.state'), render: (_, f) => <StatusTag tone={tones[f.state]}>{t(`verify.of.${f.state}`)}</StatusTag> },
          ]}
        />
      )}
      <Input.TextArea readOnly autoSize={{ maxRows: 8 }} className="lh-code" aria-label={t('verify.statement')} value={v.statement} />
    </section>
  )
}
