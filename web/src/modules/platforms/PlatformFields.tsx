import { Form, Input as TextInput, Select } from 'antd'
import { NameFields, type Schema, type Text } from '../../kernel'
import { useVocabulary } from './data'
import { usePlatformTexts } from './texts'

/** What registering and editing ask for. */
export type Input = Schema<'PlatformsPlatformInput'>

/** What the form holds: texts may still lack a language. */
export interface Values extends Omit<Input, 'name' | 'contact' | 'operator_name'> {
  name: Partial<Text>
  contact?: Partial<Schema<'PlatformsContact'>>
}

/** Makes the API's input of the form's values. */
export function inputOf(values: Values): Input {
  const name = { zh: values.name.zh?.trim() ?? '', en: values.name.en?.trim() ?? '' }
  const contact = { name: values.contact?.name ?? '', phone: values.contact?.phone ?? '', email: values.contact?.email ?? '' }
  return { ...values, name: { zh: name.zh || name.en, en: name.en || name.zh }, code: values.code?.trim() ?? '', industry: values.industry ?? '', contact }
}

/** The fields of a platform; its code is chosen once. */
export function PlatformFields({ fresh }: { fresh?: boolean }) {
  const t = usePlatformTexts()
  const vocabulary = useVocabulary()
  const missing = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  const search = { showSearch: { optionFilterProp: 'label' } }
  return (
    <>
      <NameFields name="name" label={t('field.name')} required />
      <div className="lh-pair">
        {fresh && (
          <Form.Item name="code" label={t('field.code')} extra={t('form.codeNote')} rules={missing(t('field.code'))}>
            <TextInput maxLength={40} autoCapitalize="none" className="lh-code" />
          </Form.Item>
        )}
        <Form.Item name="class" label={t('field.class')} rules={missing(t('field.class'))}>
          <Select options={vocabulary.options('classes')} />
        </Form.Item>
        <Form.Item name="industry" label={t('field.industry')} extra={t('form.industryNote')}>
          <Select allowClear {...search} options={vocabulary.options('industries')} placeholder={t('field.crossIndustry')} />
        </Form.Item>
        <Form.Item name="district" label={t('field.district')} rules={missing(t('field.district'))}>
          <Select {...search} options={vocabulary.options('districts')} />
        </Form.Item>
        <Form.Item name={['contact', 'name']} label={t('field.contactName')}>
          <TextInput maxLength={100} />
        </Form.Item>
        <Form.Item name={['contact', 'phone']} label={t('field.contactPhone')}>
          <TextInput maxLength={40} inputMode="tel" />
        </Form.Item>
        <Form.Item name={['contact', 'email']} label={t('field.contactEmail')}>
          <TextInput maxLength={200} inputMode="email" />
        </Form.Item>
        <Form.Item name="url" label={t('field.url')}>
          <TextInput maxLength={300} inputMode="url" placeholder="https://" />
        </Form.Item>
      </div>
      <Form.Item name="description" label={t('field.description')}>
        <TextInput.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} />
      </Form.Item>
    </>
  )
}
