import { Checkbox, Form, Input, InputNumber } from 'antd'
import { useState } from 'react'
import { api, Confirm, ifMatch, read, useChange, useFormat, type Schema } from '../../kernel'
import { alertKey } from './alertTexts'
import { baselineKey, useBaselineTexts, type BaselineDetail } from './baselineTexts'

type To = Schema<'BaselineOrder'>['to']

/** What the enterprise may do with its baseline now. */
export function BaselineActs({ baseline: b }: { baseline: BaselineDetail }) {
  return (
    <>
      {b.state === 'learning' && b.lines > 0 && <Order baseline={b} to="review" act="review" />}
      {b.state === 'enforced' && <Order baseline={b} to="paused" act="pause" days={7} danger />}
      {b.state === 'paused' && <Order baseline={b} to="enforced" act="resume" />}
      {(b.state === 'enforced' || b.state === 'paused' || b.state === 'review') && <Order baseline={b} to="learning" act="learn" days={14} />}
      {b.state !== 'ended' && <Order baseline={b} to="ended" act="end" danger />}
      {b.state === 'review' && b.undecided === 0 && <Publish baseline={b} />}
    </>
  )
}

function Order({ baseline: b, to, act, days, danger = false }: { baseline: BaselineDetail; to: To; act: 'review' | 'pause' | 'resume' | 'learn' | 'end'; days?: number; danger?: boolean }) {
  const t = useBaselineTexts()
  const [reason, setReason] = useState('')
  const [length, setLength] = useState(days ?? 0)
  const wants = to !== 'enforced'
  const order = useChange({ run: () => read(api.POST('/api/security/baselines/{id}/orders', { params: { path: { id: b.id }, header: ifMatch(b.version) }, body: { to, days: length, reason } })), refresh: [baselineKey], done: t('baseline.acts.done'), quiet: true, after: () => setReason('') })
  return (
    <Confirm title={t(`baseline.acts.${act}`)} label={t(`baseline.acts.${act}`)} danger={danger} disabled={wants && reason.trim() === ''} note={<p>{t(`baseline.acts.${act}Note`)}</p>} run={() => order.mutateAsync()}>
      {days !== undefined && <Form.Item label={t('baseline.field.days')}><InputNumber aria-label={t('baseline.field.days')} min={1} max={90} precision={0} value={length} onChange={(n) => setLength(n ?? days)} /></Form.Item>}
      {wants && <Input.TextArea aria-label={t('baseline.field.reason')} placeholder={t('baseline.field.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} />}
    </Confirm>
  )
}

function Publish({ baseline: b }: { baseline: BaselineDetail }) {
  const t = useBaselineTexts()
  const f = useFormat()
  const [reason, setReason] = useState('')
  const [keep, setKeep] = useState(true)
  const publish = useChange({ run: () => read(api.POST('/api/security/baselines/{id}/editions', { params: { path: { id: b.id }, header: ifMatch(b.version) }, body: { reason, keep_unseen: keep } })), refresh: [baselineKey, alertKey], done: t('baseline.acts.done'), quiet: true })
  return (
    <Confirm title={t('baseline.acts.publish', { n: b.edition + 1 })} label={t('baseline.acts.publish', { n: b.edition + 1 })} danger={false} disabled={reason.trim() === ''} note={<p>{t('baseline.acts.publishNote')}</p>} run={() => publish.mutateAsync()}>
      {b.counts.unseen > 0 && <p><Checkbox checked={keep} onChange={(e) => setKeep(e.target.checked)}>{t('baseline.acts.keep', { n: f.number(b.counts.unseen, 0) })}</Checkbox></p>}
      <Input.TextArea aria-label={t('baseline.field.reason')} placeholder={t('baseline.acts.publishReason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} />
    </Confirm>
  )
}
