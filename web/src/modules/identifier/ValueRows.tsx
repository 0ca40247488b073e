import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { AutoComplete, Button, Checkbox, Form, Input, InputNumber } from 'antd'
import { nextIndex, usualTTL, type Row } from './rows'
import { useIdentifierTexts } from './texts'
import { useTypeTitle } from './Values'
import { knownTypes, linkTypes } from './words'

const offered = [...knownTypes, ...linkTypes.map((type) => `gs1:${type}`)]

/** The values of an identifier as a form, one below the other. */
export function ValueRows({ optional = false }: { optional?: boolean }) {
  const t = useIdentifierTexts()
  const form = Form.useFormInstance<{ rows: Row[] }>()
  return (
    <Form.List name="rows">
      {(fields, { add, remove }) => (
        <>
          {fields.map((field, i) => (
            <fieldset key={field.key} className="lh-fieldset">
              <legend>{t('handle.valueAt', { n: i + 1 })}</legend>
              <ValueFields at={field.name} optional={optional} remove={fields.length > 1 || optional ? () => remove(field.name) : undefined} />
            </fieldset>
          ))}
          <Form.Item>
            <Button icon={<PlusOutlined />} onClick={() => add({ index: nextIndex((form.getFieldValue('rows') as Row[] | undefined) ?? []), type: '', data: '', ttl: usualTTL, secret: false })}>{t('handle.addValue')}</Button>
          </Form.Item>
        </>
      )}
    </Form.List>
  )
}

function ValueFields({ at, optional, remove }: { at: number; optional: boolean; remove: (() => void) | undefined }) {
  const t = useIdentifierTexts()
  const title = useTypeTitle()
  const form = Form.useFormInstance()
  const type = ((Form.useWatch(['rows', at, 'type'], form) as string | undefined) ?? '').toUpperCase()
  const octets = Form.useWatch(['rows', at, 'octets'], form) as string | undefined
  const missing = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  const note = octets ? t('handle.octetsNote') : type === 'HS_ADMIN' ? t('handle.adminNote') : type === 'HS_SECKEY' ? t('handle.secretNote') : type === 'HS_ALIAS' ? t('handle.aliasNote') : type.startsWith('GS1:') ? t('handle.linkNote') : undefined
  return (
    <>
      <Form.Item name={[at, 'octets']} hidden><Input /></Form.Item>
      <div className="lh-value-row">
        <Form.Item name={[at, 'index']} label={t('value.index')} rules={missing(t('value.index'))}><InputNumber min={1} max={2_147_483_647} precision={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name={[at, 'type']} label={t('value.type')} rules={missing(t('value.type'))}>
          <AutoComplete maxLength={200} disabled={octets !== undefined} showSearch={{ filterOption: (text, option) => String(option?.value ?? '').toUpperCase().includes(text.toUpperCase()) }} options={offered.map((k) => ({ value: k, label: `${k} ${title(k)}` }))} />
        </Form.Item>
        <Form.Item name={[at, 'ttl']} label={t('value.ttl')}><InputNumber min={1} max={2_147_483_647} precision={0} style={{ width: '100%' }} /></Form.Item>
      </div>
      <Form.Item name={[at, 'data']} label={t('value.data')} extra={note} rules={optional || type === 'HS_SECKEY' || octets ? [] : missing(t('value.data'))}>
        <Input.TextArea maxLength={100_000} autoSize={{ minRows: 1, maxRows: 8 }} disabled={octets !== undefined} spellCheck={false} />
      </Form.Item>
      <div className="lh-bar">
        <Form.Item name={[at, 'secret']} valuePropName="checked" className="lh-value-secret"><Checkbox>{t('handle.secret')}</Checkbox></Form.Item>
        {remove && <Button type="text" danger icon={<DeleteOutlined />} onClick={remove}>{t('handle.dropValue')}</Button>}
      </div>
    </>
  )
}
