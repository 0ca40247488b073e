import { Form, Input, InputNumber, Select } from 'antd'
import { EntityForm } from '../../kernel'
import { useIndicatorOptions } from './data'
import { usePlatformTexts } from './texts'
import type { OpenSpec } from './open'

interface Values { slug: string; spec: OpenSpec }

/** What a dataset holds and what is said about it; its name in addresses never changes. */
export function OpenDataForm({ spec, submit, cancel }: { spec?: OpenSpec; submit: (v: Values) => Promise<unknown>; cancel: () => void }) {
  const t = usePlatformTexts()
  const indicators = useIndicatorOptions()
  const pair = (name: 'title' | 'description' | 'licence', rows: number) => (['zh', 'en'] as const).map((l) => (
    <Form.Item key={`${name} ${l}`} name={['spec', name, l]} label={t(`open.fields.${name}_${l}`)} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t(`open.fields.${name}_${l}`) }) }]}>
      {rows > 1 ? <Input.TextArea maxLength={500} autoSize={{ minRows: rows }} /> : <Input maxLength={200} />}
    </Form.Item>
  ))
  const initial = { spec: spec ?? { by: 'district' as const, frequency: 'month' as const, periods: 12, indicators: [], licence_url: '', licence: { zh: t('open.licenceZh'), en: t('open.licenceEn') } } }
  return (
    <EntityForm<Values> name="dataset" initial={initial as unknown as Partial<Values>} submit={(v) => submit({ ...v, spec: { ...v.spec, licence_url: v.spec.licence_url ?? '' } })} submitLabel={t('open.save')} cancel={cancel}>
      {!spec && <Form.Item name="slug" label={t('open.slug')} extra={t('open.slugNote')} rules={[{ required: true, message: t('form.missing', { label: t('open.slug') }) }]}><Input maxLength={60} /></Form.Item>}
      {pair('title', 1)}
      {pair('description', 2)}
      <Form.Item name={['spec', 'indicators']} label={t('open.indicators')} extra={t('open.indicatorsNote')} rules={[{ required: true, message: t('form.missing', { label: t('open.indicators') }) }]}><Select mode="multiple" options={indicators} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>
      <Form.Item name={['spec', 'by']} label={t('open.by')}><Select options={(['city', 'district', 'industry', 'class'] as const).map((v) => ({ value: v, label: t(`open.divisions.${v}`) }))} /></Form.Item>
      <Form.Item name={['spec', 'frequency']} label={t('open.frequency')}><Select options={(['month', 'quarter'] as const).map((v) => ({ value: v, label: t(`open.frequencies.${v}`) }))} /></Form.Item>
      <Form.Item name={['spec', 'periods']} label={t('open.periods')}><InputNumber min={1} max={36} precision={0} /></Form.Item>
      {pair('licence', 2)}
      <Form.Item name={['spec', 'licence_url']} label={t('open.licenceUrl')}><Input maxLength={500} placeholder="https://" /></Form.Item>
      <Form.Item name={['spec', 'contact']} label={t('open.contact')} extra={t('open.contactNote')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('open.contact') }) }]}><Input maxLength={200} /></Form.Item>
    </EntityForm>
  )
}
