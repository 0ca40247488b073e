import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Flex, Form, Input, InputNumber, Select } from 'antd'
import { EntityForm, NameFields, type Schema } from '../../kernel'
import { useVocabulary, type Template, type TemplateItem } from './data'
import './identifier.css'
import { useIdentifierTexts } from './texts'

export type TemplateValues = Schema<'IdentifierTemplateInput'>

const types = ['text', 'integer', 'decimal', 'date', 'date_time', 'boolean', 'link', 'enumeration', 'reference'] as const

interface Props {
  template?: Template
  submit: (values: TemplateValues) => Promise<unknown>
  cancel: () => void
}

/** The editor of a template: its name, and its items one below the other. */
export function TemplateForm({ template, submit, cancel }: Props) {
  const t = useIdentifierTexts()
  const vocabulary = useVocabulary()
  const initial = template
    ? { code: template.code, name: template.name, industry: template.industry, items: template.items }
    : { code: '', name: { zh: '', en: '' }, industry: '', items: [{ name: '', title: '', type: 'text' as const, required: true }] }
  const missing = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  // Items that were taken out leave holes in what the form knows; what is empty is left out.
  const clean = (v: TemplateValues): TemplateValues => ({ ...v, code: v.code ?? '', items: v.items.map((x) => Object.fromEntries(Object.entries(x).filter(([, value]) => value !== null && value !== '')) as unknown as TemplateItem) })
  return (
    <EntityForm<TemplateValues> name="template" initial={initial} submit={(v) => submit(clean(v))} cancel={cancel} wide>
      <Form.Item name="code" label={t('template.code')} extra={t('template.codeNote')} rules={missing(t('template.code'))}>
        <Input disabled={template !== undefined} maxLength={40} className="lh-code" autoCapitalize="none" spellCheck={false} />
      </Form.Item>
      <NameFields name="name" label={t('field.name')} required />
      <Form.Item name="industry" label={t('field.industry')}>
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={[{ value: '', label: t('field.crossIndustry') }, ...vocabulary.options('industries')]} />
      </Form.Item>
      <Form.List name="items">
        {(fields, { add, remove, move }) => (
          <>
            {fields.map((field, i) => (
              <fieldset key={field.key} className="lh-fieldset">
                <legend>{t('template.itemAt', { n: i + 1 })}</legend>
                <ItemFields at={field.name} />
                <Flex gap={4} justify="end">
                  <Button type="text" icon={<ArrowUpOutlined />} aria-label={t('template.up', { n: i + 1 })} disabled={i === 0} onClick={() => move(i, i - 1)} />
                  <Button type="text" icon={<ArrowDownOutlined />} aria-label={t('template.down', { n: i + 1 })} disabled={i === fields.length - 1} onClick={() => move(i, i + 1)} />
                  <Button type="text" danger icon={<DeleteOutlined />} disabled={fields.length === 1} onClick={() => remove(field.name)}>{t('handle.dropValue')}</Button>
                </Flex>
              </fieldset>
            ))}
            <Form.Item><Button icon={<PlusOutlined />} onClick={() => add({ name: '', title: '', type: 'text' })}>{t('template.addItem')}</Button></Form.Item>
          </>
        )}
      </Form.List>
    </EntityForm>
  )
}

function ItemFields({ at }: { at: number }) {
  const t = useIdentifierTexts()
  const form = Form.useFormInstance()
  const type = Form.useWatch(['items', at, 'type'], form) as TemplateItem['type'] | undefined
  const bounded = type === 'integer' || type === 'decimal' || type === 'date'
  const missing = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  return (
    <>
      <Form.Item name={[at, 'index']} hidden><InputNumber /></Form.Item>
      <div className="lh-item-row">
        <Form.Item name={[at, 'title']} label={t('template.itemTitle')} rules={missing(t('template.itemTitle'))}><Input maxLength={100} lang="zh-CN" /></Form.Item>
        <Form.Item name={[at, 'name']} label={t('template.itemName')} rules={missing(t('template.itemName'))}><Input maxLength={64} className="lh-code" autoCapitalize="none" spellCheck={false} /></Form.Item>
        <Form.Item name={[at, 'type']} label={t('value.type')}><Select options={types.map((x) => ({ value: x, label: t(`template.type.${x}`) }))} /></Form.Item>
      </div>
      <div className="lh-item-row">
        {type === 'text' && <Form.Item name={[at, 'length']} label={t('template.length')}><InputNumber min={0} max={10_000} precision={0} placeholder="2000" style={{ width: '100%' }} /></Form.Item>}
        {bounded && <Form.Item name={[at, 'min']} label={t('template.min')}><Input maxLength={40} placeholder={type === 'date' ? '2026-01-01' : ''} /></Form.Item>}
        {bounded && <Form.Item name={[at, 'max']} label={t('template.max')}><Input maxLength={40} placeholder={type === 'date' ? '2026-12-31' : ''} /></Form.Item>}
        <Form.Item name={[at, 'unit']} label={t('template.unit')}><Input maxLength={40} /></Form.Item>
      </div>
      {type === 'enumeration' && <Options at={at} />}
      <Flex gap={16} wrap>
        <Form.Item name={[at, 'required']} valuePropName="checked" className="lh-value-secret"><Checkbox>{t('template.required')}</Checkbox></Form.Item>
        <Form.Item name={[at, 'restricted']} valuePropName="checked" className="lh-value-secret"><Checkbox>{t('handle.secret')}</Checkbox></Form.Item>
      </Flex>
    </>
  )
}

/** The values of an enumeration, with what they are called. */
function Options({ at }: { at: number }) {
  const t = useIdentifierTexts()
  return (
    <Form.List name={[at, 'options']} initialValue={[{ value: '', title: '' }]}>
      {(fields, { add, remove }) => (
        <Form.Item label={t('template.options')}>
          <Flex vertical gap={6}>
            {fields.map((field, i) => (
              <Flex key={field.key} gap={6}>
                <Form.Item name={[field.name, 'value']} noStyle rules={[{ required: true, message: t('form.missing', { label: t('template.options') }) }]}><Input maxLength={100} aria-label={t('template.optionValue', { n: i + 1 })} placeholder={t('template.option')} /></Form.Item>
                <Form.Item name={[field.name, 'title']} noStyle><Input maxLength={100} aria-label={t('template.optionTitle', { n: i + 1 })} placeholder={t('template.optionCalled')} /></Form.Item>
                <Button type="text" danger icon={<DeleteOutlined />} aria-label={t('template.dropOption', { n: i + 1 })} disabled={fields.length === 1} onClick={() => remove(field.name)} />
              </Flex>
            ))}
            <div><Button size="small" icon={<PlusOutlined />} onClick={() => add({ value: '', title: '' })}>{t('template.addOption')}</Button></div>
          </Flex>
        </Form.Item>
      )}
    </Form.List>
  )
}
