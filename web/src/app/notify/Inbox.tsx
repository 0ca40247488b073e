import { CheckOutlined, NotificationOutlined, SettingOutlined } from '@ant-design/icons'
import { Button, Drawer, Form, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, LinkButton, NameFields, PageHeader, read, StatusTag, useChange, useFormat, useMay, useText, type Column, type Text } from '../../kernel'
import { gravities, inboxKey, tones, useUnread, type Item } from './data'
import { useNoticeTexts } from './texts'

/** What one was told. */
export default function Inbox() {
  const t = useNoticeTexts()
  const may = useMay()
  const unread = useUnread()
  const [announcing, setAnnouncing] = useState(false)
  const mark = useMark()
  return (
    <>
      <PageHeader
        title={t('inbox.title')}
        note={unread ? t('bell.some', { count: unread }) : t('bell.none')}
        actions={
          <>
            {may('notify.announce') && <Button icon={<NotificationOutlined />} onClick={() => setAnnouncing(true)}>{t('announce.title')}</Button>}
            <LinkButton icon={<SettingOutlined />} to="/notices/preferences">{t('preferences.title')}</LinkButton>
            <Button type="primary" icon={<CheckOutlined />} disabled={!unread} loading={mark.isPending} onClick={() => mark.mutate({})}>{t('inbox.readAll')}</Button>
          </>
        }
      />
      <DataTable<Item>
        url="/api/notify/inbox"
        queryKey={inboxKey}
        label={t('inbox.title')}
        rowKey={(x) => x.id}
        columns={useColumns()}
        filters={[
          { name: 'state', label: t('inbox.state'), options: [{ value: 'unread', label: t('inbox.unread') }, { value: 'read', label: t('inbox.read') }] },
          { name: 'gravity', label: t('inbox.gravity'), options: gravities.map((g) => ({ value: g, label: t(`gravity.${g}`) })) },
        ]}
        search={t('inbox.search')}
        exports
        empty={<EmptyState title={t('inbox.empty')} note={t('inbox.emptyNote')} />}
      />
      <Drawer open={announcing} onClose={() => setAnnouncing(false)} size={560} destroyOnHidden title={t('announce.title')}>
        <Announce close={() => setAnnouncing(false)} />
      </Drawer>
    </>
  )
}

function useMark() {
  return useChange({
    run: (body: { ids?: string[]; unread?: boolean }) => read(api.POST('/api/notify/inbox/read', { body })),
    refresh: [inboxKey],
  })
}

function useColumns(): Column<Item>[] {
  const t = useNoticeTexts()
  const text = useText()
  const f = useFormat()
  const mark = useMark()
  return [
    {
      key: 'title', title: t('inbox.notice'), sort: 'title',
      render: (x) => (
        <span className={x.read_at ? 'lh-two lh-notice' : 'lh-two lh-notice lh-notice-new'}>
          <span>
            {!x.read_at && <span className="lh-unseen">{t('inbox.unread')}: </span>}
            {x.link ? <Link to={x.link} onClick={() => !x.read_at && mark.mutate({ ids: [x.id] })}>{text(x.title)}</Link> : text(x.title)}
          </span>
          <span className="lh-notice-body">{text(x.body)}</span>
        </span>
      ),
    },
    { key: 'gravity', title: t('inbox.gravity'), from: 'sm', render: (x) => <StatusTag tone={tones[x.gravity]}>{t(`gravity.${x.gravity}`)}</StatusTag> },
    { key: 'by', title: t('inbox.by'), from: 'lg', render: (x) => x.by || t('inbox.system') },
    { key: 'at', title: t('inbox.at'), sort: 'at', from: 'sm', render: (x) => <span className="lh-number">{f.time(x.at)}</span> },
    {
      key: 'act', title: t('inbox.actions'), align: 'right',
      render: (x) => <Button size="small" onClick={() => mark.mutate({ ids: [x.id], unread: Boolean(x.read_at) })}>{x.read_at ? t('inbox.markUnread') : t('inbox.markRead')}</Button>,
    },
  ]
}

interface Values {
  title: Partial<Text>
  text?: Partial<Text>
  link?: string
}

function Announce({ close }: { close: () => void }) {
  const t = useNoticeTexts()
  const both = (v: Partial<Text> | undefined) => ({ zh: v?.zh ?? '', en: v?.en ?? '' })
  const send = useChange({
    run: (v: Values) => read(api.POST('/api/notify/announcements', { body: { title: both(v.title), text: both(v.text), link: v.link?.trim() ?? '' } })),
    refresh: [inboxKey],
    done: t('announce.done'),
    after: close,
    quiet: true,
  })
  return (
    <EntityForm<Values> submit={(v) => send.mutateAsync(v)} submitLabel={t('announce.send')} cancel={close}>
      <p className="lh-muted">{t('announce.note')}</p>
      <NameFields name="title" label={t('announce.heading')} required />
      <Form.Item name={['text', 'zh']} label={t('announce.textZH')}>
        <Input.TextArea maxLength={500} rows={4} lang="zh-CN" />
      </Form.Item>
      <Form.Item name={['text', 'en']} label={t('announce.textEN')}>
        <Input.TextArea maxLength={500} rows={4} lang="en" />
      </Form.Item>
      <Form.Item name="link" label={t('announce.link')} extra={t('announce.linkNote')}>
        <Input maxLength={300} placeholder="/plan" className="lh-code" />
      </Form.Item>
    </EntityForm>
  )
}
