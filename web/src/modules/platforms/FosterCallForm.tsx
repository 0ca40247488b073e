import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, DatePicker, Drawer, Form, Input, InputNumber, Select, type FormInstance } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useNavigate } from 'react-router'
import { api, EntityForm, ifMatch, NameFields, read, useChange, useKernelTexts, useText } from '../../kernel'
import { useVocabulary } from './data'
import { fosterKey, type Call, type Criterion } from './fostering'
import { usePlatformTexts } from './texts'

interface Values {
  year: number; title: { zh: string; en: string }; text: string; classes: string[]; opens_at: Dayjs; closes_at: Dayjs; reviewers: number; pass_mark: number; limit: number; criteria: Criterion[]
}

/** Makes the API's input of what the form holds; what is left empty is an empty text or 0. */
function inputOf(v: Values) {
  const both = (x: { zh?: string; en?: string } | undefined) => ({ zh: x?.zh ?? '', en: x?.en ?? '' })
  const criteria = (v.criteria ?? []).map((c) => ({ code: c.code ?? '', title: both(c.title), evidence: both(c.evidence), weight: c.weight ?? 0, max: c.max ?? 0, min: c.min ?? 0 }))
  return { year: v.year, title: both(v.title), text: v.text ?? '', classes: v.classes ?? [], opens_at: v.opens_at.toISOString(), closes_at: v.closes_at.toISOString(), reviewers: v.reviewers, pass_mark: v.pass_mark, limit: v.limit, criteria }
}

function fresh(): Partial<Values> {
  const now = dayjs()
  return { year: now.year(), title: { zh: '', en: '' }, text: '', classes: ['specialised'], opens_at: now, closes_at: now.add(30, 'day').endOf('day').millisecond(0), reviewers: 3, pass_mark: 60, limit: 10, criteria: [] }
}

/** Drafts a call, or changes one. Of an open call the text and the deadline can be changed. */
export function CallForm({ call, open, close }: { call?: Call; open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  const go = useNavigate()
  const [form] = Form.useForm<Values>()
  const save = useChange({
    run: (v: Values) => (call ? read(api.PUT('/api/platforms/foster/calls/{id}', { params: { path: { id: call.id }, header: ifMatch(call.version) }, body: inputOf(v) })) : read(api.POST('/api/platforms/foster/calls', { body: inputOf(v) }))),
    refresh: [fosterKey], done: t('page.saved'), quiet: true,
    after: (c) => { close(); if (!call) void go(`/platforms/fostering/calls/${c.id}`) },
  })
  const initial: Partial<Values> = call ? { ...call, opens_at: dayjs(call.opens_at), closes_at: dayjs(call.closes_at) } : fresh()
  return (
    <Drawer open={open} onClose={close} size={960} title={t(call ? 'foster.editCall' : 'foster.newCall')} destroyOnHidden>
      <EntityForm<Values> form={form} name="call" initial={initial} submit={() => save.mutateAsync(form.getFieldsValue(true) as Values)} cancel={close} wide>
        {call?.state === 'open' && <Alert type="info" showIcon title={t('foster.frozen')} className="lh-form-problem" />}
        <Fields form={form} frozen={call?.state === 'open'} />
      </EntityForm>
    </Drawer>
  )
}

function Fields({ form, frozen }: { form: FormInstance<Values>; frozen: boolean }) {
  const t = usePlatformTexts()
  const vocabulary = useVocabulary()
  const wide = { width: '100%' }
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  return (
    <>
      {!frozen && <NameFields name="title" label={t('foster.callTitle')} required />}
      {!frozen && (
        <div className="lh-pair">
          <Form.Item name="year" label={t('foster.yearLabel')} rules={need(t('foster.yearLabel'))}><InputNumber min={2000} max={2100} style={wide} /></Form.Item>
          <Form.Item name="classes" label={t('foster.classes')} rules={need(t('foster.classes'))}><Select mode="multiple" options={vocabulary.options('classes')} /></Form.Item>
        </div>
      )}
      <div className="lh-pair">
        {!frozen && <Form.Item name="opens_at" label={t('foster.opens')} rules={need(t('foster.opens'))}><DatePicker showTime style={wide} /></Form.Item>}
        <Form.Item name="closes_at" label={t('foster.closes')} extra={t('foster.closesNote')} rules={need(t('foster.closes'))}><DatePicker showTime style={wide} /></Form.Item>
      </div>
      {!frozen && (
        <div className="lh-pair">
          <Form.Item name="reviewers" label={t('foster.reviewersLeast')} rules={need(t('foster.reviewersLeast'))}><InputNumber min={2} max={20} precision={0} style={wide} /></Form.Item>
          <Form.Item name="pass_mark" label={t('foster.passMark')} rules={need(t('foster.passMark'))}><InputNumber min={0} max={100} style={wide} /></Form.Item>
          <Form.Item name="limit" label={t('foster.limit')} rules={need(t('foster.limit'))}><InputNumber min={1} max={1000} precision={0} style={wide} /></Form.Item>
        </div>
      )}
      <Form.Item name="text" label={t('foster.text')}><Input.TextArea maxLength={20000} autoSize={{ minRows: 3, maxRows: 12 }} /></Form.Item>
      {!frozen && <Criteria form={form} />}
    </>
  )
}

function Criteria({ form }: { form: FormInstance<Values> }) {
  const t = usePlatformTexts()
  const k = useKernelTexts()
  const text = useText()
  const sets = useQuery({ queryKey: ['platforms-foster-criteria'], queryFn: () => read(api.GET('/api/platforms/foster/criteria')), staleTime: Infinity })
  const wide = { width: '100%' }
  return (
    <Form.List name="criteria">
      {(fields, { add, remove }) => (
        <Card size="small" title={t('foster.criteria')} className="lh-form-problem">
          <div className="lh-bar lh-list-bar">
            {sets.data?.items.map((s) => <Button key={s.code} size="small" onClick={() => form.setFieldValue('criteria', s.criteria)} title={text(s.note)}>{t('foster.startFrom', { name: text(s.title) })}</Button>)}
            <Button size="small" icon={<PlusOutlined />} onClick={() => add({ code: '', title: { zh: '', en: '' }, evidence: { zh: '', en: '' }, weight: 10, max: 100, min: 0 })}>{t('foster.addCriterion')}</Button>
          </div>
          {sets.data?.items.map((s) => <p key={s.code} className="lh-note">{text(s.note)}</p>)}
          {fields.map((x) => (
            <fieldset key={x.key} className="lh-foster-criterion">
              <legend>{t('foster.criterionN', { n: x.name + 1 })} <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('foster.removeCriterion', { n: x.name + 1 })} onClick={() => remove(x.name)} /></legend>
              <div className="lh-pair">
                <Form.Item name={[x.name, 'title', 'zh']} label={k('form.zh', { label: t('field.name') })}><Input maxLength={200} lang="zh-CN" /></Form.Item>
                <Form.Item name={[x.name, 'title', 'en']} label={k('form.en', { label: t('field.name') })}><Input maxLength={200} lang="en" /></Form.Item>
              </div>
              <div className="lh-pair">
                <Form.Item name={[x.name, 'evidence', 'zh']} label={k('form.zh', { label: t('foster.evidence') })}><Input maxLength={1000} lang="zh-CN" /></Form.Item>
                <Form.Item name={[x.name, 'evidence', 'en']} label={k('form.en', { label: t('foster.evidence') })}><Input maxLength={1000} lang="en" /></Form.Item>
              </div>
              <div className="lh-foster-numbers">
                <Form.Item name={[x.name, 'code']} label={t('field.code')}><Input maxLength={40} className="lh-code" /></Form.Item>
                <Form.Item name={[x.name, 'weight']} label={t('ranking.weight')}><InputNumber min={0} max={1000} style={wide} /></Form.Item>
                <Form.Item name={[x.name, 'max']} label={t('foster.max')}><InputNumber min={0} max={1000} style={wide} /></Form.Item>
                <Form.Item name={[x.name, 'min']} label={t('foster.min')} tooltip={t('foster.minNote')}><InputNumber min={0} max={1000} style={wide} /></Form.Item>
              </div>
            </fieldset>
          ))}
        </Card>
      )}
    </Form.List>
  )
}
