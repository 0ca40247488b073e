import { InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Drawer, Flex, Upload } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { DataTable, EmptyState, none, PageHeader, Problem, problemText, request, sentenceText, StatusTag, useFormat, useLive, useMay, type Column, type Schema } from '../../kernel'
import { FerryForm } from './FerryForm'
import { ferryKey, sourceState, upperTone, useUpwardTexts, wayOf, type SourceRow } from './upwardTexts'

/** The sources of notices, and how each stands; signed files are taken in here. */
export default function FerrySources() {
  const t = useUpwardTexts()
  const f = useFormat()
  const may = useMay()
  const [open, setOpen] = useState(false)
  useLive('security.ferry', ferryKey)
  const columns: Column<SourceRow>[] = [
    { key: 'name', title: t('ferry.field.name'), sort: 'name', render: (s) => <span className="lh-two lh-wrap"><Link to={`/security/files/${s.id}`}>{s.name}</Link><span className="lh-muted lh-break">{s.upper && `${t('ferry.kindUpper')} · `}{s.channel || s.root || t(`ferry.ways.${wayOf(s)}`)}</span></span> },
    { key: 'way', title: t('upward.field.way'), sort: 'way', from: 'md', render: (s) => t(`ferry.ways.${wayOf(s)}`) },
    { key: 'state', title: t('upward.field.state'), render: (s) => <SourceState source={s} /> },
    { key: 'last', title: t('ferry.field.last'), sort: 'last', align: 'right', from: 'sm', render: (s) => <span className="lh-number">{s.last > 0 ? f.number(s.last, 0) : none}</span> },
    { key: 'taken', title: t('ferry.field.taken'), sort: 'taken_at', from: 'md', render: (s) => (s.taken_at ? <span className="lh-number">{f.time(s.taken_at)}</span> : none) },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('ferry.title')} note={t('ferry.note')} actions={may('security.ferry.manage') && <Button type="primary" onClick={() => setOpen(true)}>{t('ferry.add')}</Button>} />
      <Bring />
      <DataTable<SourceRow> url="/api/security/ferry-sources" queryKey={[...ferryKey, 'sources']} label={t('ferry.sources')} rowKey={(s) => s.id} columns={columns} search={t('ferry.search')} exports empty={<EmptyState title={t('ferry.empty')} note={t('ferry.emptyNote')} />} />
      <Drawer title={t('ferry.add')} open={open} onClose={() => setOpen(false)} size="large" destroyOnHidden><FerryForm close={() => setOpen(false)} /></Drawer>
    </div>
  )
}

/** Which numbers are to be brought again. */
export function Missing({ source: s }: { source: SourceRow }) {
  const t = useUpwardTexts()
  const f = useFormat()
  if (s.missing.length === 0) return <span className="lh-muted">{t('ferry.whole')}</span>
  return <span className="lh-wrap"><StatusTag tone="bad">{t('ferry.missing', { list: f.list(s.missing.map((n) => f.number(n, 0))) })}</StatusTag></span>
}

/** How a source stands, and what it lacks. */
export function SourceState({ source: s }: { source: SourceRow }) {
  const t = useUpwardTexts()
  const state = sourceState(s)
  const word = state === 'unconfirmed' ? t('second.waits') : state === 'waiting' ? t('feed.states.waiting') : t(`upward.upperStates.${state}`)
  if (state === 'good' && s.missing.length > 0) return <Missing source={s} />
  return <span className="lh-two lh-wrap"><span><StatusTag tone={upperTone[state]}>{word}</StatusTag></span>{state === 'bad' && <span className="lh-muted">{t(`feed.faults.${s.fault as 'name'}`)}</span>}</span>
}

function Bring() {
  const t = useUpwardTexts()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [taken, setTaken] = useState<Schema<'FerryTakenFile'> | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (file: File) => {
    setBusy(true)
    setProblem(null)
    setTaken(null)
    try {
      setTaken(await request<Schema<'FerryTakenFile'>>('/api/security/ferry-import', { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } }))
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      void queries.invalidateQueries({ queryKey: ferryKey })
      setBusy(false)
    }
  }
  return (
    <Card>
      <div className="lh-stack">
        <Upload.Dragger accept=".zip" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(file) => { void send(file); return false }}>
          <Flex vertical align="center" gap={4} className="lh-drop">
            <InboxOutlined className="lh-drop-icon" />
            <span>{t(busy ? 'ferry.busy' : 'ferry.drop')}</span>
          </Flex>
        </Upload.Dragger>
        <div aria-live="polite">
          {problem && <Alert type="error" showIcon title={problemText(problem)} />}
          {taken && <Alert type={taken.refused > 0 ? 'warning' : 'success'} showIcon title={t('ferry.took', { n: taken.sequence, objects: taken.objects, refused: taken.refused }) + (taken.notices > 0 ? t('ferry.tookNotices', { n: taken.notices }) : '') + (taken.receipts > 0 ? t('ferry.tookReceipts', { n: taken.receipts }) : '')} description={taken.refusal ? sentenceText(taken.refusal) : undefined} />}
        </div>
      </div>
    </Card>
  )
}
