import { InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Flex, Segmented, Upload } from 'antd'
import { useState } from 'react'
import { PageHeader, PlainTable, Problem, problemText, request, useFormat, useLanguage, useText, type Text } from '../../kernel'
import { Way } from './Answer'
import { roomKey, type Hop } from './data'
import { Outside } from './Outside'
import { useAtlasTexts } from './texts'
import './atlas.css'

interface Finding { line: number; column: string; why: Text }
interface Outcome { nodes: number; edges: number; wrong: Finding[]; first: Hop[]; done: boolean }

/** Brings in enterprises outside, or relations: first the file is looked at, then taken over as a whole. */
export default function Import() {
  const t = useAtlasTexts()
  const f = useFormat()
  const text = useText()
  const language = useLanguage()
  const queries = useQueryClient()
  const [what, setWhat] = useState<'outside' | 'relations'>('outside')
  const [file, setFile] = useState<File | null>(null)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const send = async (chosen: File, path: string) => {
    setBusy(true)
    setProblem(null)
    setOutcome(null)
    setFile(chosen)
    try {
      setOutcome(await request<Outcome>(`/api/atlas/import/${what}${path}?${new URLSearchParams({ name: chosen.name })}`, { method: 'POST', body: chosen, headers: { 'Content-Type': chosen.type || 'application/octet-stream' } }))
      void queries.invalidateQueries({ queryKey: roomKey })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="lh-stack">
      <PageHeader title={t('import.title')} note={t('import.note')} />
      <Card size="small">
        <div className="lh-stack">
          <div className="lh-atlas-bar">
            <Segmented value={what} aria-label={t('import.what')} options={(['outside', 'relations'] as const).map((v) => ({ value: v, label: t(`import.${v}`) }))} onChange={(v) => { setWhat(v); setOutcome(null); setProblem(null) }} />
            {(['xlsx', 'csv'] as const).map((format) => <Button key={format} href={`/api/atlas/import/template/${what}/${format}?lang=${language}`} download={`${what}.${format}`}>{t('chains.template', { format: format.toUpperCase() })}</Button>)}
          </div>
          <p className="lh-note">{t('import.again')}</p>
          <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(chosen) => { void send(chosen, '/preview'); return false }}>
            <Flex vertical align="center" gap={4} className="lh-drop"><InboxOutlined className="lh-drop-icon" /><span>{busy ? t('chains.reading') : t('chains.file')}</span></Flex>
          </Upload.Dragger>
        </div>
      </Card>
      <div aria-live="polite" className="lh-stack">
        {problem && <Alert type="error" showIcon title={problemText(problem)} />}
        {outcome?.done && <Alert type="success" showIcon title={t('import.taken', { nodes: outcome.nodes, edges: outcome.edges })} />}
        {outcome && !outcome.done && outcome.wrong.length > 0 && (
          <Card size="small" title={t('chains.mend')}>
            <PlainTable<Finding>
              label={t('chains.wrong')} rowKey={(x) => `${x.line} ${x.column} ${x.why.en}`} dataSource={outcome.wrong} pagination={outcome.wrong.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
              columns={[
                { title: t('chains.line'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.line, 0)}</span> },
                { title: t('chains.column'), render: (_, x) => <span className="lh-code">{x.column}</span> },
                { title: t('chains.wrong'), render: (_, x) => text(x.why) },
              ]}
            />
          </Card>
        )}
        {outcome && !outcome.done && outcome.wrong.length === 0 && (
          <Card size="small" title={t('import.preview', { nodes: outcome.nodes, edges: outcome.edges })}>
            <h2 className="lh-note">{t('import.first')}</h2>
            <Way path={outcome.first} />
            <Button type="primary" loading={busy} onClick={() => { if (file) void send(file, '') }}>{t('import.take')}</Button>
          </Card>
        )}
      </div>
      <Outside />
    </div>
  )
}
