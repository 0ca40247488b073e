import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Upload } from 'antd'
import { useState } from 'react'
import { api, Figure, Figures, LinkButton, none, PlainTable, Problem, problemText, read, request, useFormat } from '../../kernel'
import { useWeaknessTexts, weaknessKey } from './weaknesses'

interface Skipped { line: number; reason: 'no_number' | 'number_form' | 'date_form' | 'not_an_entry' | 'number_twice' | 'not_text'; text: string }
interface Mended { what: 'ampersand' | 'control' | 'octet' | 'block' | 'cut'; count: number; line: number }
interface Outcome { edition: string; entries: number; new: number; changed: number; same: number; older: number; with_cve: number; skips: number; skipped: Skipped[]; mended: Mended[] }

/** Takes files of CNVD and CNNVD, whole or not at all, and says what became of each entry. */
export function ListedImport() {
  const t = useWeaknessTexts()
  const f = useFormat()
  const queries = useQueryClient()
  const [busy, setBusy] = useState<File | null>(null)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const { data } = useQuery({ queryKey: [...weaknessKey, 'sources'], queryFn: () => read(api.GET('/api/security/threat-sources')) })
  const send = async (file: File) => {
    setBusy(file)
    setProblem(null)
    setOutcome(null)
    try {
      setOutcome(await request<Outcome>(`/api/security/listed-import?${new URLSearchParams({ name: file.name })}`, { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } }))
      void queries.invalidateQueries({ queryKey: weaknessKey })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(null)
    }
  }
  const rows = (['cnvd', 'cnnvd'] as const).map((source) => ({ source, taken: data?.items.find((x) => x.source === source) }))
  return (
    <Card
      size="small" title={t('weakness.listed.title')}
      extra={<Upload accept=".xml,.gz,.csv,.xlsx" showUploadList={false} disabled={busy !== null} beforeUpload={(file) => { void send(file); return false }}><Button size="small" loading={busy !== null} aria-label={t('weakness.listed.choose')}>{t('weakness.listed.choose')}</Button></Upload>}
    >
      <div className="lh-stack">
        <p className="lh-note">{t('weakness.listed.importNote')}</p>
        <div aria-live="polite" className="lh-stack">
          {busy && <Alert type="info" showIcon title={t('weakness.listed.busy', { name: busy.name, size: f.number(busy.size / 2 ** 20, 1) })} />}
          {problem && <Alert type="error" showIcon title={problemText(problem)} />}
          {outcome && <Became outcome={outcome} />}
        </div>
        <PlainTable<(typeof rows)[number]>
          label={t('weakness.listed.title')} rowKey={(x) => x.source} dataSource={rows} pagination={false}
          columns={[
            { title: t('weakness.take.source'), render: (_, x) => x.source.toUpperCase() },
            { title: t('weakness.take.edition'), render: (_, x) => <span className="lh-wrap">{x.taken?.edition || none}</span> },
            { title: t('weakness.take.entries'), align: 'right', render: (_, x) => <span className="lh-number">{x.taken ? f.number(x.taken.entries, 0) : none}</span> },
            { title: t('weakness.take.taken'), responsive: ['sm'], render: (_, x) => (x.taken ? <span className="lh-number">{f.time(x.taken.taken_at)}</span> : none) },
          ]}
        />
      </div>
    </Card>
  )
}

function Became({ outcome: o }: { outcome: Outcome }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  return (
    <>
      <Alert type="success" showIcon title={t('weakness.listed.done', { n: o.new, m: o.changed })} action={<LinkButton size="small" to="/security/listed-vulnerabilities">{t('weakness.listed.title')}</LinkButton>} />
      <Figures>{(['new', 'changed', 'same', 'older', 'skips', 'with_cve'] as const).map((x) => <Figure key={x} label={t(`weakness.listed.counts.${x}`)} value={f.number(o[x], 0)} />)}</Figures>
      {o.mended.length > 0 && <Alert type="warning" showIcon title={t('weakness.listed.mended')} description={<ul className="lh-faults">{o.mended.map((x) => <li key={x.what}>{t(`weakness.listed.mends.${x.what}`, { n: f.number(x.count, 0), line: x.line })}</li>)}</ul>} />}
      {o.skipped.length > 0 && (
        <PlainTable<Skipped>
          label={t('weakness.listed.counts.skips')} rowKey={(x) => `${x.line} ${x.text}`} dataSource={o.skipped} pagination={o.skipped.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
          columns={[
            { title: t('weakness.import.line'), align: 'right', render: (_, x) => <span className="lh-number">{x.line}</span> },
            { title: t('weakness.import.why'), render: (_, x) => <span className="lh-two lh-wrap"><span>{t(`weakness.listed.reasons.${x.reason}`)}</span><span className="lh-muted lh-break">{x.text}</span></span> },
          ]}
        />
      )}
    </>
  )
}
