import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Descriptions } from 'antd'
import { api, DataTable, EmptyState, none, PageHeader, read, StatusTag, useChange, useFormat, useMay, type Column, type Tone } from '../../kernel'
import { TestButton } from './Channels'
import { deliveriesKey, states, ways, type Delivery } from './data'
import { useNoticeTexts } from './texts'

const tones: Record<Delivery['state'], Tone> = { waiting: 'warn', daily: 'idle', grouped: 'idle', sent: 'good', failed: 'bad', dropped: 'bad' }

/** What left the house by mail and channel, and what became of it. */
export default function Deliveries() {
  const t = useNoticeTexts()
  const f = useFormat()
  const retry = useChange({ run: (id: string) => read(api.POST('/api/notify/deliveries/{id}/retry', { params: { path: { id } } })), refresh: [deliveriesKey], done: t('deliveries.retried') })
  const columns: Column<Delivery>[] = [
    { key: 'address', title: t('deliveries.address'), render: (d) => <span className="lh-two"><span className="lh-break">{d.address}</span><span className="lh-code">{d.kind}</span></span> },
    { key: 'way', title: t('deliveries.way'), from: 'md', render: (d) => t(`by.${d.way}`) },
    { key: 'state', title: t('deliveries.state'), sort: 'state', render: (d) => <StatusTag tone={tones[d.state]}>{t(`state.${d.state}`)}</StatusTag> },
    { key: 'reason', title: t('deliveries.reason'), from: 'md', render: (d) => <span className="lh-prose lh-break">{d.reason || none}</span> },
    { key: 'attempts', title: t('deliveries.attempts'), sort: 'attempts', align: 'right', from: 'lg', render: (d) => <span className="lh-number">{d.attempts}</span> },
    { key: 'created', title: t('inbox.at'), sort: 'created_at', from: 'sm', render: (d) => <span className="lh-number">{f.time(d.created_at)}</span> },
    {
      key: 'act', title: t('inbox.actions'), align: 'right',
      render: (d) => (d.state === 'failed' || d.state === 'dropped' || d.state === 'waiting' ? <Button size="small" onClick={() => retry.mutate(d.id)}>{t('deliveries.retry')}</Button> : none),
    },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('deliveries.title')} note={t('deliveries.note')} actions={<MailTest />} />
      <MailState />
      <DataTable<Delivery>
        url="/api/notify/deliveries"
        queryKey={deliveriesKey}
        label={t('deliveries.title')}
        rowKey={(d) => d.id}
        columns={columns}
        filters={[
          { name: 'state', label: t('deliveries.state'), options: states.map((s) => ({ value: s, label: t(`state.${s}`) })) },
          { name: 'way', label: t('deliveries.way'), options: ways.map((w) => ({ value: w, label: t(`by.${w}`) })) },
        ]}
        search={t('deliveries.search')}
        exports
        every={10_000}
        empty={<EmptyState title={t('deliveries.empty')} note={t('deliveries.emptyNote')} />}
        expand={(d) => (
          <Descriptions
            size="small"
            column={{ xs: 1, md: 2 }}
            items={[
              { key: 'reason', label: t('deliveries.reason'), children: d.reason || none },
              { key: 'attempts', label: t('deliveries.attempts'), children: d.attempts },
              { key: 'next', label: t('deliveries.next'), children: f.time(d.next_at) },
              { key: 'done', label: t('deliveries.doneAt'), children: f.time(d.done_at) },
              { key: 'id', label: t('deliveries.id'), children: <span className="lh-code">{d.id}</span> },
            ]}
          />
        )}
      />
    </div>
  )
}

function useMail() {
  return useQuery({ queryKey: ['notify', 'mail'], queryFn: () => read(api.GET('/api/notify/mail')) })
}

function MailState() {
  const t = useNoticeTexts()
  const mail = useMail()
  if (!mail.data || mail.data.configured) return null
  return <Alert type="info" showIcon title={t('preferences.noMail')} description={t('deliveries.howMail')} />
}

function MailTest() {
  const t = useNoticeTexts()
  const may = useMay()
  const mail = useMail()
  const test = useChange({ run: () => read(api.POST('/api/notify/mail/test')) })
  if (!mail.data?.configured || !may('notify.mail.test')) return null
  return <span className="lh-actions"><span className="lh-muted">{t('deliveries.mailTest', { host: mail.data.host })}</span><TestButton run={() => test.mutateAsync()} /></span>
}
