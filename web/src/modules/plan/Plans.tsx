import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Checkbox, DatePicker, Drawer, Form, Input, InputNumber, Radio, Segmented, Upload } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import {
  api, Confirm, DataTable, EmptyState, EntityForm, Failure, ifMatch, Loading, NameFields, PageHeader, read, SyntheticMark, useChange, useFormat, useLanguage, useLive, useMay, useText, type Column, type Schema, type Text,
} from '../../kernel'
import { roomKey, topic, type PlanRow } from './data'
import './plan.css'
import { usePlanTexts } from './texts'

/** All plans: begun from a template or from YAML, exported, edited. */
export default function Plans() {
  const t = usePlanTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const [editing, setEditing] = useState<PlanRow | null>(null)
  useLive(topic, roomKey)
  const columns = useColumns(setEditing)
  const create = may('plan.manage') && <Button type="primary" icon={<PlusOutlined />} onClick={() => setParams({ new: '1' })}>{t('plans.create')}</Button>
  return (
    <div className="lh-stack">
      <PageHeader title={t('plans.title')} actions={create} />
      <DataTable<PlanRow> url="/api/plan/plans" queryKey={roomKey} label={t('plans.title')} rowKey={(p) => p.id} columns={columns} search={t('plans.search')} exports
        empty={<EmptyState title={t('plans.none')} note={t('plans.noneNote')} action={create} />} />
      {may('plan.manage') && <Create open={params.get('new') !== null} close={() => setParams({}, { replace: true })} />}
      <Edit plan={editing} close={() => setEditing(null)} />
    </div>
  )
}

function useColumns(edit: (plan: PlanRow) => void): Column<PlanRow>[] {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const language = useLanguage()
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/plan/plans/{id}', { params: { path: { id } } })), refresh: [roomKey], quiet: true })
  return [
    { key: 'title', title: t('field.title'), sort: 'title', render: (p) => <span className="lh-two lh-wrap"><span><Link to={`/plan?plan=${p.id}`}>{text(p.title)}</Link> {p.synthetic && <SyntheticMark />}</span><span>{text(p.source)}</span></span> },
    { key: 'period', title: t('field.period'), sort: 'from', render: (p) => <span className="lh-number">{f.date(p.from)} – {f.date(p.to)}</span> },
    { key: 'targets', title: t('field.targets'), align: 'right', from: 'sm', render: (p) => <span className="lh-number">{f.number(p.targets)}</span> },
    { key: 'created', title: t('field.created'), sort: 'created_at', from: 'lg', render: (p) => <span className="lh-number">{f.time(p.created_at)}</span> },
    {
      key: 'do', title: t('plans.export'),
      render: (p) => (
        <span className="lh-evidence">
          <a href={`/api/plan/plans/${p.id}/export?format=xlsx&lang=${language}`} download>Excel</a>
          <a href={`/api/plan/plans/${p.id}/yaml`} download>YAML</a>
          {may('plan.manage') && <Button size="small" onClick={() => edit(p)}>{t('plans.edit')}</Button>}
          {may('plan.manage') && p.synthetic && <Confirm title={t('plans.removeTitle')} note={t('plans.removeNote')} label={t('plans.remove')} button={{ size: 'small' }} run={() => remove.mutateAsync(p.id)} />}
        </span>
      ),
    },
  ]
}

interface New {
  template?: string
  yaml?: string
  from?: Dayjs
  to?: Dayjs
  title?: Partial<Text>
}

function Create({ open, close }: { open: boolean; close: () => void }) {
  const t = usePlanTexts()
  const go = useNavigate()
  const [from, setFrom] = useState<'template' | 'yaml'>('template')
  const templates = useQuery({ queryKey: [...roomKey, 'templates'], queryFn: () => read(api.GET('/api/plan/templates')), enabled: open })
  const create = useChange({
    run: (v: New) => {
      const title = { zh: v.title?.zh?.trim() ?? '', en: v.title?.en?.trim() ?? '' }
      const named = title.zh || title.en ? { title: { zh: title.zh || title.en, en: title.en || title.zh } } : {}
      const period = v.from && v.to ? { from: v.from.format('YYYY-MM-DD'), to: v.to.format('YYYY-MM-DD') } : {}
      return read(api.POST('/api/plan/plans', { body: { ...(from === 'template' ? { template: v.template ?? '' } : { yaml: v.yaml ?? '' }), ...named, ...period } }))
    },
    refresh: [roomKey],
    done: t('plans.created'),
    after: (p) => void go(`/plan?plan=${p.id}`),
    quiet: true,
  })
  const best = templates.data?.items[0]
  return (
    <Drawer open={open} onClose={close} size={680} title={t('plans.create')} destroyOnHidden>
      {templates.error && <Failure problem={templates.error} retry={() => void templates.refetch()} />}
      {templates.isPending ? <Loading rows={3} /> : (
        <EntityForm<New> initial={best ? { template: best.id, from: dayjs(best.from), to: dayjs(best.to) } : {}} submit={(v) => create.mutateAsync(v)} submitLabel={t('plans.create')} cancel={close} wide>
          <Form.Item>
            <Segmented value={from} onChange={setFrom} options={[{ value: 'template', label: t('plans.fromTemplate') }, { value: 'yaml', label: t('plans.fromYAML') }]} />
          </Form.Item>
          {from === 'template' ? <Templates items={templates.data?.items ?? []} /> : <YAML />}
          <NameFields name="title" label={t('field.title')} />
        </EntityForm>
      )}
    </Drawer>
  )
}

function Templates({ items }: { items: Schema<'PlanTemplateView'>[] }) {
  const t = usePlanTexts()
  const text = useText()
  const over = Form.useWatch<Dayjs | undefined>('to')?.isBefore(dayjs())
  return (
    <>
      <Form.Item name="template" label={t('plans.template')} className="lh-choices">
        <Radio.Group>
          {items.map((x) => (
            <Radio key={x.id} value={x.id}>
              <strong>{text(x.title)}</strong>
              <div className="lh-choice-note">{text(x.note)}</div>
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
      <div className="lh-pair">
        <Form.Item name="from" label={t('field.from')} extra={t('plans.periodNote')} rules={[{ required: true, message: t('plans.periodMissing') }]}>
          <DatePicker style={{ width: '100%' }} allowClear={false} />
        </Form.Item>
        <Form.Item name="to" label={t('field.to')} rules={[{ required: true, message: t('plans.periodMissing') }]}>
          <DatePicker style={{ width: '100%' }} allowClear={false} />
        </Form.Item>
      </div>
      {over && <Alert type="info" showIcon title={t('plans.overNote')} className="lh-form-problem" />}
    </>
  )
}

function YAML() {
  const t = usePlanTexts()
  const form = Form.useFormInstance<New>()
  return (
    <>
      <Form.Item name="yaml" label="YAML" extra={t('plans.yamlNote')} rules={[{ required: true, whitespace: true, message: t('plans.yamlMissing') }]}>
        <Input.TextArea autoSize={{ minRows: 8, maxRows: 18 }} className="lh-code" spellCheck={false} />
      </Form.Item>
      <Form.Item>
        <Upload accept=".yaml,.yml" maxCount={1} showUploadList={false} beforeUpload={(file) => { void file.text().then((yaml) => form.setFieldsValue({ yaml })); return false }}>
          <Button>{t('plans.chooseFile')}</Button>
        </Upload>
      </Form.Item>
    </>
  )
}

interface Values { title: Partial<Text>; note: Partial<Text>; rules: PlanRow['rules'] }

function Edit({ plan, close }: { plan: PlanRow | null; close: () => void }) {
  const t = usePlanTexts()
  const save = useChange({
    run: (v: Values) => {
      const both = (x: Partial<Text>) => ({ zh: x.zh?.trim() || (x.en?.trim() ?? ''), en: x.en?.trim() || (x.zh?.trim() ?? '') })
      return read(api.PUT('/api/plan/plans/{id}', { params: { path: { id: plan!.id }, header: ifMatch(plan!.version) }, body: { title: both(v.title), note: both(v.note), rules: v.rules } }))
    },
    refresh: [roomKey],
    done: t('target.saved'),
    after: close,
    quiet: true,
  })
  const shares = ['on_track_chance', 'at_risk_chance', 'on_track_pace', 'at_risk_pace', 'about_tolerance'] as const
  return (
    <Drawer open={plan !== null} onClose={close} size={680} title={t('plans.edit')} destroyOnHidden>
      {plan && (
        <EntityForm<Values> initial={{ title: plan.title, note: plan.note, rules: plan.rules }} submit={(v) => save.mutateAsync(v)} cancel={close} wide>
          <NameFields name="title" label={t('field.title')} required />
          <NameFields name="note" label={t('field.note')} />
          <h2 className="lh-card-title">{t('plans.rules')}</h2>
          <div className="lh-pair">
            {shares.map((name) => <Form.Item key={name} name={['rules', name]} label={t(`rules.${name}`)}><InputNumber min={0} max={2} step={0.05} style={{ width: '100%' }} /></Form.Item>)}
            {(['grace_days', 'report_every_days'] as const).map((name) => <Form.Item key={name} name={['rules', name]} label={t(`rules.${name}`)}><InputNumber min={0} max={3660} precision={0} style={{ width: '100%' }} /></Form.Item>)}
          </div>
          <Form.Item name={['rules', 'exceeding_fails']} valuePropName="checked"><Checkbox>{t('rules.exceeding_fails')}</Checkbox></Form.Item>
        </EntityForm>
      )}
    </Drawer>
  )
}
