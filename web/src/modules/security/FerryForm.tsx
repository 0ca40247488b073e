import { useQuery } from '@tanstack/react-query'
import { Form, Input, InputNumber, Select, Switch } from 'antd'
import { api, EntityForm, ifMatch, read, useChange, useMay } from '../../kernel'
import { ferryKey, upwardKey, useUpwardTexts, type SourceRow } from './upwardTexts'

interface Values { name: string; channel: string; keys: string; upper: boolean; pair_id: string; first: number }

/** Trusts a channel with its keys, or changes them. */
export function FerryForm({ source, close }: { source?: SourceRow; close: () => void }) {
  const t = useUpwardTexts()
  const may = useMay()
  const [form] = Form.useForm<Values>()
  const upper = Form.useWatch('upper', form) ?? source?.upper ?? false
  const { data: channels } = useQuery({ queryKey: [...upwardKey, 'choice'], queryFn: () => read(api.GET('/api/security/uppers', { params: { query: { limit: 100 } } })), enabled: may('security.upward.view') })
  const pairs = (channels?.items ?? []).filter((x) => (x.direction ?? 'up') === (upper ? 'up' : 'down')).map((x) => ({ value: x.id, label: x.name }))
  const save = useChange({
    run: (v: Values) => (source ? read(api.PUT('/api/security/ferry-sources/{id}', { params: { path: { id: source.id }, header: ifMatch(source.version) }, body: { name: v.name, keys: v.keys, upper: v.upper, ...(v.pair_id ? { pair_id: v.pair_id } : {}) } })) : read(api.POST('/api/security/ferry-sources', { body: { ...v, pair_id: v.pair_id ?? '' } }))),
    refresh: [ferryKey], done: t('ferry.saved'), quiet: true, after: close,
  })
  const wanted = (label: string) => [{ required: true, whitespace: true, message: t('ferry.missingField', { label }) }]
  const initial: Values = { name: source?.name ?? '', channel: source?.channel ?? '', keys: source?.keys ?? '', upper: source?.upper ?? false, pair_id: source?.pair_id ?? '', first: source?.first ?? 1 }
  return (
    <EntityForm<Values> name="ferry" form={form} initial={initial} submit={(v) => save.mutateAsync(v)} submitLabel={t('ferry.save')} cancel={close}>
      <Form.Item name="name" label={t('ferry.field.name')} rules={wanted(t('ferry.field.name'))}><Input maxLength={100} /></Form.Item>
      {!source && <Form.Item name="channel" label={t('ferry.field.channel')} extra={t('ferry.channelNote')} rules={wanted(t('ferry.field.channel'))}><Input maxLength={64} /></Form.Item>}
      <Form.Item name="keys" label={t('ferry.field.keys')} extra={t('ferry.keysNote')} rules={wanted(t('ferry.field.keys'))}><Input.TextArea maxLength={20_000} autoSize={{ minRows: 4, maxRows: 16 }} /></Form.Item>
      <Form.Item name="upper" label={t('ferry.upper')} extra={t('ferry.upperNote')} valuePropName="checked"><Switch onChange={() => form.setFieldValue('pair_id', '')} /></Form.Item>
      <Form.Item name="pair_id" label={t('ferry.pair')} extra={t(upper ? 'ferry.pairUpNote' : 'ferry.pairDownNote')}><Select options={[{ value: '', label: t('ferry.noPair') }, ...pairs]} /></Form.Item>
      {source && <p className="lh-muted">{t('second.edit')}</p>}
      {!source && <Form.Item name="first" label={t('ferry.field.first')} extra={t('ferry.firstNote')}><InputNumber min={1} max={1_000_000_000} precision={0} /></Form.Item>}
    </EntityForm>
  )
}
