import { useQuery } from '@tanstack/react-query'
import { DatePicker, Drawer, Form, Input, InputNumber, Radio, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { api, EntityForm, ifMatch, NameFields, read, useChange, useMay, useText, type Text } from '../../kernel'
import { roomKey, type TargetDetail } from './data'
import { usePlanTexts } from './texts'

interface Props {
  target: TargetDetail
  open: boolean
  close: () => void
}

interface Values {
  goal: number
  goal_high?: number
  baseline?: number
  owner: Partial<Text>
  owner_id?: string
  kind: 'live' | 'reported'
  formula?: string
  reason: string
}

/** Changes a target; the reason is kept. */
export function EditTarget({ target, open, close }: Props) {
  const t = usePlanTexts()
  const save = useChange({
    run: (v: Values) => {
      const owner = { zh: v.owner.zh?.trim() ?? '', en: v.owner.en?.trim() ?? '' }
      const body = {
        goal: v.goal, goal_high: v.goal_high ?? 0, baseline: v.baseline ?? 0, owner: { zh: owner.zh || owner.en, en: owner.en || owner.zh },
        owner_id: v.owner_id ?? '', kind: v.kind, formula: v.formula?.trim() ?? '', reason: v.reason,
      }
      return read(api.PUT('/api/plan/targets/{id}', { params: { path: { id: target.id }, header: ifMatch(target.version) }, body }))
    },
    refresh: [roomKey],
    done: t('target.saved'),
    after: close,
    quiet: true,
  })
  const initial: Partial<Values> = {
    goal: target.goal, goal_high: target.goal_high, baseline: target.baseline, owner: target.owner, kind: target.kind, formula: target.how.formula, ...(target.owner_id ? { owner_id: target.owner_id } : {}),
  }
  return (
    <Drawer open={open} onClose={close} size={640} title={t('target.edit')} destroyOnHidden>
      <EntityForm<Values> initial={initial} submit={(v) => save.mutateAsync(v)} cancel={close} wide>
        <Fields between={target.direction === 'between'} />
      </EntityForm>
    </Drawer>
  )
}

function Fields({ between }: { between: boolean }) {
  const t = usePlanTexts()
  const text = useText()
  const may = useMay()
  const kind = Form.useWatch<string | undefined>('kind')
  const organisations = useQuery({
    queryKey: ['organisations', 'choice'],
    queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })),
    enabled: may('system.organisation.view'),
  })
  const required = (label: string) => [{ required: true, message: label }]
  return (
    <>
      <div className="lh-pair">
        <Form.Item name="goal" label={t('field.goal')} rules={required(t('report.valueMissing'))}>
          <InputNumber style={{ width: '100%' }} />
        </Form.Item>
        {between && (
          <Form.Item name="goal_high" label={t('field.goalHigh')} rules={required(t('report.valueMissing'))}>
            <InputNumber style={{ width: '100%' }} />
          </Form.Item>
        )}
        <Form.Item name="baseline" label={t('field.baseline')}>
          <InputNumber style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <NameFields name="owner" label={t('field.owner')} required />
      <Form.Item name="owner_id" label={t('field.ownerOrganisation')} extra={t('target.ownerNote')}>
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={organisations.data?.items.map((o) => ({ value: o.id, label: text(o.name) })) ?? []} />
      </Form.Item>
      <Form.Item name="kind" label={t('field.kind')}>
        <Radio.Group options={(['live', 'reported'] as const).map((k) => ({ value: k, label: t(`kind.${k}`) }))} />
      </Form.Item>
      <Form.Item name="formula" label={t('field.formula')} extra={t('target.formulaNote')} hidden={kind === 'reported'}>
        <Input maxLength={500} className="lh-code" autoCapitalize="none" />
      </Form.Item>
      <Form.Item name="reason" label={t('field.reason')} extra={t('target.reasonNote')} rules={[{ required: true, whitespace: true, message: t('field.reason') }]}>
        <Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} />
      </Form.Item>
    </>
  )
}

/** Reminds the owner of a target. */
export function Remind({ target, open, close }: Props) {
  const t = usePlanTexts()
  const send = useChange({
    run: (v: { note: string; due?: Dayjs | null }) =>
      read(api.POST('/api/plan/targets/{id}/reminders', { params: { path: { id: target.id } }, body: { note: v.note, ...(v.due ? { due: v.due.format('YYYY-MM-DD') } : {}) } })),
    refresh: [roomKey],
    done: t('remind.sent'),
    after: close,
    quiet: true,
  })
  return (
    <Drawer open={open} onClose={close} size={480} title={t('remind.title')} destroyOnHidden>
      <EntityForm<{ note: string; due?: Dayjs | null }> submit={(v) => send.mutateAsync(v)} submitLabel={t('remind.send')} cancel={close}>
        <Form.Item name="note" label={t('remind.note')} rules={[{ required: true, whitespace: true, message: t('remind.noteMissing') }]}>
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 3 }} />
        </Form.Item>
        <Form.Item name="due" label={t('remind.due')}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
      </EntityForm>
    </Drawer>
  )
}
