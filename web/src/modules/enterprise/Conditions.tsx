import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Form, Input, InputNumber, Select } from 'antd'
import { useText } from '../../kernel'
import { useVocabulary } from './data'
import type { Field } from './policies'
import { useEnterpriseTexts } from './texts'
import './policy.css'

type Path = (string | number)[]

interface Props {
  fields: Field[]
  title: string
  /** Where in the list of the form that is around it, and in the whole form: those of a rung's criterion. */
  at?: Path
  path?: Path
}

/** Conditions as rows, all of which are to be met, or as JSON. */
export function Conditions({ fields, title, at = [], path = [] }: Props) {
  const t = useEnterpriseTexts()
  const advanced = Form.useWatch<boolean | undefined>([...path, 'advanced'])
  return (
    <fieldset className="lh-fieldset">
      <legend>{title}</legend>
      <p className="lh-note">{t('policy.form.conditionsNote')}</p>
      <Form.Item name={[...at, 'advanced']} valuePropName="checked"><Checkbox>{t('policy.form.asJSON')}</Checkbox></Form.Item>
      {advanced ? (
        <Form.Item name={[...at, 'json']} label={t('policy.form.json')} rules={[{ validator: async (_, v: string | undefined) => { try { JSON.parse(v || '{}') } catch { throw new Error(t('policy.form.jsonWrong')) } } }]}>
          <Input.TextArea className="lh-code" autoSize={{ minRows: 6, maxRows: 24 }} spellCheck={false} />
        </Form.Item>
      ) : (
        <Form.List name={[...at, 'rows']}>
          {(rows, { add, remove }) => (
            <>
              {rows.map((row) => <Condition key={row.key} at={row.name} path={[...path, 'rows', row.name]} fields={fields} remove={() => remove(row.name)} />)}
              <Button icon={<PlusOutlined />} onClick={() => add({})}>{t('policy.form.addCondition')}</Button>
            </>
          )}
        </Form.List>
      )}
    </fieldset>
  )
}

function Condition({ at, path, fields, remove }: { at: number; path: Path; fields: Field[]; remove: () => void }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const vocabulary = useVocabulary()
  const code = Form.useWatch<string | undefined>([...path, 'field'])
  const field = fields.find((f) => f.code === code)
  const ops = field?.kind === 'number' || field?.kind === 'day' ? ['>=', '>', '<=', '<'] : field?.kind === 'branch' ? ['under', 'in'] : field?.kind === 'holds' ? ['holds'] : ['in']
  const choices = { industry: 'industries', district: 'districts', size: 'sizes', qualification: 'qualifications' } as const
  return (
    <div className="lh-policy-row">
      <Form.Item name={[at, 'field']} label={t('policy.form.conditionField')}><Select showSearch={{ optionFilterProp: 'label' }} options={fields.map((f) => ({ value: f.code, label: text(f.title) }))} /></Form.Item>
      <Form.Item name={[at, 'op']} label={t('policy.form.op')}><Select options={ops.map((o) => ({ value: o, label: o }))} /></Form.Item>
      {field?.kind === 'number' && <Form.Item name={[at, 'number']} label={`${t('policy.form.value')} ${text(field.unit)}`}><InputNumber style={{ width: '100%' }} /></Form.Item>}
      {field?.kind === 'day' && <Form.Item name={[at, 'day']} label={t('policy.form.dayValue')}><Input type="date" /></Form.Item>}
      {field && field.kind !== 'number' && field.kind !== 'day' && (
        <Form.Item name={[at, 'values']} label={t('policy.form.values')}><Select mode={field.kind === 'branch' ? 'tags' : 'multiple'} options={vocabulary.options(choices[field.code as keyof typeof choices])} /></Form.Item>
      )}
      <Form.Item label=" " colon={false}><Button icon={<DeleteOutlined />} aria-label={`${t('policy.form.remove')} ${at + 1}`} onClick={remove} /></Form.Item>
    </div>
  )
}

