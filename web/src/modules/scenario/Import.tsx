import { DownloadOutlined, InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Checkbox, Flex, Upload } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { Figure, Figures, LinkButton, PageHeader, PlainTable, Problem, problemText, request, useFormat, useLanguage, useText, type Text } from '../../kernel'
import { roomKey } from './data'
import { useScenarioTexts } from './texts'

interface Finding { line: number; column: string; why: Text }
interface Near { line: number; title: Text; summary: Text; other_id: string; other: Text; other_summary: Text; likeness: number; rule: 'title' | 'summary' }
interface Outcome { new: number; known: number; wrong: Finding[]; near: Near[]; done: boolean }

/** Publishes many scenarios from a file: first it is looked at, then taken as a whole. */
export default function Import() {
  const t = useScenarioTexts()
  const queries = useQueryClient()
  const language = useLanguage()
  const [file, setFile] = useState<File | null>(null)
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (what: File, path: string, skip: number[]) => {
    setBusy(true)
    setProblem(null)
    setOutcome(null)
    setFile(what)
    try {
      setOutcome(await request<Outcome>(`${path}?${new URLSearchParams({ name: what.name, skip: skip.join(',') })}`, { method: 'POST', body: what, headers: { 'Content-Type': what.type || 'application/octet-stream' } }))
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
        actions={(['xlsx', 'csv'] as const).map((format) => <Button key={format} icon={<DownloadOutlined />} href={`/api/scenario/import/template/${format}?lang=${language}`} download={`scenarios.${format}`}>{t('import.template', { format: format.toUpperCase() })}</Button>)}
      />
      <Card>
        <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(chosen) => { void send(chosen, '/api/scenario/import/preview', []); return false }}>
          <Flex vertical align="center" gap={4} className="lh-drop">
            <InboxOutlined className="lh-drop-icon" />
            <span>{busy ? t('import.busy') : t('import.drop')}</span>
          </Flex>
        </Upload.Dragger>
      </Card>
      <div aria-live="polite" className="lh-stack">
        {problem && <Alert type="error" showIcon title={problemText(problem)} />}
        {outcome && <Result outcome={outcome} busy={busy} enter={(skip) => { if (file) void send(file, '/api/scenario/import', skip) }} name={file?.name ?? ''} />}
      </div>
    </div>
  )
}

function Result({ outcome, busy, enter, name }: { outcome: Outcome; busy: boolean; enter: (skip: number[]) => void; name: string }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const [skip, setSkip] = useState<number[]>([])
  if (outcome.done) return <Alert type="success" showIcon title={t('import.done', { n: outcome.new })} action={<LinkButton size="small" to="/scenario">{t('list.title')}</LinkButton>} />
  return (
    <Card size="small" title={name}>
      <div className="lh-stack">
        <Figures>
          <Figure label={t('import.new')} value={f.number(outcome.new, 0)} />
          <Figure label={t('import.known')} value={f.number(outcome.known, 0)} note={t('import.knownNote')} />
          <Figure label={t('import.near')} value={f.number(outcome.near.length, 0)} />
          <Figure label={t('import.wrong')} value={f.number(outcome.wrong.length, 0)} />
        </Figures>
        {outcome.wrong.length > 0 && <Wrong list={outcome.wrong} />}
        {outcome.wrong.length === 0 && outcome.near.length > 0 && <Nears list={outcome.near} skip={skip} change={setSkip} />}
        {outcome.wrong.length === 0 && <div><Button type="primary" loading={busy} disabled={outcome.new - skip.length <= 0} onClick={() => enter(skip)}>{t('import.enter', { n: outcome.new - skip.length })}</Button></div>}
      </div>
    </Card>
  )
}

function Wrong({ list }: { list: Finding[] }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const text = useText()
  return (
    <>
      <Alert type="error" showIcon title={t('import.mend')} />
      <PlainTable<Finding>
        label={t('import.wrong')} rowKey={(x) => `${x.line} ${x.column} ${x.why.en}`} dataSource={list} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('import.line'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.line, 0)}</span> },
          { title: t('import.column'), render: (_, x) => <span className="lh-code">{x.column}</span> },
          { title: t('import.why'), render: (_, x) => <span className="lh-wrap">{text(x.why)}</span> },
        ]}
      />
    </>
  )
}

function Nears({ list, skip, change }: { list: Near[]; skip: number[]; change: (skip: number[]) => void }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const text = useText()
  return (
    <>
      <p className="lh-note">{t('import.nearNote')}</p>
      <PlainTable<Near>
        label={t('import.near')} rowKey={(x) => `${x.line} ${x.other_id} ${x.other.zh}`} dataSource={list} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('import.line'), render: (_, x) => <Checkbox aria-label={t('import.skip', { n: x.line })} checked={skip.includes(x.line)} onChange={(e) => change(e.target.checked ? [...skip, x.line] : skip.filter((n) => n !== x.line))}>{f.number(x.line, 0)}</Checkbox> },
          { title: t('import.row'), render: (_, x) => <span className="lh-two lh-wrap"><span>{text(x.title)}</span><span className="lh-muted">{text(x.summary)}</span></span> },
          { title: t('import.other'), render: (_, x) => <span className="lh-two lh-wrap">{x.other_id ? <Link to={`/scenario/${x.other_id}`}>{text(x.other)}</Link> : <span>{t('form.aside', { what: text(x.other), more: t('import.inFile') })}</span>}<span className="lh-muted">{text(x.other_summary)}</span></span> },
          { title: t('pair.likeness'), align: 'right', responsive: ['sm'], render: (_, x) => <span className="lh-number">{f.number(x.likeness * 100, 0)}%</span> },
        ]}
      />
    </>
  )
}
