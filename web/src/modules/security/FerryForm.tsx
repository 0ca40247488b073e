import { useQuery } from '@tanstack/react-query'
import { DatePicker, Form, Input, InputNumber, Radio, Select, Switch } from 'antd'
import type { Dayjs } from 'dayjs'
import { api, EntityForm, ifMatch, read, useChange, useMay, useText } from '../../kernel'
import { PeerFields, peerSaid, type PeerValues } from './PeerFields'
import { ferryKey, sourceWays, upwardKey, useUpwardTexts, wayOf, type SourceRow } from './upwardTexts'

interface Values extends PeerValues { name: string; way: (typeof sourceWays)[number]; channel: string; keys: string; first: number; every: number; since?: Dayjs | null; paused?: boolean; organisation_id: string; upper: boolean; pair_id: string }

/** What is sent of a source: what its way has. */
function said(v: Values, way: Values['way']) {
  const common = { name: v.name, way, upper: v.upper, ...(v.pair_id ? { pair_id: v.pair_id } : {}) }
  if (way === 'taxii') return { ...common, ...peerSaid(v), every: v.every, paused: v.paused ?? false, ...(v.since ? { since: v.since.toISOString() } : {}) }
  if (way === 'inbox') return { ...common, organisation_id: v.organisation_id }
  return { ...common, channel: v.channel, keys: v.keys, first: v.first }
}

function initialOf(s: SourceRow | undefined): Values {
  return {
    name: s?.name ?? '', way: s?.way ?? 'file', channel: s?.channel ?? '', keys: s?.keys ?? '', first: s?.first ?? 1, root: s?.root ?? '', collection: s?.collection ?? '', auth: (s?.root ? s.auth : undefined) ?? 'basic', user: s?.user ?? '', secret: '',
    every: s?.every ?? 5, paused: s?.paused ?? false, organisation_id: s?.organisation_id ?? '', upper: s?.upper ?? false, pair_id: s?.pair_id ?? '',
  }
}

/** Trusts a source of notices, or changes one. */
export function FerryForm({ source, close }: { source?: SourceRow; close: () => void }) {
  const t = useUpwardTexts()
  const may = useMay()
  const [form] = Form.useForm<Values>()
  const upper = Form.useWatch('upper', form) ?? source?.upper ?? false
  const chosen = Form.useWatch('way', form) ?? 'file'
  const way = source ? wayOf(source) : chosen
  const { data: channels } = useQuery({ queryKey: [...upwardKey, 'choice'], queryFn: () => read(api.GET('/api/security/uppers', { params: { query: { limit: 100 } } })), enabled: may('security.upward.view') })
  const pairs = (channels?.items ?? []).filter((x) => (x.direction ?? 'up') === (upper ? 'up' : 'down')).map((x) => ({ value: x.id, label: x.name }))
  const save = useChange({
    run: (v: Values) => (source ? read(api.PUT('/api/security/ferry-sources/{id}', { params: { path: { id: source.id }, header: ifMatch(source.version) }, body: said(v, way) })) : read(api.POST('/api/security/ferry-sources', { body: said(v, way) }))),
    refresh: [ferryKey], done: t('ferry.saved'), quiet: true, after: close,
  })
  const ask = () => {
    const v = form.getFieldsValue(true) as Values
    return read(api.POST('/api/security/ferry-sources/trial', { body: { root: v.root, auth: v.auth, ...(v.user ? { user: v.user } : {}), ...(v.secret ? { secret: v.secret } : {}), ...(source ? { source: source.id } : {}) } }))
      .then((a) => ({ ...a, collections: a.collections.filter((c) => c.can_read) }))
  }
  const wanted = (label: string) => [{ required: true, whitespace: true, message: t('ferry.missingField', { label }) }]
  return (
    <EntityForm<Values> name="ferry" form={form} initial={initialOf(source)} submit={(v) => save.mutateAsync(v)} submitLabel={t('ferry.save')} cancel={close}>
      <Form.Item name="name" label={t('ferry.field.name')} rules={wanted(t('ferry.field.name'))}><Input maxLength={100} /></Form.Item>
      {!source && <Form.Item name="way" label={t('upward.field.way')} extra={t(`ferry.wayNotes.${way}`)}><Radio.Group options={sourceWays.map((w) => ({ value: w, label: t(`ferry.ways.${w}`) }))} /></Form.Item>}
      {way === 'file' && !source && <Form.Item name="channel" label={t('ferry.field.channel')} extra={t('ferry.channelNote')} rules={wanted(t('ferry.field.channel'))}><Input maxLength={64} /></Form.Item>}
      {way === 'file' && <Form.Item name="keys" label={t('ferry.field.keys')} extra={t('ferry.keysNote')} rules={wanted(t('ferry.field.keys'))}><Input.TextArea maxLength={20_000} autoSize={{ minRows: 4, maxRows: 16 }} /></Form.Item>}
      {way === 'taxii' && <PeerFields kept={(source?.secret_version ?? 0) > 0} ask={ask} choose={(id) => form.setFieldValue('collection', id)} none={t('feed.noCollections')} tried={t('feed.tried')} />}
      {way === 'taxii' && <Form.Item name="every" label={t('feed.field.every')}><InputNumber min={1} max={1440} precision={0} suffix={t('feed.minutes')} /></Form.Item>}
      {way === 'taxii' && !source && <Form.Item name="since" label={t('ferry.field.since')} extra={t('ferry.sinceNote')}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>}
      {way === 'inbox' && <WhoHandsIn />}
      <Form.Item name="upper" label={t(way === 'file' ? 'ferry.upper' : 'ferry.kindUpper')} extra={t('ferry.upperNote')} valuePropName="checked"><Switch onChange={() => form.setFieldValue('pair_id', '')} /></Form.Item>
      <Form.Item name="pair_id" label={t('ferry.pair')} extra={t(upper ? 'ferry.pairUpNote' : 'ferry.pairDownNote')}><Select options={[{ value: '', label: t('ferry.noPair') }, ...pairs]} /></Form.Item>
      {source && <p className="lh-muted">{t('second.edit')}</p>}
      {way === 'file' && !source && <Form.Item name="first" label={t('ferry.field.first')} extra={t('ferry.firstNote')}><InputNumber min={1} max={1_000_000_000} precision={0} /></Form.Item>}
      {way === 'taxii' && source && <Form.Item name="paused" label={t('feed.field.paused')} valuePropName="checked"><Switch /></Form.Item>}
    </EntityForm>
  )
}

/** The organisation whose reports are received: any but the city's bureau. */
function WhoHandsIn() {
  const t = useUpwardTexts()
  const text = useText()
  const { data } = useQuery({ queryKey: ['organisations', 'choice'], queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })) })
  const label = t('ferry.field.organisation')
  return (
    <Form.Item name="organisation_id" label={label} extra={t('ferry.organisationNote')} rules={[{ required: true, message: t('ferry.missingField', { label }) }]}>
      <Select options={(data?.items ?? []).filter((o) => o.parent_id !== '').map((o) => ({ value: o.id, label: text(o.name) }))} showSearch={{ optionFilterProp: 'label' }} />
    </Form.Item>
  )
}
