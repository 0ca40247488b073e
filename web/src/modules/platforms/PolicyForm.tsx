import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Drawer, Form, InputNumber, Select } from 'antd'
import { api, EntityForm, ifMatch, NameFields, read, useChange, useText } from '../../kernel'
import { textOf } from './alerts'
import { rotasKey, useDutyPeople, useRotas, type Policy } from './rotas'
import { usePlatformTexts } from './texts'
import './rotas.css'

interface StepValues { after: number; rotas: string[]; persons: string[]; route: boolean }
interface Values { name: { zh?: string; en?: string }; steps: StepValues[]; repeat: number; pause: number; limit: number }

const fresh: Values = { name: {}, steps: [{ after: 5, rotas: [], persons: [], route: false }], repeat: 0, pause: 15, limit: 0 }

function inputOf(v: Values) {
  const steps = (v.steps ?? []).map((s) => ({ after: s.after ?? 0, rotas: s.rotas ?? [], persons: (s.persons ?? []).map((id) => ({ id })), route: s.route ?? false }))
  return { name: textOf(v.name), steps, repeat: v.repeat ?? 0, pause: v.pause ?? 0, limit: v.limit ?? 0 }
}

/** Makes an escalation policy, or changes one. */
export function PolicyForm({ edited, close }: { edited: Policy | 'new' | null; close: () => void }) {
  const t = usePlatformTexts()
  const [form] = Form.useForm<Values>()
  const old = edited === 'new' ? null : edited
  const save = useChange({
    run: (v: Values) => {
      const body = inputOf(v)
      return old ? read(api.PUT('/api/platforms/alerting/policies/{id}', { params: { path: { id: old.id }, header: ifMatch(old.version) }, body })) : read(api.POST('/api/platforms/alerting/policies', { body }))
    },
    refresh: [rotasKey], done: t('page.saved'), after: close, quiet: true,
  })
  const initial: Values = old ? { ...old, pause: old.pause || fresh.pause, steps: old.steps.map((s) => ({ ...s, persons: s.persons.map((p) => p.id) })) } : fresh
  const minutes = { precision: 0, style: { width: '100%' }, suffix: t('availability.minutes') }
  return (
    <Drawer open={edited !== null} onClose={close} size={720} title={t(old ? 'duty.policy' : 'duty.newPolicy')} destroyOnHidden>
      {edited !== null && (
        <EntityForm<Values> form={form} name="policy" wide initial={initial} submit={() => save.mutateAsync(form.getFieldsValue(true) as Values)} cancel={close} key={old?.id ?? 'new'}>
          <NameFields name="name" label={t('field.name')} required />
          <p className="lh-muted">{t('duty.policiesNote')}</p>
          <StepFields {...(old ? { old } : {})} />
          <div className="lh-pair">
            <Form.Item name="repeat" label={t('duty.repeat')} extra={t('duty.repeatNote')}><InputNumber min={0} max={9} precision={0} style={{ width: '100%' }} /></Form.Item>
            <Form.Item name="pause" label={t('duty.pause')}><InputNumber min={1} max={10080} {...minutes} /></Form.Item>
          </div>
          <Form.Item name="limit" label={t('duty.limit')} extra={t('duty.limitNote')}><InputNumber min={0} max={43200} {...minutes} /></Form.Item>
        </EntityForm>
      )}
    </Drawer>
  )
}

function StepFields({ old }: { old?: Policy }) {
  const t = usePlatformTexts()
  const text = useText()
  const rotas = useRotas()
  const people = useDutyPeople('')
  const able = people.data?.items ?? []
  const gone = (old?.steps ?? []).flatMap((s) => s.persons).filter((m, i, all) => !able.some((p) => p.id === m.id) && all.findIndex((x) => x.id === m.id) === i)
  const persons = [...able.map((p) => ({ value: p.id, label: `${p.name} · ${text(p.organisation)}` })), ...(people.data ? gone.map((m) => ({ value: m.id, label: `${m.name ?? ''} · ${t('duty.gaps.unable')}` })) : [])]
  return (
    <Form.List name="steps">
      {(fields, { add, remove }) => (
        <>
          {fields.map((x, i) => (
            <fieldset key={x.key} className="lh-duty-part">
              <legend>{t('duty.stepN', { n: i + 1 })} <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('duty.removeStep', { n: i + 1 })} disabled={fields.length === 1} onClick={() => remove(x.name)} /></legend>
              <Form.Item name={[x.name, 'after']} label={t(i === 0 ? 'duty.afterFirst' : 'duty.afterStep')} rules={[{ required: true, message: t('form.missing', { label: t('duty.afterStep') }) }]}><InputNumber min={i === 0 ? 0 : 1} max={10080} precision={0} style={{ width: '100%' }} suffix={t('availability.minutes')} /></Form.Item>
              <Form.Item name={[x.name, 'rotas']} label={t('duty.rotas')} extra={rotas.data?.items.length === 0 ? t('duty.noneHow') : t('duty.rotasNote')}><Select mode="multiple" optionFilterProp="label" options={(rotas.data?.items ?? []).map((r) => ({ value: r.id, label: text(r.name) }))} /></Form.Item>
              <Form.Item name={[x.name, 'persons']} label={t('duty.persons')}><Select mode="multiple" optionFilterProp="label" options={persons} /></Form.Item>
              <Form.Item name={[x.name, 'route']} valuePropName="checked"><Checkbox>{t('duty.alsoRoute')}</Checkbox></Form.Item>
            </fieldset>
          ))}
          <Form.Item><Button icon={<PlusOutlined />} disabled={fields.length >= 10} onClick={() => add({ after: 15, rotas: [], persons: [], route: false })}>{t('duty.addStep')}</Button></Form.Item>
        </>
      )}
    </Form.List>
  )
}
