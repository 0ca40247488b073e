import { DatePicker, Form, Input, InputNumber, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { EntityForm, type Schema } from '../../kernel'
import { useScenarioTexts } from './texts'

type Terms = Schema<'OpeningTerms'>
type Values = Omit<Terms, 'deadline'> & { deadline: Dayjs | null }

/** What an enterprise says of an opening. */
export function OpeningForm({ initial, submit, cancel }: { initial?: Terms; submit: (terms: Terms) => Promise<unknown>; cancel: () => void }) {
  const t = useScenarioTexts()
  const long = (name: 'what' | 'data' | 'site' | 'schedule', rules = false) => (
    <Form.Item name={name} label={t(`opening.field.${name}`)} rules={rules ? [{ required: true, message: t('form.missing', { label: t(`opening.field.${name}`) }) }] : []}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 10 }} /></Form.Item>
  )
  return (
    <EntityForm<Values>
      wide initial={initial ? { ...initial, deadline: dayjs(initial.deadline) } : { data: '', site: '', schedule: '', confidential: [], budget_from: 0, budget_to: 0 }} submitLabel={t('opening.save')} cancel={cancel}
      submit={(v) => submit({ ...v, data: v.data ?? '', site: v.site ?? '', schedule: v.schedule ?? '', budget_from: v.budget_from ?? 0, budget_to: v.budget_to ?? 0, confidential: v.confidential ?? [], deadline: v.deadline!.toISOString() })}
    >
      <Form.Item name="title" label={t('opening.field.title')} rules={[{ required: true, message: t('form.missing', { label: t('opening.field.title') }) }]}><Input maxLength={120} /></Form.Item>
      {long('what', true)}
      <div className="lh-pair">
        {long('data')}
        {long('site')}
        {long('schedule')}
        <Form.Item name="confidential" label={t('opening.field.confidential')} extra={t('opening.confidentialNote')}>
          <Select mode="multiple" options={(['data', 'site', 'schedule', 'budget'] as const).map((x) => ({ value: x, label: t(`opening.field.${x}`) }))} />
        </Form.Item>
        <Form.Item name="budget_from" label={t('opening.field.budgetFrom')}><InputNumber min={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="budget_to" label={t('opening.field.budgetTo')}><InputNumber min={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="deadline" label={t('opening.field.deadline')} rules={[{ required: true, message: t('form.missing', { label: t('opening.field.deadline') }) }]}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
      </div>
    </EntityForm>
  )
}
