import { Form, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, DataTable, EmptyState, none, PageHeader, read, StatusTag, SyntheticMark, useChange, useFormat, useLive, useText, type Column, type Filter } from '../../kernel'
import { roomKey, stateTone, topic, useQuantity, type ValueRow } from './data'
import { EvidenceLinks } from './EvidenceLinks'
import './plan.css'
import { usePlanTexts } from './texts'

/** Reported values: reviewed by a second person, approved by a third. */
export default function Values() {
  const t = usePlanTexts()
  const columns = useColumns()
  useLive(topic, roomKey)
  const filters: Filter[] = [{ name: 'state', label: t('values.awaiting'), options: (['reported', 'reviewed', 'approved', 'returned'] as const).map((s) => ({ value: s, label: t(`state.${s}`) })) }]
  return (
    <div className="lh-stack">
      <PageHeader title={t('values.title')} note={t('values.note')} />
      <DataTable<ValueRow> url="/api/plan/values" queryKey={roomKey} label={t('values.title')} rowKey={(v) => v.id} columns={columns} filters={filters} search={t('values.search')} exports
        empty={<EmptyState title={t('values.none')} note={t('values.noneNote')} />} />
    </div>
  )
}

function useColumns(): Column<ValueRow>[] {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  const q = useQuantity()
  return [
    {
      key: 'target', title: t('field.target'), sort: 'target',
      render: (v) => (
        <span className="lh-two lh-wrap">
          <span><Link to={`/plan/targets/${v.target_id}`}>{text(v.title)}</Link> {v.synthetic && <SyntheticMark />}</span>
          <span className="lh-code">{v.code}</span>
        </span>
      ),
    },
    { key: 'value', title: t('field.number'), sort: 'value', align: 'right', render: (v) => <span className="lh-two lh-number"><strong>{q.number(v.value)} {text(v.unit)}</strong><span>{f.date(v.valid_at)}</span></span> },
    { key: 'state', title: t('field.state'), render: (v) => <StatusTag tone={stateTone[v.state]}>{t(`state.${v.state}`)}</StatusTag> },
    { key: 'step', title: t('field.step'), render: (v) => <Steps value={v} /> },
    { key: 'reported', title: t('field.reporter'), sort: 'reported_at', from: 'md', render: (v) => <span className="lh-two"><span>{v.reported_by}</span><span>{f.time(v.reported?.at)}</span></span> },
    { key: 'reviewed', title: t('field.reviewer'), from: 'lg', render: (v) => v.reviewed_by || none },
    { key: 'evidence', title: t('field.evidence'), from: 'md', render: (v) => <EvidenceLinks evidence={v.evidence} /> },
    { key: 'note', title: t('field.note'), from: 'lg', render: (v) => <span className="lh-wrap lh-status-cell">{[v.note, v.decision_note].filter(Boolean).join(' · ') || none}</span> },
  ]
}

type Step = 'review' | 'approve' | 'return'

/** What the session may do with a value. */
function Steps({ value }: { value: ValueRow }) {
  const t = usePlanTexts()
  const steps = value.steps as Step[]
  if (steps.length === 0) return <span className="lh-muted">{value.state === 'reported' || value.state === 'reviewed' ? t('values.waitOther') : none}</span>
  return <span className="lh-evidence">{steps.map((s) => <StepButton key={s} value={value} step={s} />)}</span>
}

function StepButton({ value, step }: { value: ValueRow; step: Step }) {
  const t = usePlanTexts()
  const text = useText()
  const q = useQuantity()
  const [note, setNote] = useState('')
  const change = useChange({
    run: () => {
      const input = { params: { path: { id: value.id } }, body: { note } }
      if (step === 'review') return read(api.POST('/api/plan/values/{id}/review', input))
      if (step === 'approve') return read(api.POST('/api/plan/values/{id}/approve', input))
      return read(api.POST('/api/plan/values/{id}/return', input))
    },
    refresh: [roomKey],
    done: t('values.done'),
    quiet: true,
  })
  const titles = { review: t('values.reviewTitle'), approve: t('values.approveTitle'), return: t('values.returnTitle') }
  const missing = step === 'return' && !note.trim()
  return (
    <Confirm title={titles[step]} label={t(`values.${step}`)} danger={step === 'return'} button={{ size: 'small', type: step === 'return' ? 'default' : 'primary' }} run={() => change.mutateAsync()} disabled={missing}
      note={<p>{text(value.title)}：<strong>{q.number(value.value)} {text(value.unit)}</strong></p>}>
      <Form layout="vertical">
        <Form.Item label={t('values.comment')} {...(step === 'return' ? { extra: t('values.commentNeeded') } : {})}>
          <Input.TextArea value={note} maxLength={2000} autoSize={{ minRows: 2 }} onChange={(e) => setNote(e.target.value)} aria-label={t('values.comment')} />
        </Form.Item>
      </Form>
    </Confirm>
  )
}
