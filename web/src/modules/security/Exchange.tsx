import { useQuery } from '@tanstack/react-query'
import { Button, Card, Drawer } from 'antd'
import { useState } from 'react'
import { api, CopyBlock, DataTable, EmptyState, Failure, Loading, none, PageHeader, Particulars, read, useFormat, useMay, type Column, type Schema } from '../../kernel'
import { useExchangeTexts } from './exchangeTexts'

type Received = Schema<'ExchangeReceived'>

const exchangeKey = ['security', 'exchange']

/** How programs exchange threat information with the city, and what they handed in. */
export default function Exchange() {
  const t = useExchangeTexts()
  const may = useMay()
  return (
    <div className="lh-stack">
      <PageHeader title={t('exchange.title')} note={t('exchange.note')} />
      <Connect />
      {may('security.exchange.inbox') && <Inbox />}
    </div>
  )
}

function Connect() {
  const t = useExchangeTexts()
  const where = useQuery({ queryKey: [...exchangeKey, 'address'], queryFn: () => read(api.GET('/api/security/exchange/address')), staleTime: Infinity })
  if (where.error) return <Failure problem={where.error} retry={() => void where.refetch()} />
  if (!where.data) return <Loading />
  const at = where.data
  const curl = `curl --user any:$TOKEN --header 'Accept: application/taxii+json;version=2.1' \\\n  '${at.notices}objects/?match%5Btype%5D=report'`
  return (
    <Card size="small" title={t('exchange.connect')}>
      <Particulars
        items={[
          { key: 'discovery', label: t('exchange.discovery'), children: <span className="lh-wrap">{at.discovery}</span> },
          { key: 'root', label: t('exchange.root'), children: <span className="lh-wrap">{at.root}</span> },
          { key: 'notices', label: t('exchange.notices'), children: <span className="lh-wrap">{at.notices}</span> },
          { key: 'inbox', label: t('exchange.inbox'), children: <span className="lh-wrap">{at.inbox}</span> },
          { key: 'token', label: t('exchange.token'), children: t('exchange.tokenNote') },
        ]}
      />
      <p className="lh-muted">{t('exchange.rules')}</p>
      <CopyBlock label={t('exchange.try')} text={curl} />
    </Card>
  )
}

function Inbox() {
  const t = useExchangeTexts()
  const f = useFormat()
  const [shown, show] = useState<string>()
  const columns: Column<Received>[] = [
    { key: 'object_id', title: t('exchange.object'), sort: 'object_id', render: (o) => <Button type="link" className="lh-wrap lh-link" onClick={() => show(o.id)}>{o.object_id}</Button> },
    { key: 'type', title: t('exchange.type'), sort: 'type', from: 'md', render: (o) => o.type },
    { key: 'version', title: t('exchange.version'), from: 'md', render: (o) => <span className="lh-number">{o.version || none}</span> },
    { key: 'by', title: t('exchange.by'), from: 'sm', render: (o) => o.by || none },
    { key: 'received_at', title: t('exchange.at'), sort: 'received_at', render: (o) => <span className="lh-number">{f.time(o.received_at)}</span> },
  ]
  return (
    <>
      <DataTable<Received>
        url="/api/security/exchange/inbox" queryKey={[...exchangeKey, 'inbox']} label={t('exchange.received')} rowKey={(o) => o.id} columns={columns} search={t('exchange.search')} exports
        empty={<EmptyState title={t('exchange.empty')} note={t('exchange.emptyNote')} />}
      />
      <Raw id={shown} close={() => show(undefined)} />
    </>
  )
}

function Raw({ id, close }: { id: string | undefined; close: () => void }) {
  const t = useExchangeTexts()
  const object = useQuery({ queryKey: [...exchangeKey, 'inbox', id], queryFn: () => read(api.GET('/api/security/exchange/inbox/{id}', { params: { path: { id: id ?? '' } } })), enabled: id !== undefined })
  return (
    <Drawer open={id !== undefined} onClose={close} title={object.data?.object_id ?? t('exchange.raw')} size="large">
      {object.error && <Failure problem={object.error} retry={() => void object.refetch()} />}
      {object.isPending && <Loading />}
      {object.data && <CopyBlock label={t('exchange.raw')} text={object.data.raw} />}
    </Drawer>
  )
}
