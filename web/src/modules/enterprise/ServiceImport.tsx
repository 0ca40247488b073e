import { DownloadOutlined, InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Flex, Upload } from 'antd'
import { useState } from 'react'
import { Figure, Figures, LinkButton, PageHeader, PlainTable, Problem, problemText, request, useFormat, useLanguage, useText, type Text } from '../../kernel'
import { Proofs } from './ServiceForm'
import { servicesKey } from './services'
import { useMatters } from './Services'
import { useEnterpriseTexts } from './texts'

interface Finding { line: number; column: string; why: Text }
interface Row { line: number; code: string; name: Text; provider: Text; matter: string; started_on: string }
interface Outcome { new: number; enterprises: number; wrong: Finding[]; first: Row[]; done: boolean }

/** Records many services from a file: first it is looked at, then recorded as a whole. */
export default function ServiceImport() {
  const t = useEnterpriseTexts()
  const queries = useQueryClient()
  const language = useLanguage()
  const [evidence, setEvidence] = useState<{ id: string; name: string }[]>([])
  const [file, setFile] = useState<File | null>(null)
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const proof = evidence[0]
  const send = async (what: File, path: string) => {
    setBusy(true)
    setProblem(null)
    setOutcome(null)
    setFile(what)
    try {
      setOutcome(await request<Outcome>(`${path}?${new URLSearchParams({ name: what.name, evidence: proof?.id ?? '' })}`, { method: 'POST', body: what, headers: { 'Content-Type': what.type || 'application/octet-stream' } }))
      void queries.invalidateQueries({ queryKey: servicesKey })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('services.importTitle')} note={t('services.importNote')}
        actions={(['xlsx', 'csv'] as const).map((format) => <Button key={format} icon={<DownloadOutlined />} href={`/api/enterprise/services/template/${format}?lang=${language}`} download={`services.${format}`}>{t('services.template', { format: format.toUpperCase() })}</Button>)}
      />
      <Card size="small" title={t('services.first')}><Proofs files={evidence} change={setEvidence} most={1} /></Card>
      <Card size="small" title={t('services.second')}>
        <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={busy || !proof} beforeUpload={(chosen) => { void send(chosen, '/api/enterprise/services/import/preview'); return false }}>
          <Flex vertical align="center" gap={4} className="lh-drop"><InboxOutlined className="lh-drop-icon" /><span>{busy ? t('services.busy') : t(proof ? 'services.drop' : 'services.needEvidence')}</span></Flex>
        </Upload.Dragger>
      </Card>
      <div aria-live="polite" className="lh-stack">
        {problem !== null && <Alert type="error" showIcon title={problemText(problem)} />}
        {outcome && <Result outcome={outcome} busy={busy} enter={() => { if (file) void send(file, '/api/enterprise/services/import') }} name={file?.name ?? ''} />}
      </div>
    </div>
  )
}

function Result({ outcome: o, busy, enter, name }: { outcome: Outcome; busy: boolean; enter: () => void; name: string }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const text = useText()
  const matters = useMatters()
  if (o.done) return <Alert type="success" showIcon title={t('services.done', { n: o.new })} action={<LinkButton size="small" to="/enterprise/services">{t('services.list')}</LinkButton>} />
  return (
    <Card size="small" title={name}>
      <div className="lh-stack">
        <Figures>
          <Figure label={t('services.new')} value={f.number(o.new, 0)} />
          <Figure label={t('services.enterprises')} value={f.number(o.enterprises, 0)} />
          <Figure label={t('services.wrong')} value={f.number(o.wrong.length, 0)} />
        </Figures>
        {o.wrong.length > 0 ? (
          <>
            <Alert type="error" showIcon title={t('services.mend')} />
            <PlainTable<Finding>
              label={t('services.wrong')} rowKey={(x) => `${x.line} ${x.column} ${x.why.en}`} dataSource={o.wrong} pagination={o.wrong.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
              columns={[
                { title: t('services.line'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.line, 0)}</span> },
                { title: t('services.column'), render: (_, x) => <span className="lh-code">{x.column}</span> },
                { title: t('services.why'), render: (_, x) => <span className="lh-wrap">{text(x.why)}</span> },
              ]}
            />
          </>
        ) : (
          <>
            <PlainTable<Row>
              label={t('services.firstRows')} rowKey="line" dataSource={o.first}
              columns={[
                { title: t('services.line'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.line, 0)}</span> },
                { title: t('services.field.enterprise'), render: (_, x) => <span className="lh-two lh-wrap"><span>{text(x.name)}</span><span className="lh-code">{x.code}</span></span> },
                { title: t('services.field.provider'), responsive: ['sm'], render: (_, x) => text(x.provider) },
                { title: t('services.field.matter'), render: (_, x) => matters.title(x.matter) },
                { title: t('services.field.started'), responsive: ['md'], render: (_, x) => <span className="lh-number">{x.started_on}</span> },
              ]}
            />
            <div><Button type="primary" loading={busy} disabled={o.new === 0} onClick={enter}>{t('services.enter', { n: o.new })}</Button></div>
          </>
        )}
      </div>
    </Card>
  )
}
