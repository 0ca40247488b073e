import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Checkbox, Flex, Form, Input, InputNumber, Select } from 'antd'
import { useEffect, useState } from 'react'
import { EntityForm, NameFields, problemText, useFormat, useText } from '../../kernel'
import { checkMethods, cleanSegment, dateFormats, newSegment, useCodeExample, type CodeRule, type RuleValues, type Segment } from './codes'
import { faultTexts, useTemplate, useTemplates } from './data'
import './identifier.css'
import { NodeChoice } from './NodeChoice'
import { useIdentifierTexts } from './texts'

export type RuleFields = RuleValues & { node: string }

interface Props {
  /** The rule that is edited, or that a new one is made of. */
  rule?: Partial<CodeRule>
  /** The node stays as it is. */
  fixed: boolean
  submit: (node: string, values: RuleValues) => Promise<unknown>
  cancel: () => void
}

/** The editor of a code rule: its segments one below the other, and the codes that they make. */
export function RuleForm({ rule, fixed, submit, cancel }: Props) {
  const t = useIdentifierTexts()
  const text = useText()
  const [form] = Form.useForm<RuleFields>()
  const templates = useTemplates()
  const initial: RuleFields = {
    node: rule?.node_id ?? '', name: rule?.name ?? { zh: '', en: '' }, template_id: rule?.template_id ?? '', daily: rule?.rule?.daily ?? false,
    segments: rule?.rule?.segments ?? [newSegment('constant'), newSegment('serial')],
  }
  const clean = (v: RuleFields): RuleValues => ({ name: v.name, template_id: v.template_id ?? '', daily: v.daily ?? false, segments: v.segments.map(cleanSegment) })
  const required = [{ required: true, message: t('form.missing', { label: t('field.node') }) }]
  return (
    <EntityForm<RuleFields> name="rule" form={form} initial={initial} submit={(v) => submit(v.node, clean(v))} cancel={cancel} wide>
      <Form.Item name="node" label={t('field.node')} rules={required}><NodeChoice id="rule_node" disabled={fixed} /></Form.Item>
      <NameFields name="name" label={t('field.name')} required />
      <Form.Item name="template_id" label={t('template.one')} extra={t('rules.templateNote')}>
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={[{ value: '', label: t('template.noOne') }, ...(templates.data?.items ?? []).map((x) => ({ value: x.id, label: `${text(x.name)} ${x.code}:${x.version}` }))]} />
      </Form.Item>
      <Segments />
      <Form.Item name="daily" valuePropName="checked"><Checkbox>{t('rules.daily')}</Checkbox></Form.Item>
      <Example />
    </EntityForm>
  )
}

function Segments() {
  const t = useIdentifierTexts()
  return (
    <Form.List name="segments">
      {(fields, { add, remove, move }) => (
        <>
          {fields.map((field, i) => (
            <fieldset key={field.key} className="lh-fieldset">
              <legend>{t('rules.segmentAt', { n: i + 1 })}</legend>
              <div className="lh-item-row"><SegmentFields at={field.name} /></div>
              <Flex gap={4} justify="end">
                <Button type="text" icon={<ArrowUpOutlined />} aria-label={t('rules.up', { n: i + 1 })} disabled={i === 0} onClick={() => move(i, i - 1)} />
                <Button type="text" icon={<ArrowDownOutlined />} aria-label={t('rules.down', { n: i + 1 })} disabled={i === fields.length - 1} onClick={() => move(i, i + 1)} />
                <Button type="text" danger icon={<DeleteOutlined />} disabled={fields.length === 1} onClick={() => remove(field.name)}>{t('handle.dropValue')}</Button>
              </Flex>
            </fieldset>
          ))}
          <Form.Item label={t('rules.add')}>
            <Flex gap={6} wrap>
              {(['constant', 'date', 'serial', 'field', 'check'] as const).map((kind) => <Button key={kind} icon={<PlusOutlined />} disabled={fields.length >= 20} onClick={() => add(newSegment(kind))}>{t(`rules.kind.${kind}`)}</Button>)}
            </Flex>
          </Form.Item>
        </>
      )}
    </Form.List>
  )
}

function SegmentFields({ at }: { at: number }) {
  const t = useIdentifierTexts()
  const form = Form.useFormInstance()
  const kind = Form.useWatch(['segments', at, 'kind'], form) as Segment['kind'] | undefined
  const change = (next: Segment['kind']) => form.setFieldValue(['segments', at], newSegment(next))
  return (
    <>
      <Form.Item name={[at, 'kind']} label={t('value.type')}>
        <Select onChange={change} options={(['constant', 'date', 'serial', 'field', 'check'] as const).map((x) => ({ value: x, label: t(`rules.kind.${x}`) }))} />
      </Form.Item>
      {kind === 'constant' && <Form.Item name={[at, 'text']} label={t('rules.text')}><Input maxLength={60} className="lh-code" autoCapitalize="none" spellCheck={false} /></Form.Item>}
      {kind === 'date' && <Form.Item name={[at, 'format']} label={t('rules.format')}><Select options={dateFormats.map((x) => ({ value: x, label: x }))} /></Form.Item>}
      {kind === 'serial' && <Form.Item name={[at, 'width']} label={t('rules.width')}><InputNumber min={1} max={18} precision={0} style={{ width: '100%' }} /></Form.Item>}
      {kind === 'serial' && <Form.Item name={[at, 'radix']} label={t('rules.radix')}><Select options={[10, 16, 36].map((x) => ({ value: x, label: t('rules.radixOf', { n: x }) }))} /></Form.Item>}
      {kind === 'check' && <Form.Item name={[at, 'method']} label={t('rules.method')}><Select options={checkMethods.map((x) => ({ value: x, label: t(`rules.methods.${x}`) }))} /></Form.Item>}
      {kind === 'field' && <FieldChoice at={at} />}
    </>
  )
}

/** The items of the template that may stand in a code: required ones that everybody may read. */
function FieldChoice({ at }: { at: number }) {
  const t = useIdentifierTexts()
  const form = Form.useFormInstance()
  const template = useTemplate((Form.useWatch('template_id', form) as string | undefined) ?? '')
  const items = (template.data?.items ?? []).filter((x) => x.required && !x.restricted)
  return (
    <Form.Item name={[at, 'item']} label={t('rules.item')} extra={items.length === 0 ? t('rules.noItems') : undefined}>
      <Select options={items.map((x) => ({ value: x.name, label: `${x.title} ${x.name}` }))} />
    </Form.Item>
  )
}

/** The first codes, as the server makes them; or why there are none. */
function Example() {
  const t = useIdentifierTexts()
  const f = useFormat()
  const form = Form.useFormInstance<RuleFields>()
  const v = Form.useWatch([], form) as Partial<RuleFields> | undefined
  const text = JSON.stringify({ segments: (v?.segments ?? []).filter((s) => s?.kind).map(cleanSegment), daily: v?.daily ?? false, template_id: v?.template_id ?? '' })
  const [settled, settle] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => settle(text), 350)
    return () => clearTimeout(timer)
  }, [text])
  const example = useCodeExample(v?.node ?? '', JSON.parse(settled) as { segments: Segment[]; daily: boolean; template_id: string })
  if (!v?.node) return <Alert type="info" showIcon title={t('rules.exampleNode')} className="lh-example" />
  if (example.error) return <Alert type="warning" showIcon role="status" className="lh-example" title={problemText(example.error)} description={<ul className="lh-faults">{faultTexts(example.error).map((x) => <li key={x}>{x}</li>)}</ul>} />
  return (
    <Alert
      type="success" showIcon role="status" className="lh-example" title={t('rules.example')}
      description={example.data && <><div className="lh-code lh-break">{example.data.codes.join('  ')}</div><div className="lh-muted">{t('rules.room', { room: f.number(example.data.room) })}</div></>}
    />
  )
}
