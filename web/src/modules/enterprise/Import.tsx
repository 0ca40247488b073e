import { DownloadOutlined, InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Flex, Upload } from 'antd'
import { useState } from 'react'
import { Figure, Figures, LinkButton, PageHeader, PlainTable, Problem, problemText, request, useFormat, useLanguage, useText, type Text } from '../../kernel'
import { roomKey, useVocabulary } from './data'
import { useEnterpriseTexts } from './texts'

interface Finding { line: number; column: string; why: Text }
interface Row { line: number; code: string; name: Text; district: string; industry: string }
interface Outcome { new: number; known: number; wrong: Finding[]; first: Row[]; done: boolean }

/** Enters many enterprises from a file: first it is looked at, then entered as a whole. */
export default function Import() {
  const t = useEnterpriseTexts()
  const queries = useQueryClient()
  const language = useLanguage()
  const [file, setFile] = useState<File | null>(null)
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (what: File, path: string) => {
    setBusy(true)
    setProblem(null)
    setOutcome(null)
    setFile(what)
    try {
      setOutcome(await request<Outcome>(`${path}?${new URLSearchParams({ name: what.name })}`, { method: 'POST', body: what, headers: { 'Content-Type': what.type || 'application/octet-stream' } }))
      void queries.invalidateQueries({ queryKey: roomKey })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('import.title')} note={t('import.note')}
        actions={(['xlsx', 'csv'] as const).map((format) => <Button key={format} icon={<DownloadOutlined />} href={`/api/enterprise/import/template/${format}?lang=${language}`} download={`enterprises.${format}`}>{t('import.template', { format: format.toUpperCase() })}</Button>)}
      />
      <Card>
        <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(chosen) => { void send(chosen, '/api/enterprise/import/preview'); return false }}>
          <Flex vertical align="center" gap={4} className="lh-drop">
            <InboxOutlined className="lh-drop-icon" />
            <span>{busy ? t('import.busy') : t('import.drop')}</span>
          </Flex>
        </Upload.Dragger>
      </Card>
      <div aria-live="polite" className="lh-stack">
        {problem && <Alert type="error" showIcon title={problemText(problem)} />}
        {outcome && <Result outcome={outcome} busy={busy} enter={() => { if (file) void send(file, '/api/enterprise/import') }} name={file?.name ?? ''} />}
      </div>
    </div>
  )
}

function Result({ outcome, busy, enter, name }: { outcome: Outcome; busy: boolean; enter: () => void; name: string }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const text = useText()
  const vocabulary = useVocabulary()
  if (outcome.done) return <Alert type="success" showIcon title={t('import.done', { n: outcome.new })} action={<LinkButton size="small" to="/enterprise">{t('list.title')}</LinkButton>} />
  return (
    <Card size="small" title={name}>
      <div className="lh-stack">
        <Figures>
          <Figure label={t('import.new')} value={f.number(outcome.new, 0)} />
          <Figure label={t('import.known')} value={f.number(outcome.known, 0)} note={t('import.knownNote')} />
          <Figure label={t('import.wrong')} value={f.number(outcome.wrong.length, 0)} />
        </Figures>
        {outcome.wrong.length > 0 ? (
          <>
            <Alert type="error" showIcon title={t('import.mend')} />
            <PlainTable<Finding>
              label={t('import.wrong')} rowKey={(x) => `${x.line} ${x.column} ${x.why.en}`} dataSource={outcome.wrong} pagination={outcome.wrong.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
              columns={[
                { title: t('import.line'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.line, 0)}</span> },
                { title: t('import.column'), render: (_, x) => <span className="lh-code">{x.column}</span> },
                { title: t('import.why'), render: (_, x) => <span className="lh-wrap">{text(x.why)}</span> },
              ]}
            />
          </>
        ) : (
          <>
            <PlainTable<Row>
              label={t('import.first')} rowKey="line" dataSource={outcome.first}
              columns={[
                { title: t('import.line'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.line, 0)}</span> },
                { title: t('field.name'), render: (_, x) => <span className="lh-two lh-wrap"><span>{text(x.name)}</span><span className="lh-code">{x.code}</span></span> },
                { title: t('field.district'), responsive: ['sm'], render: (_, x) => vocabulary.title('districts', x.district) },
                { title: t('field.industry'), responsive: ['md'], render: (_, x) => vocabulary.title('industries', x.industry) },
              ]}
            />
            <div><Button type="primary" loading={busy} disabled={outcome.new === 0} onClick={enter}>{t('import.enter', { n: outcome.new })}</Button></div>
          </>
        )}
      </div>
    </Card>
  )
}
