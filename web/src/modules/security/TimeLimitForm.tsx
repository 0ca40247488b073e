import { Form, Input, InputNumber, Radio } from 'antd'
import { api, EntityForm, Particulars, read, useChange, useText } from '../../kernel'
import { limitKey, useLimitTexts, type LimitSaid, type LimitShown, type LimitsShown } from './limits'
import { amountOf, perCents, stepsOf, unitMinutes, units, type Unit } from './limitTime'

/** The fields are named as the server names them, so that what it refuses stands at its field; minutes are in the unit that was chosen. */
interface Values { unit: Unit; minutes?: number; working_days?: number; from: string; reason: string; steps: string; basis: { zh: string; en: string } }

/** Proposes another time for an obligation and level. */
export function TimeLimitForm({ limit: x, today, close }: { limit: LimitShown; today: string; close: () => void }) {
  const t = useLimitTexts()
  const text = useText()
  const [form] = Form.useForm<Values>()
  const propose = useChange<LimitSaid, LimitsShown>({ run: (body) => read(api.POST('/api/security/time-limits', { body })), refresh: [limitKey], done: t('limit.proposed'), quiet: true, after: close })
  const { unit, amount } = amountOf(x.holds ?? x.default)
  const chosen = Form.useWatch('unit', form) ?? unit
  const wanted = (label: string) => [{ required: true, message: t('limit.missing', { label }) }]
  return (
    <EntityForm<Values>
      form={form} submitLabel={t('limit.propose')} cancel={close} submit={(v) => propose.mutateAsync(said(x, v))}
      initial={{ unit, ...(unit === 'working_days' ? { working_days: amount } : { minutes: amount }), from: today, reason: '', steps: '', basis: { zh: '', en: '' } }}
    >
      <Particulars
        items={[
          { key: 'now', label: t('limit.field.now'), children: text(x.holds?.words ?? x.words) },
          { key: 'default', label: t('limit.default'), children: text(x.words) },
        ]}
      />
      <Form.Item name="unit" label={t('limit.field.unit')} style={{ marginTop: 16 }}><Radio.Group options={units.map((u) => ({ value: u, label: t(`limit.units.${u}`) }))} /></Form.Item>
      {chosen === 'working_days'
        ? <Form.Item key="working_days" name="working_days" label={t('limit.field.time')} extra={t('limit.workingNote')} rules={wanted(t('limit.field.time'))}><InputNumber min={1} precision={0} suffix={t('limit.units.working_days')} style={{ width: '100%' }} /></Form.Item>
        : <Form.Item key="minutes" name="minutes" label={t('limit.field.time')} extra={t('limit.boundsNote')} rules={wanted(t('limit.field.time'))}><InputNumber min={1} precision={0} suffix={t(`limit.units.${chosen}`)} style={{ width: '100%' }} /></Form.Item>}
      <Form.Item name="from" label={t('limit.field.from')} extra={t('limit.fromNote')} rules={wanted(t('limit.field.from'))}><Input type="date" min={today} /></Form.Item>
      <Form.Item name="reason" label={t('limit.field.reason')} rules={wanted(t('limit.field.reason'))}><Input.TextArea autoSize={{ minRows: 2 }} maxLength={400} /></Form.Item>
      <Form.Item name="steps" label={t('limit.field.steps')} extra={t('limit.stepsNote', { steps: perCents(x.default.steps ?? []) })} rules={[{ validator: async (_, v: string) => { if (stepsOf(v) === null) throw new Error(t('limit.stepsWrong')) } }]}><Input maxLength={100} /></Form.Item>
      <Form.Item name={['basis', 'zh']} label={t('limit.field.basisZh')} extra={t('limit.basisNote')}><Input maxLength={400} lang="zh-CN" /></Form.Item>
      <Form.Item name={['basis', 'en']} label={t('limit.field.basisEn')}><Input maxLength={400} lang="en" /></Form.Item>
    </EntityForm>
  )
}

/** What is sent for what was typed. */
function said(x: LimitShown, v: Values): LimitSaid {
  const time = v.unit === 'working_days' ? { working_days: v.working_days ?? 0 } : { minutes: (v.minutes ?? 0) * unitMinutes[v.unit] }
  const steps = stepsOf(v.steps) ?? []
  const basis = v.basis.zh || v.basis.en ? { basis: v.basis } : {}
  return { obligation: x.obligation, level: x.level, ...time, ...basis, ...(steps.length > 0 ? { steps } : {}), from: v.from, reason: v.reason }
}
