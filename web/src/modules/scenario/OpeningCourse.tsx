import { Button, Card, Drawer, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, EntityForm, ifMatch, Particulars, read, StatusTag, useChange, useFormat } from '../../kernel'
import { roomKey, useTaxonomy, type Effect, type OpeningDetail } from './data'
import { useScenarioTexts } from './texts'

type Milestone = OpeningDetail['milestones'][number]

/** The milestones of carrying out, and its end with effects. */
export function Milestones({ opening: o }: { opening: OpeningDetail }) {
  const t = useScenarioTexts()
  const [completing, setCompleting] = useState(false)
  return (
    <Card size="small" title={t('opening.milestones')}>
      <div className="lh-stack">
        {o.milestones.map((m, i) => <Step key={i} opening={o} milestone={m} number={i + 1} />)}
        {o.acts.includes('complete') && <div><Button type="primary" onClick={() => setCompleting(true)}>{t('opening.complete')}</Button></div>}
      </div>
      <Drawer title={t('opening.complete')} open={completing} onClose={() => setCompleting(false)} size="large" destroyOnHidden><Effects opening={o} close={() => setCompleting(false)} /></Drawer>
    </Card>
  )
}

function Step({ opening: o, milestone: m, number }: { opening: OpeningDetail; milestone: Milestone; number: number }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const [text, setText] = useState('')
  const at = { params: { path: { id: o.id, number }, header: ifMatch(o.version) } }
  const report = useChange({ run: () => read(api.POST('/api/scenario/openings/{id}/milestones/{number}/report', { ...at, body: { text } })), refresh: [roomKey], done: t('opening.reported'), quiet: true, after: () => setText('') })
  const accept = useChange({ run: (accepted: boolean) => read(api.POST('/api/scenario/openings/{id}/milestones/{number}/acceptance', { ...at, body: { accepted, ...(text ? { reason: text } : {}) } })), refresh: [roomKey], done: t('scenario.decided'), quiet: true, after: () => setText('') })
  const waits = m.reported_at && !m.accepted_at
  const words = (label: string) => <Input.TextArea aria-label={label} placeholder={label} maxLength={1000} autoSize={{ minRows: 2, maxRows: 8 }} value={text} onChange={(e) => setText(e.target.value)} />
  return (
    <div className="lh-two lh-wrap">
      <span><strong>{number}. {m.title}</strong> <StatusTag tone={m.accepted_at ? 'good' : waits ? 'info' : 'idle'}>{t(m.accepted_at ? 'opening.accepted' : waits ? 'opening.waits' : 'opening.notYet')}</StatusTag></span>
      <span className="lh-muted">{t('opening.field.due')} {f.date(m.due)}{m.report ? ` · ${m.report}` : ''}</span>
      {m.reason && <span className="lh-muted">{t('opening.returned', { reason: m.reason })}</span>}
      <span>
        {o.acts.includes('report') && !m.accepted_at && <Confirm title={m.title} label={t('opening.reportIt')} danger={false} button={{ size: 'small' }} disabled={text.trim() === ''} run={() => report.mutateAsync()}>{words(t('opening.field.report'))}</Confirm>}
        {o.acts.includes('accept') && waits && <Confirm title={m.title} label={t('opening.accept')} danger={false} button={{ size: 'small', type: 'primary' }} run={() => accept.mutateAsync(true)} />}{' '}
        {o.acts.includes('accept') && waits && <Confirm title={m.title} label={t('opening.back')} danger={false} button={{ size: 'small' }} disabled={text.trim() === ''} run={() => accept.mutateAsync(false)}>{words(t('opening.field.reason'))}</Confirm>}
      </span>
    </div>
  )
}

function Effects({ opening: o, close }: { opening: OpeningDetail; close: () => void }) {
  const t = useScenarioTexts()
  const taxonomy = useTaxonomy()
  const complete = useChange({ run: (effects: Effect[]) => read(api.POST('/api/scenario/openings/{id}/completion', { params: { path: { id: o.id }, header: ifMatch(o.version) }, body: { effects } })), refresh: [roomKey], done: t('opening.completed'), quiet: true, after: close })
  return (
    <EntityForm<{ effects: Effect[] }> initial={{ effects: [{ kind: '', name: '', value: 0, unit: '', evidence: '' }] }} submitLabel={t('opening.complete')} cancel={close} submit={(v) => complete.mutateAsync((v.effects ?? []).map((e) => ({ ...e, unit: e.unit ?? '' })))}>
      <Form.List name="effects">
        {(rows, { add, remove }) => (
          <Form.Item label={t('opening.field.effect')} extra={t('form.effectsNote')}>
            {rows.map(({ key, name }) => (
              <div key={key} className="lh-scenario-row">
                <Form.Item name={[name, 'kind']} label={t('field.kind')}><Select options={taxonomy.options('value')} popupMatchSelectWidth={false} /></Form.Item>
                <Form.Item name={[name, 'name']} label={t('field.figure')}><Input maxLength={120} /></Form.Item>
                <Form.Item name={[name, 'before']} label={t('field.before')}><InputNumber style={{ width: '100%' }} /></Form.Item>
                <Form.Item name={[name, 'value']} label={t('field.value')}><InputNumber style={{ width: '100%' }} /></Form.Item>
                <Form.Item name={[name, 'unit']} label={t('field.unit')}><Input maxLength={20} /></Form.Item>
                <Form.Item name={[name, 'evidence']} label={t('field.evidence')}><Input maxLength={500} /></Form.Item>
                <Form.Item><Button onClick={() => remove(name)}>{t('form.remove')}</Button></Form.Item>
              </div>
            ))}
            <Button onClick={() => add({ kind: '', name: '', value: 0, unit: '', evidence: '' })}>{t('opening.addEffect')}</Button>
          </Form.Item>
        )}
      </Form.List>
    </EntityForm>
  )
}

/** What both sides say of each other. */
export function Evaluation({ opening: o }: { opening: OpeningDetail }) {
  const t = useScenarioTexts()
  const evaluate = useChange({ run: (body: { grade: number; text: string }) => read(api.POST('/api/scenario/openings/{id}/evaluation', { params: { path: { id: o.id }, header: ifMatch(o.version) }, body })), refresh: [roomKey], done: t('opening.evaluated'), quiet: true })
  const said = (v: OpeningDetail['own'], given: boolean) => (v ? `${v.grade} / 5 · ${v.text}` : t(given ? 'opening.given' : 'opening.notGiven'))
  return (
    <Card size="small" title={t('opening.evaluation')}>
      <div className="lh-stack">
        <Particulars items={[{ key: 'own', label: t('opening.own'), children: said(o.own, o.given.owner) }, { key: 'theirs', label: t('opening.theirs'), children: said(o.theirs, o.given.provider) }]} />
        {o.acts.includes('evaluate') && (
          <EntityForm<{ grade: number; text: string }> initial={{ grade: 5 }} submitLabel={t('opening.evaluate')} submit={(v) => evaluate.mutateAsync({ grade: v.grade, text: v.text ?? '' })}>
            <Form.Item name="grade" label={t('opening.field.grade')}><InputNumber min={1} max={5} precision={0} /></Form.Item>
            <Form.Item name="text" label={t('opening.field.words')} extra={t('opening.notBoth')}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
          </EntityForm>
        )}
      </div>
    </Card>
  )
}
