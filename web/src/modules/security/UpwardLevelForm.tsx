import { Form, Input, Radio, Select, Switch } from 'antd'
import { api, EntityForm, ifMatch, read, useChange } from '../../kernel'
import { labels, mark } from './intelTexts'
import { levels, useAddressees } from './noticeData'
import { useNoticeTexts } from './noticeTexts'
import { PeerFields, peerSaid, type PeerValues } from './PeerFields'
import { upwardKey, ways, useUpwardTexts, type Direction, type UpperRow } from './upwardTexts'

interface Values extends PeerValues { name: string; way: UpperRow['way']; most_tlp: UpperRow['most_tlp']; levels: number[]; recipients: string[]; paused?: boolean }

/** Adds an upper level or a channel downward, or changes one. */
export function UpwardLevelForm({ upper, direction, close }: { upper?: UpperRow; direction: Direction; close: () => void }) {
  const t = useUpwardTexts()
  const down = direction === 'down'
  const everybody = useAddressees()
  const words = useNoticeTexts()
  const [form] = Form.useForm<Values>()
  const way = Form.useWatch('way', form) ?? upper?.way ?? 'taxii'
  const save = useChange({
    run: (v: Values) => {
      const { user, secret, paused, root, collection, auth: signing, recipients, ...rest } = v
      const kind = upper?.way ?? v.way
      const server = kind === 'taxii' ? peerSaid({ root, collection, auth: signing, user, secret }) : { root: '', collection: '', auth: 'none' as const }
      const body = { ...rest, ...server, way: kind, direction, ...(down ? { recipients } : {}), paused: paused ?? false }
      return upper ? read(api.PUT('/api/security/uppers/{id}', { params: { path: { id: upper.id }, header: ifMatch(upper.version) }, body })) : read(api.POST('/api/security/uppers', { body }))
    },
    refresh: [upwardKey], done: t('upward.saved'), quiet: true, after: close,
  })
  const ask = () => {
    const v = form.getFieldsValue(true) as Values
    return read(api.POST('/api/security/uppers/trial', { body: { root: v.root, auth: v.auth, ...(v.user ? { user: v.user } : {}), ...(v.secret ? { secret: v.secret } : {}), ...(upper ? { upper: upper.id } : {}) } }))
      .then((a) => ({ ...a, collections: a.collections.filter((c) => c.can_write) }))
  }
  const wanted = (label: string) => [{ required: true, whitespace: true, message: t('upward.missing', { label }) }]
  const initial: Values = { name: upper?.name ?? '', way: upper?.way ?? 'taxii', root: upper?.root ?? '', collection: upper?.collection ?? '', auth: upper?.auth ?? 'basic', user: upper?.user ?? '', secret: '', most_tlp: upper?.most_tlp ?? 'amber', levels: upper?.levels ?? [], recipients: upper?.recipients ?? [], paused: upper?.paused ?? false }
  return (
    <EntityForm<Values> name="upper" form={form} initial={initial} submit={(v) => save.mutateAsync(v)} submitLabel={t('upward.save')} cancel={close}>
      <Form.Item name="name" label={t('upward.field.name')} rules={wanted(t('upward.field.name'))}><Input maxLength={100} /></Form.Item>
      {down && <Form.Item name="recipients" label={t('down.recipients')} extra={t('down.recipientsNote')} rules={[{ required: true, message: t('upward.missing', { label: t('down.recipients') }) }]}><Select mode="multiple" options={everybody} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>}
      {!upper && <Form.Item name="way" label={t('upward.field.way')} extra={way === 'file' ? t('upward.wayNote') : down ? t('down.wayNote') : undefined}><Radio.Group options={ways.map((w) => ({ value: w, label: t(`upward.ways.${w}`) }))} /></Form.Item>}
      {way === 'taxii' && <PeerFields kept={(upper?.secret_version ?? 0) > 0} ask={ask} choose={(id) => form.setFieldValue('collection', id)} none={t('upward.noCollections')} tried={t('upward.tried')} />}
      <Form.Item name="most_tlp" label={t('upward.field.tlp')} extra={t(down ? 'down.tlpNote' : 'upward.tlpNote')}><Select options={labels.map((l) => ({ value: l, label: mark(l) }))} /></Form.Item>
      <Form.Item name="levels" label={t(down ? 'down.levels' : 'upward.field.levels')} extra={t(down ? 'down.levelsNote' : 'upward.levelsFieldNote')}><Select mode="multiple" options={levels.map((l) => ({ value: l, label: words(`notice.levels.l${l}`) }))} /></Form.Item>
      {upper && <p className="lh-muted">{t('second.edit')}</p>}
      {upper && <Form.Item name="paused" label={t('upward.field.paused')} valuePropName="checked"><Switch /></Form.Item>}
    </EntityForm>
  )
}
