import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Form, Input, InputNumber, Select } from 'antd'
import { useEffect, useId, useRef, useState } from 'react'
import { useText } from '../../kernel'
import { useVocabulary } from './data'
import type { Field, Rule } from './policies'
import { group, groupOf, incomplete, mostLevels, mostParts, onField, opened, opsOf, partsOf, regroup, sizeOf, type Group } from './rules'
import { useEnterpriseTexts } from './texts'
import './policy.css'

interface Props {
  fields: Field[]
  title: string
  /** Where in the list of the form that is around it: that of a rung's criterion. */
  at?: (string | number)[]
}

/** Conditions: groups of all, any and not, in each other, as rows or as JSON. */
export function Conditions({ fields, title, at = [] }: Props) {
  const t = useEnterpriseTexts()
  const whole = {
    validator: async (_: unknown, v: Rule | undefined) => {
      const lacks = incomplete(v)
      if (lacks.length > 0) throw new Error(t('policy.form.incomplete', { at: lacks.join(t('cultivation.comma')) }))
    },
  }
  return (
    <fieldset className="lh-fieldset">
      <legend>{title}</legend>
      <p className="lh-note">{t('policy.form.conditionsNote')}</p>
      <Form.Item name={[...at, 'conditions']} rules={[whole]}><Editor fields={fields} /></Form.Item>
    </fieldset>
  )
}

interface EditorProps { fields: Field[]; value?: Rule; onChange?: (r: Rule) => void }

function Editor({ fields, value, onChange }: EditorProps) {
  const t = useEnterpriseTexts()
  const [text, setText] = useState<string>()
  const [wrong, setWrong] = useState(false)
  const rule = opened(value)
  const write = (json: string) => {
    setText(json)
    try {
      onChange?.(JSON.parse(json || '{}') as Rule)
      setWrong(false)
    } catch {
      setWrong(true)
    }
  }
  return (
    <>
      {text === undefined ? <GroupRows rule={rule} at={[]} fields={fields} size={sizeOf(rule)} change={(r) => onChange?.(r)} /> : (
        <>
          <Input.TextArea className="lh-code" aria-label={t('policy.form.json')} aria-invalid={wrong} autoSize={{ minRows: 6, maxRows: 24 }} spellCheck={false} value={text} onChange={(e) => write(e.target.value)} {...(wrong ? { status: 'error' as const } : {})} />
          {wrong && <p role="alert" className="lh-rule-wrong">{t('policy.form.jsonWrong')}</p>}
        </>
      )}
      <Checkbox className="lh-rule-json" checked={text !== undefined} disabled={wrong} onChange={(e) => setText(e.target.checked ? JSON.stringify(value ?? {}, null, 2) : undefined)}>{t('policy.form.asJSON')}</Checkbox>
    </>
  )
}

interface PartProps { rule: Rule; at: number[]; fields: Field[]; size: number; change: (r: Rule) => void; remove?: () => void; fresh?: boolean }

const place = (at: number[]) => at.join('.')

/** Puts the focus into the first field of what was just added. */
function useFocus(fresh: boolean) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => { if (fresh) box.current?.querySelector('input')?.focus() }, [fresh])
  return box
}

/** Rules of which all, or one, or none is to hold. */
function GroupRows({ rule, at, fields, size, change, remove, fresh = false }: PartProps) {
  const t = useEnterpriseTexts()
  const [added, setAdded] = useState<number>()
  const add = useRef<HTMLButtonElement>(null)
  const box = useFocus(fresh)
  const kind = groupOf(rule) ?? 'all'
  // What a not denies is shown as its rows: several are denied together.
  const inner = kind === 'not' ? partsOf(rule)[0]! : rule
  const rows = kind === 'not' ? (inner.all ?? [inner]) : partsOf(rule)
  const put = (list: Rule[]) => change(group(kind, list))
  const append = (r: Rule) => { setAdded(rows.length); put([...rows, r]) }
  const take = (i: number) => { setAdded(undefined); put(rows.filter((_, j) => j !== i)); add.current?.focus() }
  const full = size >= mostParts
  const name = at.length === 0 ? t('policy.form.group') : t('policy.form.groupAt', { at: place(at) })
  return (
    <div ref={box} role="group" aria-label={`${name}${t('cultivation.colon')}${t(`policy.forms.${kind}`)}`} className={at.length === 0 ? 'lh-rule' : 'lh-rule lh-rule-in'}>
      <div className="lh-rule-head">
        <Select<Group> aria-label={name} value={kind} onChange={(k) => change(regroup(rule, k))} options={(['all', 'any', 'not'] as const).map((k) => ({ value: k, label: t(`policy.forms.${k}`) }))} popupMatchSelectWidth={false} />
        {remove && <Button icon={<DeleteOutlined />} aria-label={t('policy.form.removeGroup', { at: place(at) })} onClick={remove} />}
      </div>
      {rows.map((r, i) => {
        const props = { rule: r, at: [...at, i + 1], fields, size, fresh: i === added, change: (x: Rule) => put(rows.map((y, j) => (j === i ? x : y))), remove: () => take(i) }
        return groupOf(r) ? <GroupRows key={i} {...props} /> : <Condition key={i} {...props} />
      })}
      <div className="lh-rule-acts">
        <Button ref={add} icon={<PlusOutlined />} disabled={full} onClick={() => append({})} aria-label={at.length === 0 ? t('policy.form.addCondition') : t('policy.form.addConditionAt', { at: place(at) })}>{t('policy.form.addCondition')}</Button>
        <Button icon={<PlusOutlined />} disabled={full || at.length + 3 > mostLevels} onClick={() => append({ any: [{}] })} aria-label={at.length === 0 ? t('policy.form.addGroup') : t('policy.form.addGroupAt', { at: place(at) })}>{t('policy.form.addGroup')}</Button>
      </div>
    </div>
  )
}

function Condition({ rule: r, at, fields, change, remove, fresh = false }: PartProps) {
  const t = useEnterpriseTexts()
  const text = useText()
  const vocabulary = useVocabulary()
  const id = useId()
  const field = fields.find((f) => f.code === r.field)
  const choices = { industry: 'industries', district: 'districts', size: 'sizes', qualification: 'qualifications' } as const
  const number = field?.kind === 'number'
  const row = useFocus(fresh)
  return (
    <div ref={row} role="group" aria-label={t('policy.form.conditionAt', { at: place(at) })} className="lh-policy-row lh-rule-row">
      <Form.Item label={t('policy.form.conditionField')} htmlFor={`${id}-field`}>
        <Select id={`${id}-field`} showSearch={{ optionFilterProp: 'label' }} value={r.field ?? null} onChange={(code) => { const f = fields.find((x) => x.code === code); if (f) change(onField(f)) }} options={fields.map((f) => ({ value: f.code, label: text(f.title) }))} />
      </Form.Item>
      <Form.Item label={t('policy.form.op')} htmlFor={`${id}-op`}>
        <Select id={`${id}-op`} disabled={!field} value={r.op ?? null} onChange={(op) => change({ ...r, op: op ?? '' })} options={opsOf(field).map((o) => ({ value: o, label: o }))} />
      </Form.Item>
      {number && (
        <Form.Item label={`${t('policy.form.value')} ${text(field.unit)}`.trim()} htmlFor={`${id}-number`}>
          <InputNumber id={`${id}-number`} style={{ width: '100%' }} value={r.number ?? null} onChange={(n) => { const { number: _, ...rest } = r; change(n === null ? rest : { ...rest, number: n }) }} />
        </Form.Item>
      )}
      {field?.kind === 'day' && <Form.Item label={t('policy.form.dayValue')} htmlFor={`${id}-day`}><Input id={`${id}-day`} type="date" value={r.day ?? ''} onChange={(e) => change({ ...r, day: e.target.value })} /></Form.Item>}
      {field && !number && field.kind !== 'day' && (
        <Form.Item label={t('policy.form.values')} htmlFor={`${id}-values`}>
          <Select<string[]> id={`${id}-values`} mode={field.kind === 'branch' ? 'tags' : 'multiple'} showSearch={{ optionFilterProp: 'label' }} value={r.values ?? []} onChange={(values) => change({ ...r, values })} options={vocabulary.options(choices[field.code as keyof typeof choices])} />
        </Form.Item>
      )}
      <Form.Item label=" " colon={false}><Button icon={<DeleteOutlined />} aria-label={`${t('policy.form.remove')} ${place(at)}`} onClick={remove} /></Form.Item>
    </div>
  )
}
