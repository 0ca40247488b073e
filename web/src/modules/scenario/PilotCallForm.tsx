import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Checkbox, DatePicker, Drawer, Form, Input, InputNumber, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useNavigate } from 'react-router'
import { api, EntityForm, ifMatch, NameFields, read, useChange, useKernelTexts, type Schema } from '../../kernel'
import { pilotKey, type Call, type Criterion } from './pilots'
import { useScenarioTexts } from './texts'
import './pilot.css'

type Condition = Schema<'PilotCondition'>
type Values = Omit<Schema<'PilotCallInput'>, 'opens_at' | 'closes_at'> & { opens_at: Dayjs; closes_at: Dayjs }

const both = (x: { zh?: string; en?: string } | undefined) => ({ zh: x?.zh ?? '', en: x?.en ?? '' })

/** Makes the API's input of what the form holds; what is left empty is an empty text or 0. */
function inputOf(v: Values) {
  return {
    year: v.year, title: both(v.title), text: v.text ?? '', fields: v.fields ?? [], blind: v.blind ?? false, opens_at: v.opens_at.toISOString(), closes_at: v.closes_at.toISOString(),
    notice_days: v.notice_days, reviewers: v.reviewers, pass_mark: v.pass_mark ?? 0, quota: v.quota, ties: v.ties ?? [],
    criteria: (v.criteria ?? []).map((c: Criterion) => ({ code: c.code ?? '', title: both(c.title), weight: c.weight ?? 0, max: c.max ?? 0, min: c.min ?? 0 })),
    conditions: (v.conditions ?? []).map((c: Condition) => ({ code: c.code ?? '', title: both(c.title) })),
  }
}

function fresh(): Partial<Values> {
  const now = dayjs()
  return {
    year: now.year(), title: { zh: '', en: '' }, text: '', fields: [], blind: true, opens_at: now, closes_at: now.add(30, 'day').endOf('day').millisecond(0), notice_days: 5, reviewers: 5, pass_mark: 60, quota: 100, ties: [],
    criteria: [{ code: 'advance', title: { zh: '先进性', en: 'Advancement' }, weight: 40, max: 100, min: 0 }, { code: 'effect', title: { zh: '成效', en: 'Effect' }, weight: 40, max: 100, min: 0 }, { code: 'spread', title: { zh: '可推广性', en: 'Replicability' }, weight: 20, max: 100, min: 0 }],
    conditions: [{ code: 'local', title: { zh: '在本市注册', en: 'Registered in the city' } }],
  }
}

/** Drafts a call, or changes one. Of an open call the text and the deadline can be changed. */
export function CallForm({ call, open, close }: { call?: Call; open: boolean; close: () => void }) {
  const t = useScenarioTexts()
  const go = useNavigate()
  const [form] = Form.useForm<Values>()
  const save = useChange({
    run: (v: Values) => (call ? read(api.PUT('/api/scenario/pilot/calls/{id}', { params: { path: { id: call.id }, header: ifMatch(call.version) }, body: inputOf(v) })) : read(api.POST('/api/scenario/pilot/calls', { body: inputOf(v) }))),
    refresh: [pilotKey], done: t('pilot.saved'), quiet: true,
    after: (c) => { close(); if (!call) void go(`/scenario/pilots/calls/${c.id}`) },
  })
  const initial: Partial<Values> = call ? { ...call, opens_at: dayjs(call.opens_at), closes_at: dayjs(call.closes_at) } : fresh()
  return (
    <Drawer open={open} onClose={close} size={960} title={t(call ? 'pilot.editCall' : 'pilot.newCall')} destroyOnHidden>
      <EntityForm<Values> form={form} name="pilotcall" initial={initial} submit={() => save.mutateAsync(form.getFieldsValue(true) as Values)} cancel={close} wide>
        <Fields frozen={call !== undefined && call.state !== 'draft'} />
      </EntityForm>
    </Drawer>
  )
}

function Fields({ frozen }: { frozen: boolean }) {
  const t = useScenarioTexts()
  const wide = { width: '100%' }
  const need = (label: string) => [{ required: true, message: t('pilot.missing', { label }) }]
  const numbers = [['reviewers', 'reviewers', 2, 20], ['pass_mark', 'passMark', 0, 100], ['quota', 'quota', 1, 2000], ['notice_days', 'noticeDays', 1, 60]] as const
  return (
    <>
      {!frozen && <NameFields name="title" label={t('pilot.callTitle')} required />}
      {!frozen && (
        <div className="lh-pair">
          <Form.Item name="year" label={t('pilot.year')} rules={need(t('pilot.year'))}><InputNumber min={2000} max={2100} precision={0} style={wide} /></Form.Item>
          <Form.Item name="fields" label={t('pilot.fields')} extra={t('pilot.fieldsNote')} rules={need(t('pilot.fields'))}><Select mode="tags" open={false} tokenSeparators={[',', '，', '、']} /></Form.Item>
        </div>
      )}
      <div className="lh-pair">
        {!frozen && <Form.Item name="opens_at" label={t('pilot.opens')} rules={need(t('pilot.opens'))}><DatePicker showTime style={wide} /></Form.Item>}
        <Form.Item name="closes_at" label={t('pilot.closes')} extra={t('pilot.deadlineNote')} rules={need(t('pilot.closes'))}><DatePicker showTime style={wide} /></Form.Item>
      </div>
      {!frozen && <div className="lh-pilot-numbers">{numbers.map(([name, label, min, max]) => <Form.Item key={name} name={name} label={t(`pilot.${label}`)} rules={need(t(`pilot.${label}`))}><InputNumber min={min} max={max} style={wide} /></Form.Item>)}</div>}
      {!frozen && <Form.Item name="blind" valuePropName="checked" extra={t('pilot.blindNote')}><Checkbox>{t('pilot.blind')}</Checkbox></Form.Item>}
      <Form.Item name="text" label={t('pilot.text')}><Input.TextArea maxLength={20000} autoSize={{ minRows: 3, maxRows: 12 }} /></Form.Item>
      {!frozen && <Rows name="criteria" label={t('pilot.criteria')} add={t('pilot.addCriterion')} remove={(n) => t('pilot.removeCriterion', { n })} row={t('pilot.criterion')} fresh={{ code: '', title: { zh: '', en: '' }, weight: 10, max: 100, min: 0 }} points />}
      {!frozen && <Ties />}
      {!frozen && <Rows name="conditions" label={t('pilot.conditions')} add={t('pilot.addCondition')} remove={(n) => t('pilot.removeCondition', { n })} row={t('pilot.condition')} fresh={{ code: '', title: { zh: '', en: '' } }} />}
    </>
  )
}

function Ties() {
  const t = useScenarioTexts()
  const criteria = (Form.useWatch('criteria') ?? []) as Criterion[]
  return <Form.Item name="ties" label={t('pilot.ties')}><Select mode="multiple" options={criteria.filter((c) => c?.code).map((c) => ({ value: c.code, label: c.title?.zh || c.code }))} /></Form.Item>
}

interface RowsProps { name: string; label: string; add: string; remove: (n: number) => string; row: string; fresh: object; points?: boolean }

function Rows({ name, label, add: addLabel, remove: removeLabel, row, fresh: one, points = false }: RowsProps) {
  const t = useScenarioTexts()
  const k = useKernelTexts()
  const wide = { width: '100%' }
  return (
    <Form.List name={name}>
      {(fields, { add, remove }) => (
        <Card size="small" title={label} className="lh-form-problem" extra={<Button size="small" icon={<PlusOutlined />} onClick={() => add(one)}>{addLabel}</Button>}>
          {fields.map((x) => (
            <fieldset key={x.key} className="lh-pilot-row">
              <legend>{row} {x.name + 1} <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={removeLabel(x.name + 1)} onClick={() => remove(x.name)} /></legend>
              <div className="lh-pair">
                <Form.Item name={[x.name, 'title', 'zh']} label={k('form.zh', { label: t('pilot.name') })}><Input maxLength={200} lang="zh-CN" /></Form.Item>
                <Form.Item name={[x.name, 'title', 'en']} label={k('form.en', { label: t('pilot.name') })}><Input maxLength={200} lang="en" /></Form.Item>
              </div>
              <div className="lh-pilot-numbers">
                <Form.Item name={[x.name, 'code']} label={t('pilot.code')}><Input maxLength={40} className="lh-code" /></Form.Item>
                {points && <Form.Item name={[x.name, 'weight']} label={t('pilot.weight')}><InputNumber min={0} max={1000} style={wide} /></Form.Item>}
                {points && <Form.Item name={[x.name, 'max']} label={t('pilot.max')}><InputNumber min={0} max={1000} style={wide} /></Form.Item>}
                {points && <Form.Item name={[x.name, 'min']} label={t('pilot.min')} tooltip={t('pilot.minNote')}><InputNumber min={0} max={1000} style={wide} /></Form.Item>}
              </div>
            </fieldset>
          ))}
        </Card>
      )}
    </Form.List>
  )
}
