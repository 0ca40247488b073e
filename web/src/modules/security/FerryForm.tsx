import { Form, Input, InputNumber } from 'antd'
import { api, EntityForm, ifMatch, read, useChange } from '../../kernel'
import { ferryKey, useUpwardTexts, type SourceRow } from './upwardTexts'

interface Values { name: string; channel: string; keys: string; first: number }

/** Trusts a channel with its keys, or changes them. */
export function FerryForm({ source, close }: { source?: SourceRow; close: () => void }) {
  const t = useUpwardTexts()
  const [form] = Form.useForm<Values>()
  const save = useChange({
    run: (v: Values) => (source ? read(api.PUT('/api/security/ferry-sources/{id}', { params: { path: { id: source.id }, header: ifMatch(source.version) }, body: { name: v.name, keys: v.keys } })) : read(api.POST('/api/security/ferry-sources', { body: v }))),
    refresh: [ferryKey], done: t('ferry.saved'), quiet: true, after: close,
  })
  const wanted = (label: string) => [{ required: true, whitespace: true, message: t('ferry.missingField', { label }) }]
  const initial: Values = { name: source?.name ?? '', channel: source?.channel ?? '', keys: source?.keys ?? '', first: source?.first ?? 1 }
  return (
    <EntityForm<Values> name="ferry" form={form} initial={initial} submit={(v) => save.mutateAsync(v)} submitLabel={t('ferry.save')} cancel={close}>
      <Form.Item name="name" label={t('ferry.field.name')} rules={wanted(t('ferry.field.name'))}><Input maxLength={100} /></Form.Item>
      {!source && <Form.Item name="channel" label={t('ferry.field.channel')} extra={t('ferry.channelNote')} rules={wanted(t('ferry.field.channel'))}><Input maxLength={64} /></Form.Item>}
      <Form.Item name="keys" label={t('ferry.field.keys')} extra={t('ferry.keysNote')} rules={wanted(t('ferry.field.keys'))}><Input.TextArea maxLength={20_000} autoSize={{ minRows: 4, maxRows: 16 }} /></Form.Item>
      {!source && <Form.Item name="first" label={t('ferry.field.first')} extra={t('ferry.firstNote')}><InputNumber min={1} max={1_000_000_000} precision={0} /></Form.Item>}
    </EntityForm>
  )
}
