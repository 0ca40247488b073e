import { Form, Input, Select } from 'antd'
import type { Template, TemplateItem } from './data'
import { bounds } from './rows'
import { useIdentifierTexts } from './texts'

/** The fields of a template, as an identifier that follows it is filled in. */
export function TemplateItems({ template }: { template: Template }) {
  return <>{template.items.map((item) => <ItemField key={item.index} item={item} />)}</>
}

function ItemField({ item }: { item: TemplateItem }) {
  const t = useIdentifierTexts()
  const label = `${item.title}${item.unit ? `（${item.unit}）` : ''}${item.required ? ' *' : ''}`
  const notes = [bounds(item), item.restricted ? t('handle.secret') : ''].filter(Boolean).join(' · ')
  const input = {
    enumeration: <Select allowClear options={(item.options ?? []).map((o) => ({ value: o.value, label: o.title ? `${o.value} ${o.title}` : o.value }))} />,
    boolean: <Select allowClear options={['true', 'false'].map((v) => ({ value: v, label: t(v === 'true' ? 'template.true' : 'template.false') }))} />,
    date: <Input type="date" />,
    date_time: <Input placeholder="2026-03-09T13:30:00+08:00" maxLength={40} />,
    integer: <Input inputMode="numeric" maxLength={41} />,
    decimal: <Input inputMode="decimal" maxLength={82} />,
    link: <Input placeholder="https://" maxLength={2000} spellCheck={false} />,
    reference: <Input placeholder="88.101.5/T001" maxLength={2000} className="lh-code" spellCheck={false} />,
    text: <Input maxLength={item.length || 2000} />,
  }[item.type]
  return (
    <Form.Item name={['items', item.name]} label={label} extra={notes || undefined} rules={item.required ? [{ required: true, message: t('form.missing', { label: item.title }) }] : []}>
      {input}
    </Form.Item>
  )
}
