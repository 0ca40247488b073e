import { Button, Checkbox, DatePicker, Drawer, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api, EntityForm, ifMatch, read, useChange, useText, type Schema } from '../../kernel'
import { alertKey, useAlertTexts, type AlertDetail } from './alertTexts'
import { incidentKey } from './incidentData'
import { IncidentForm } from './IncidentForm'

interface Values { state: 'looking' | 'real' | 'false_alarm' | 'suppressed'; reason?: string; until?: Dayjs | null }

/** What the reader may do with an alert. */
export function AlertActs({ alert: a }: { alert: AlertDetail }) {
  const t = useAlertTexts()
  const [open, setOpen] = useState<'judge' | 'escalate' | ''>('')
  const run = (v: Values) => read(api.POST('/api/security/alerts/{id}/judgement', {
    params: { path: { id: a.id }, header: ifMatch(a.version) },
    body: { state: v.state, ...(v.reason ? { reason: v.reason } : {}), ...(v.state === 'suppressed' && v.until ? { until: v.until.endOf('day').toISOString() } : {}) },
  }))
  const judge = useChange({ run, refresh: [alertKey], done: t('alert.judged'), quiet: true, after: () => setOpen('') })
  return (
    <>
      {a.may && a.state === 'new' && <Button onClick={() => judge.mutate({ state: 'looking' })} loading={judge.isPending}>{t('alert.look')}</Button>}
      {a.may && <Button onClick={() => setOpen('judge')}>{t('alert.judge')}</Button>}
      {a.may_escalate && <Button type="primary" onClick={() => setOpen('escalate')}>{t('alert.escalate')}</Button>}
      <Drawer title={t('alert.judge')} open={open === 'judge'} onClose={() => setOpen('')} destroyOnHidden><JudgeForm submit={(v) => judge.mutateAsync(v)} cancel={() => setOpen('')} /></Drawer>
      <Drawer title={t('alert.escalate')} open={open === 'escalate'} onClose={() => setOpen('')} size="large" destroyOnHidden><Escalation alert={a} cancel={() => setOpen('')} /></Drawer>
    </>
  )
}

function JudgeForm({ submit, cancel }: { submit: (v: Values) => Promise<unknown>; cancel: () => void }) {
  const t = useAlertTexts()
  const [form] = Form.useForm<Values>()
  const state = Form.useWatch('state', form) ?? 'real'
  const why = state === 'false_alarm' || state === 'suppressed'
  return (
    <EntityForm<Values> form={form} initial={{ state: 'real', reason: '', until: dayjs().add(7, 'day') }} submitLabel={t('alert.submit')} cancel={cancel} submit={submit}>
      <Form.Item name="state" label={t('alert.field.state')} extra={state === 'suppressed' ? t('alert.quiet') : state === 'false_alarm' ? t('alert.falseNote') : undefined}><Select options={(['looking', 'real', 'false_alarm', 'suppressed'] as const).map((s) => ({ value: s, label: t(`alert.states.${s}`) }))} /></Form.Item>
      {state === 'suppressed' && <Form.Item name="until" label={t('alert.field.until')}><DatePicker style={{ width: '100%' }} /></Form.Item>}
      <Form.Item name="reason" label={t('alert.field.reason')} rules={why ? [{ required: true, message: t('alert.missing', { label: t('alert.field.reason') }) }] : []}><Input.TextArea maxLength={1000} autoSize={{ minRows: 3, maxRows: 8 }} /></Form.Item>
    </EntityForm>
  )
}

/** Makes an incident: the alert, and those of the related ones that the person takes along. */
function Escalation({ alert: a, cancel }: { alert: AlertDetail; cancel: () => void }) {
  const t = useAlertTexts()
  const text = useText()
  const navigate = useNavigate()
  const [along, setAlong] = useState<string[]>([])
  const [now] = useState(() => new Date())
  const escalate = useChange<Schema<'IncidentSaid'>, { id: string }>({
    run: (said) => read(api.POST('/api/security/alert-incidents', { body: { ...said, alerts: [a.id, ...along] } })),
    refresh: [alertKey, incidentKey], done: t('alert.escalated'), quiet: true, after: ({ id }) => void navigate(`/security/incidents/${id}`),
  })
  const initial = {
    title: text(a.rule).slice(0, 120), summary: [text(a.why), text(a.matters)].filter(Boolean).join('\n'), category: '', kind: 'other' as const, tlp: 'amber' as const, importance: '' as const, loss: '' as const, harm: '' as const,
    aware_at: now.toISOString(), ...(Date.parse(a.first_at) < now.getTime() ? { occurred_at: a.first_at } : {}),
  }
  return (
    <IncidentForm
      initial={initial} label={t('alert.escalate')} cancel={cancel} submit={(said) => escalate.mutateAsync(said)}
      before={a.related.length > 0 && (
        <Form.Item label={t('alert.include')}>
          <Checkbox.Group value={along} onChange={setAlong} options={a.related.map((x) => ({ value: x.id, label: `${text(x.rule)}: ${text(x.why)}` }))} />
        </Form.Item>
      )}
    />
  )
}
