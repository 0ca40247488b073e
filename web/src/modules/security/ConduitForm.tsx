import { Drawer, Form, Input, Radio, Select } from 'antd'
import { api, EntityForm, ifMatch, read, useChange } from '../../kernel'
import { useZoneTexts, zoneKey, type Conduit, type ConduitFacts, type Plan } from './zoneTexts'

interface Props {
  plan: Plan
  show: boolean
  close: () => void
  /** The one that is changed. */
  conduit?: Conduit
  from?: string
  to?: string
}

/** Declares a conduit, or changes one. */
export function ConduitDrawer(props: Props) {
  const t = useZoneTexts()
  return <Drawer title={t(props.conduit ? 'zone.act.edit' : 'zone.act.declare')} open={props.show} onClose={props.close} destroyOnHidden><Fields {...props} /></Drawer>
}

function Fields({ plan: p, close, conduit: c, from = '', to = '' }: Props) {
  const t = useZoneTexts()
  const [form] = Form.useForm<ConduitFacts>()
  const save = useChange({
    run: (body: ConduitFacts) => (c ? read(api.PUT('/api/security/conduits/{id}', { params: { path: { id: c.id }, header: ifMatch(c.version) }, body })) : read(api.POST('/api/security/conduits', { body }))),
    refresh: [zoneKey], done: t('zone.saved'), quiet: true, after: close,
  })
  const zones = [...new Set([...p.shown.map((z) => z.name), ...(c ? [c.client_zone, c.server_zone] : [])])].map((z) => ({ value: z, label: z }))
  const wanted = (label: string) => [{ required: true, message: t('zone.missing', { label }) }]
  const initial: Partial<ConduitFacts> = c ?? { ...(from ? { client_zone: from } : {}), ...(to ? { server_zone: to } : {}), protocols: [], commands: false, note: '', responsible: '' }
  return (
    <EntityForm<ConduitFacts> form={form} initial={initial} submit={(v) => save.mutateAsync(v)} submitLabel={t('zone.form.submit')} cancel={close} name="conduit">
      <Form.Item name="client_zone" label={t('zone.field.client')} rules={wanted(t('zone.field.client'))}><Select options={zones} showSearch /></Form.Item>
      <Form.Item name="server_zone" label={t('zone.field.server')} rules={wanted(t('zone.field.server'))}><Select options={zones} showSearch /></Form.Item>
      <Form.Item name="protocols" label={t('zone.field.protocols')} extra={t('zone.form.protocols')}><Select mode="multiple" allowClear placeholder={t('zone.anyProtocol')} options={p.protocols.map((x) => ({ value: x, label: x }))} /></Form.Item>
      <Form.Item name="commands" label={t('zone.field.commands')} extra={t('zone.form.commands')}><Radio.Group options={[{ value: false, label: t('zone.commandsNo') }, { value: true, label: t('zone.commandsYes') }]} /></Form.Item>
      <Form.Item name="note" label={t('zone.field.note')}><Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} placeholder={t('zone.form.note')} /></Form.Item>
      <Form.Item name="responsible" label={t('zone.field.responsible')}><Input maxLength={60} /></Form.Item>
    </EntityForm>
  )
}
