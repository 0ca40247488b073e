import { InboxOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Flex, Input, Upload } from 'antd'
import { useState } from 'react'
import { api, Figure, Figures, LinkButton, none, PageHeader, PlainTable, Problem, problemText, read, request, StatusTag, useFormat, type Tone } from '../../kernel'
import { ListedImport } from './ListedImport'
import { useWeaknessTexts, weaknessKey } from './weaknesses'

interface Failing { test: string; title: string; path: string; what: string }
type Result = 'new' | 'newer' | 'same' | 'older' | 'invalid' | 'broken'
interface Taken { file: string; tracking_id: string; title: string; revision: string; kept: string; outcome: Result; why: string; failings: Failing[]; not_run: string[] }
interface Outcome { documents: Taken[]; new: number; newer: number; same: number; older: number; invalid: number; broken: number; passed: number; done: boolean }
const tones: Record<Result, Tone> = { new: 'good', newer: 'good', same: 'idle', older: 'idle', invalid: 'bad', broken: 'bad' }

async function post<T>(path: string, what: File, query: Record<string, string> = {}): Promise<T> {
  return request<T>(`${path}?${new URLSearchParams({ name: what.name, ...query })}`, { method: 'POST', body: what, headers: { 'Content-Type': 'application/octet-stream' } })
}

/** Takes advisories: each document is checked first, and what fails is told test by test. */
export default function AdvisoryImport() {
  const t = useWeaknessTexts()
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (what: File, path: string, query: Record<string, string> = {}) => {
    setBusy(true)
    setProblem(null)
    setOutcome(null)
    setFile(what)
    try {
      setOutcome(await post<Outcome>(path, what, query))
      void queries.invalidateQueries({ queryKey: weaknessKey })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="lh-stack">
      <PageHeader title={t('weakness.take.title')} note={t('weakness.take.note')} />
      <Card>
        <Upload.Dragger accept=".json,.zip" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(chosen) => { void send(chosen, '/api/security/advisory-import/preview'); return false }}>
          <Flex vertical align="center" gap={4} className="lh-drop">
            <InboxOutlined className="lh-drop-icon" />
            <span>{busy ? t('weakness.import.busy') : t('weakness.take.drop')}</span>
          </Flex>
        </Upload.Dragger>
      </Card>
      <div aria-live="polite" className="lh-stack">
        {problem && <Alert type="error" showIcon title={problemText(problem)} />}
        {outcome && <Preview outcome={outcome} busy={busy} take={(despite) => { if (file) void send(file, '/api/security/advisory-import', despite ? { despite } : {}) }} />}
      </div>
      <Threats />
      <ListedImport />
    </div>
  )
}

function Preview({ outcome: o, busy, take }: { outcome: Outcome; busy: boolean; take: (despite: string) => void }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  const [despite, setDespite] = useState('')
  const n = o.new + o.newer + (despite.trim() === '' ? 0 : o.invalid)
  return (
    <Card size="small" title={t('weakness.take.documents')}>
      <div className="lh-stack">
        {o.done && <Alert type="success" showIcon title={t('weakness.take.done', { n: o.new + o.newer })} action={<LinkButton size="small" to="/security/advisories">{t('weakness.advisories.title')}</LinkButton>} />}
        <Figures>{(['new', 'newer', 'same', 'older', 'invalid', 'broken'] as const).map((x) => <Figure key={x} label={t(`weakness.take.outcomes.${x}`)} value={f.number(o[x], 0)} />)}</Figures>
        {o.passed > 0 && <p className="lh-note">{t('weakness.take.passed', { n: o.passed })}</p>}
        <PlainTable<Taken>
          label={t('weakness.take.documents')} rowKey={(x) => x.file} dataSource={o.documents} pagination={o.documents.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('weakness.advisories.one'), render: (_, x) => <span className="lh-two lh-wrap"><span>{x.title || x.file}</span><span className="lh-muted">{x.tracking_id} {x.kept && `${x.kept} → `}{x.revision}</span></span> },
            { title: t('weakness.take.outcome'), render: (_, x) => <StatusTag tone={tones[x.outcome]}>{t(`weakness.take.outcomes.${x.outcome}`)}</StatusTag> },
            { title: t('weakness.take.tests'), render: (_, x) => (x.why || x.failings.length === 0 ? <span className="lh-wrap">{x.why || none}</span> : <ul className="lh-faults lh-wrap">{x.failings.map((y, i) => <li key={i}>{y.test} {y.title}: {y.what} <span className="lh-code">{y.path}</span></li>)}</ul>) },
          ]}
        />
        {!o.done && o.invalid > 0 && <Input aria-label={t('weakness.take.despite')} addonBefore={t('weakness.take.despite')} placeholder={t('weakness.take.despiteReason')} maxLength={500} value={despite} onChange={(e) => setDespite(e.target.value)} />}
        {!o.done && <div><Button type="primary" loading={busy} disabled={n === 0} onClick={() => take(despite.trim())}>{t('weakness.take.enter', { n })}</Button></div>}
      </div>
    </Card>
  )
}

/** What decides which weakness goes first. */
function Threats() {
  const t = useWeaknessTexts()
  const f = useFormat()
  const queries = useQueryClient()
  const [said, setSaid] = useState<{ good: boolean; text: string } | null>(null)
  const { data } = useQuery({ queryKey: [...weaknessKey, 'sources'], queryFn: () => read(api.GET('/api/security/threat-sources')) })
  const send = async (source: string, file: File) => {
    try {
      const v = await post<{ entries: number }>(`/api/security/threat-import/${source}`, file)
      setSaid({ good: true, text: t('weakness.take.threatDone', { n: v.entries }) })
      void queries.invalidateQueries({ queryKey: weaknessKey })
    } catch (error) {
      setSaid({ good: false, text: problemText(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' })) })
    }
  }
  const rows = (['kev', 'epss', 'ssvc'] as const).map((source) => ({ source, taken: data?.items.find((x) => x.source === source) }))
  return (
    <Card size="small" title={t('weakness.take.threats')}>
      <p className="lh-note">{t('weakness.take.threatsNote')}</p>
      {said && <Alert type={said.good ? 'success' : 'error'} showIcon title={said.text} />}
      <PlainTable<(typeof rows)[number]>
        label={t('weakness.take.threats')} rowKey={(x) => x.source} dataSource={rows} pagination={false}
        columns={[
          { title: t('weakness.take.source'), render: (_, x) => x.source.toUpperCase() },
          { title: t('weakness.take.edition'), render: (_, x) => <span className="lh-wrap">{x.taken?.edition || none}</span> },
          { title: t('weakness.take.entries'), align: 'right', responsive: ['sm'], render: (_, x) => <span className="lh-number">{x.taken ? f.number(x.taken.entries, 0) : none}</span> },
          { title: t('weakness.take.taken'), responsive: ['sm'], render: (_, x) => (x.taken ? <span className="lh-number">{f.time(x.taken.taken_at)}</span> : none) },
          { title: '', render: (_, x) => <Upload showUploadList={false} beforeUpload={(file) => { void send(x.source, file); return false }}><Button size="small" aria-label={`${t('weakness.take.choose')} ${x.source.toUpperCase()}`}>{t('weakness.take.choose')}</Button></Upload> },
        ]}
      />
    </Card>
  )
}
