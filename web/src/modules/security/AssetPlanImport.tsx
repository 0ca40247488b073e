import { DownloadOutlined, InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Flex, Input, Upload } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { Figure, Figures, LinkButton, PageHeader, Problem, problemText, request, useFormat, useLanguage } from '../../kernel'
import { WrongCells, type WrongCell } from './AssetImport'
import { PlanDifference } from './AssetPlanDifference'
import { usePlanTexts, type Difference } from './planTexts'
import { weaknessKey } from './weaknesses'

interface Outcome { revision: number; things: number; wrong: WrongCell[]; difference?: Difference; done: boolean }

/** Takes a file as the next revision of a plan: first it is looked at, then kept as a whole. */
export default function AssetPlanImport() {
  const t = usePlanTexts()
  const { id = '' } = useParams()
  const queries = useQueryClient()
  const language = useLanguage()
  const [file, setFile] = useState<File | null>(null)
  const [note, setNote] = useState('')
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (what: File, path: string) => {
    setBusy(true)
    setProblem(null)
    setFile(what)
    try {
      setOutcome(await request<Outcome>(`/api/security/asset-plans/${id}/revisions${path}?${new URLSearchParams({ name: what.name, note })}`, { method: 'POST', body: what, headers: { 'Content-Type': what.type || 'application/octet-stream' } }))
      void queries.invalidateQueries({ queryKey: weaknessKey })
    } catch (error) {
      setOutcome(null)
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('plan.import.title')} note={t('plan.import.note')}
        actions={(['xlsx', 'csv'] as const).map((format) => <Button key={format} icon={<DownloadOutlined />} href={`/api/security/asset-plan-template/${format}?lang=${language}`} download={`plan.${format}`}>{t('plan.import.template', { format: format.toUpperCase() })}</Button>)}
      />
      <Card>
        <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(chosen) => { void send(chosen, '/preview'); return false }}>
          <Flex vertical align="center" gap={4} className="lh-drop">
            <InboxOutlined className="lh-drop-icon" />
            <span>{busy ? t('plan.import.busy') : t('plan.import.drop')}</span>
          </Flex>
        </Upload.Dragger>
      </Card>
      <div aria-live="polite" className="lh-stack">
        {problem && <Alert type="error" showIcon title={problemText(problem)} />}
        {outcome?.done && <Alert type="success" showIcon title={t('plan.import.done', { n: outcome.revision })} action={<LinkButton size="small" to={`/security/assets/plans/${id}`}>{t('plan.import.back')}</LinkButton>} />}
        {outcome && !outcome.done && <Preview outcome={outcome} busy={busy} note={note} setNote={setNote} name={file?.name ?? ''} enter={() => { if (file) void send(file, '') }} />}
      </div>
    </div>
  )
}

function Preview({ outcome: o, busy, note, setNote, name, enter }: { outcome: Outcome; busy: boolean; note: string; setNote: (text: string) => void; name: string; enter: () => void }) {
  const t = usePlanTexts()
  const f = useFormat()
  return (
    <Card size="small" title={name}>
      <div className="lh-stack">
        {o.wrong.length > 0 && <WrongCells list={o.wrong} />}
        {o.wrong.length === 0 && (
          <>
            <Figures><Figure label={t('plan.import.things')} value={f.number(o.things, 0)} /></Figures>
            {o.difference && <PlanDifference difference={o.difference} />}
            <Input aria-label={t('plan.import.noteOn')} placeholder={t('plan.import.noteOn')} maxLength={300} value={note} onChange={(e) => setNote(e.target.value)} />
            <div><Button type="primary" loading={busy} onClick={enter}>{t('plan.import.enter', { n: o.revision })}</Button></div>
          </>
        )}
      </div>
    </Card>
  )
}
