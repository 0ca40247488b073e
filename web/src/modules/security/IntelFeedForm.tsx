import { Form, Input, InputNumber, Select, Switch } from 'antd'
import { api, EntityForm, ifMatch, read, useChange } from '../../kernel'
import { auths, intelKey, useIntelTexts, type FeedDetail } from './intelTexts'
import { PeerTrial } from './PeerTrial'

interface Values { name: string; root: string; collection: string; auth: 'none' | 'basic' | 'bearer'; user: string; secret: string; every: number; days: number; paused?: boolean }

/** Adds a feed, or changes one. */
export function IntelFeedForm({ feed, close }: { feed?: FeedDetail; close: () => void }) {
  const t = useIntelTexts()
  const [form] = Form.useForm<Values>()
  const auth = Form.useWatch('auth', form) ?? feed?.auth ?? 'none'
  const save = useChange({
    run: (v: Values) => {
      const { user, secret, paused, ...rest } = v
      const body = { ...rest, paused: paused ?? false, ...(user ? { user } : {}), ...(secret ? { secret } : {}) }
      return feed ? read(api.PUT('/api/security/intelligence-feeds/{id}', { params: { path: { id: feed.id }, header: ifMatch(feed.version) }, body })) : read(api.POST('/api/security/intelligence-feeds', { body }))
    },
    refresh: [intelKey], done: t('feed.saved'), quiet: true, after: close,
  })
  const ask = () => {
    const v = form.getFieldsValue(true) as Values
    return read(api.POST('/api/security/intelligence-feeds/trial', { body: { root: v.root, auth: v.auth, ...(v.user ? { user: v.user } : {}), ...(v.secret ? { secret: v.secret } : {}), ...(feed ? { feed: feed.id } : {}) } }))
      .then((a) => ({ ...a, collections: a.collections.filter((c) => c.can_read) }))
  }
  const wanted = (label: string) => [{ required: true, whitespace: true, message: t('intel.missing', { label }) }]
  const initial: Values = { name: feed?.name ?? '', root: feed?.root ?? '', collection: feed?.collection ?? '', auth: feed?.auth ?? 'none', user: feed?.user ?? '', secret: '', every: feed?.every ?? 60, days: feed?.days ?? 90, paused: feed?.paused ?? false }
  return (
    <EntityForm<Values> name="feed" form={form} initial={initial} submit={(v) => save.mutateAsync(v)} submitLabel={t('feed.save')} cancel={close}>
      <Form.Item name="name" label={t('feed.field.name')} extra={t('intel.take.sourceNote')} rules={wanted(t('feed.field.name'))}><Input maxLength={100} /></Form.Item>
      <Form.Item name="root" label={t('feed.field.root')} extra={t('feed.rootNote')} rules={wanted(t('feed.field.root'))}><Input maxLength={500} inputMode="url" /></Form.Item>
      <Form.Item name="auth" label={t('feed.field.auth')}><Select options={auths.map((a) => ({ value: a, label: t(`feed.auths.${a}`) }))} /></Form.Item>
      {auth === 'basic' && <Form.Item name="user" label={t('feed.field.user')} rules={wanted(t('feed.field.user'))}><Input maxLength={200} autoComplete="off" /></Form.Item>}
      {auth !== 'none' && <Form.Item name="secret" label={t('feed.field.secret')} extra={feed && feed.secret_version > 0 ? t('feed.keepSecret') : undefined}><Input.Password maxLength={4000} autoComplete="new-password" /></Form.Item>}
      <Form.Item name="collection" label={t('feed.field.collection')} rules={wanted(t('feed.field.collection'))}><Input maxLength={100} /></Form.Item>
      <PeerTrial ask={ask} choose={(id) => form.setFieldValue('collection', id)} none={t('feed.noCollections')} tried={t('feed.tried')} />
      <Form.Item name="every" label={t('feed.field.every')}><InputNumber min={5} max={10080} precision={0} suffix={t('feed.minutes')} /></Form.Item>
      <Form.Item name="days" label={t('feed.field.days')}><InputNumber min={1} max={3650} precision={0} suffix={t('intel.take.unit')} /></Form.Item>
      {feed && <Form.Item name="paused" label={t('feed.field.paused')} valuePropName="checked"><Switch /></Form.Item>}
    </EntityForm>
  )
}
