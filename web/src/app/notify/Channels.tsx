import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer, Form, Input, Select, Switch } from 'antd'
import { useState } from 'react'
import { api, Confirm, CopyBlock, DataTable, EmptyState, EntityForm, ifMatch, PageHeader, read, StatusTag, useChange, useFormat, useText, type Column, type Schema } from '../../kernel'
import { useOrganisations } from '../system/data'
import { channelsKey, channelTypes, type Channel } from './data'
import { useNoticeTexts } from './texts'

type Values = Schema<'NotifyChannelInput'>

/** Where organisations are told: webhooks and the robots of group chats. */
export default function Channels() {
  const t = useNoticeTexts()
  const [edited, setEdited] = useState<Channel | 'new' | null>(null)
  const [secret, setSecret] = useState('')
  const close = () => {
    setEdited(null)
    setSecret('')
  }
  return (
    <>
      <PageHeader title={t('channels.title')} note={t('channels.note')} actions={<Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')}>{t('channels.add')}</Button>} />
      <DataTable<Channel>
        url="/api/notify/channels"
        queryKey={channelsKey}
        label={t('channels.title')}
        rowKey={(c) => c.id}
        columns={useColumns(setEdited, setSecret)}
        filters={[{ name: 'type', label: t('channels.type'), options: channelTypes.map((x) => ({ value: x, label: t(`type.${x}`) })) }]}
        search={t('channels.search')}
        exports
        empty={<EmptyState title={t('channels.empty')} note={t('channels.emptyNote')} />}
      />
      <Drawer open={edited !== null || secret !== ''} onClose={close} size={600} destroyOnHidden title={secret ? t('channels.secret') : edited === 'new' ? t('channels.add') : t('channels.edit')}>
        {secret ? <Secret secret={secret} close={close} /> : edited && <ChannelForm channel={edited === 'new' ? null : edited} close={close} made={setSecret} />}
      </Drawer>
    </>
  )
}

function useColumns(edit: (c: Channel) => void, made: (secret: string) => void): Column<Channel>[] {
  const t = useNoticeTexts()
  const f = useFormat()
  const organisations = useOrganisations()
  const by = (id: string) => ({ params: { path: { id } } })
  const test = useChange({ run: (id: string) => read(api.POST('/api/notify/channels/{id}/test', by(id))) })
  const rotate = useChange({ run: (id: string) => read(api.POST('/api/notify/channels/{id}/secret', by(id))), refresh: [channelsKey], after: (c) => made(c.secret ?? ''), quiet: true })
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/notify/channels/{id}', by(id))), refresh: [channelsKey], quiet: true })
  return [
    { key: 'name', title: t('channels.name'), sort: 'name', render: (c) => <span className="lh-two"><span>{c.name}</span><span className="lh-code">{c.host}</span></span> },
    { key: 'type', title: t('channels.type'), sort: 'type', from: 'sm', render: (c) => t(`type.${c.type}`) },
    { key: 'organisation', title: t('channels.organisation'), from: 'md', render: (c) => organisations.name(c.organisation_id) },
    { key: 'kinds', title: t('channels.kinds'), from: 'lg', render: (c) => (c.kinds.length ? t('channels.some', { count: c.kinds.length }) : t('channels.all')) },
    {
      key: 'state', title: t('channels.state'), from: 'sm',
      render: (c) => (
        <span className="lh-two">
          <StatusTag tone={c.enabled ? 'good' : 'idle'}>{t(c.enabled ? 'channels.on' : 'channels.off')}</StatusTag>
          <span>{c.former_until ? t('channels.former', { time: f.time(c.former_until) }) : t(c.signed ? 'channels.signed' : 'channels.unsigned')}</span>
        </span>
      ),
    },
    {
      key: 'act', title: t('inbox.actions'), align: 'right',
      render: (c) => (
        <span className="lh-actions">
          <TestButton run={() => test.mutateAsync(c.id)} />
          <Button size="small" onClick={() => edit(c)}>{t('channels.edit')}</Button>
          {c.type === 'webhook' && <Confirm title={t('channels.rotateTitle')} note={t('channels.rotateNote')} label={t('channels.rotate')} danger={false} button={{ size: 'small' }} run={() => rotate.mutateAsync(c.id)} />}
          <Confirm title={t('channels.removeTitle')} note={t('channels.removeNote')} label={t('channels.remove')} button={{ size: 'small' }} run={() => remove.mutateAsync(c.id)} />
        </span>
      ),
    },
  ]
}

/** Sends a test and shows beside itself what the other side answered. */
export function TestButton({ run }: { run: () => Promise<Schema<'NotifyTestView'>> }) {
  const t = useNoticeTexts()
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<Schema<'NotifyTestView'> | null>(null)
  const act = async () => {
    setBusy(true)
    setSaid(null)
    try {
      setSaid(await run())
    } catch {
      setSaid(null) // the change has said why
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      {said && <span role="status"><StatusTag tone={said.ok ? 'good' : 'bad'}>{said.ok ? t('channels.works') : said.answer}</StatusTag></span>}
      <Button size="small" loading={busy} onClick={() => void act()}>{t('channels.test')}</Button>
    </>
  )
}

function Secret({ secret, close }: { secret: string; close: () => void }) {
  const t = useNoticeTexts()
  return (
    <div className="lh-stack">
      <Alert type="warning" showIcon title={t('channels.once')} />
      <CopyBlock text={secret} label={t('channels.secret')} oneLine />
      <p className="lh-muted">{t('channels.verify')}</p>
      <div><Button type="primary" onClick={close}>{t('channels.done')}</Button></div>
    </div>
  )
}

function ChannelForm({ channel, close, made }: { channel: Channel | null; close: () => void; made: (secret: string) => void }) {
  const t = useNoticeTexts()
  const text = useText()
  const organisations = useOrganisations()
  const kinds = useQuery({ queryKey: ['notify', 'kinds'], queryFn: () => read(api.GET('/api/notify/kinds')), staleTime: 300_000 })
  const [form] = Form.useForm<Values>()
  const type = Form.useWatch('type', form) ?? channel?.type ?? 'wecom'
  const save = useChange({
    run: (v: Values) => {
      const body = { ...v, type, kinds: v.kinds ?? [], secret: v.secret?.trim() ?? '', url: v.url?.trim() ?? '' }
      if (!channel) return read(api.POST('/api/notify/channels', { body }))
      return read(api.PUT('/api/notify/channels/{id}', { params: { path: { id: channel.id }, header: ifMatch(channel.version) }, body }))
    },
    refresh: [channelsKey],
    done: t('preferences.saved'),
    after: (c) => (c.secret ? made(c.secret) : close()),
    quiet: true,
  })
  const initial: Partial<Values> = channel ? { name: channel.name, language: channel.language, kinds: channel.kinds, enabled: channel.enabled, type: channel.type } : { type: 'wecom', language: 'zh', enabled: true, kinds: [] }
  const missing = (label: string) => [{ required: true, whitespace: true, message: t('channels.missing', { label }) }]
  return (
    <EntityForm<Values> form={form} initial={initial} submit={(v) => save.mutateAsync(v)} cancel={close}>
      {!channel && (
        <Form.Item name="type" label={t('channels.type')}>
          <Select options={channelTypes.map((x) => ({ value: x, label: t(`type.${x}`) }))} />
        </Form.Item>
      )}
      <Form.Item name="name" label={t('channels.name')} rules={missing(t('channels.name'))}>
        <Input maxLength={100} />
      </Form.Item>
      {!channel && organisations.options.length > 1 && (
        <Form.Item name="organisation_id" label={t('channels.organisation')} extra={t('channels.organisationNote')}>
          <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={organisations.options} />
        </Form.Item>
      )}
      <Form.Item name="url" label={t('channels.url')} extra={channel ? t('channels.keep', { host: channel.host }) : t(`urlNote.${type}`)} rules={channel ? [] : missing(t('channels.url'))}>
        <Input maxLength={500} className="lh-code" autoComplete="off" />
      </Form.Item>
      {(type === 'dingtalk' || type === 'feishu') && (
        <Form.Item name="secret" label={t('channels.sign')} extra={channel ? t('channels.keepSecret') : t('channels.signNote')}>
          <Input.Password maxLength={200} autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item name="kinds" label={t('channels.kinds')} extra={t('channels.kindsNote')}>
        <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={(kinds.data?.items ?? []).map((k) => ({ value: k.id, label: text(k.title) }))} />
      </Form.Item>
      <Form.Item name="language" label={t('channels.language')}>
        <Select options={[{ value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} />
      </Form.Item>
      <Form.Item name="enabled" label={t('channels.on')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </EntityForm>
  )
}
