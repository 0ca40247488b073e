import { useQuery } from '@tanstack/react-query'
import { App, Card, Drawer, Form, Input, InputNumber } from 'antd'
import { useState } from 'react'
import { api, CopyBlock, DataTable, EmptyState, EntityForm, Failure, Loading, none, PageHeader, Particulars, read, useChange, useFormat, useMay, type Column, type Schema } from '../../kernel'
import { useExchangeTexts } from './exchangeTexts'
import { intelKey, useIntelTexts } from './intelTexts'

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
          { key: 'sightings', label: t('exchange.sightings'), children: <span className="lh-wrap">{at.sightings}</span> },
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
    { key: 'object_id', title: t('exchange.object'), sort: 'object_id', render: (o) => <button type="button" className="lh-link" onClick={() => show(o.id)}><span className="lh-code">{o.object_id}</span></button> },
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
  const may = useMay()
  const object = useQuery({ queryKey: [...exchangeKey, 'inbox', id], queryFn: () => read(api.GET('/api/security/exchange/inbox/{id}', { params: { path: { id: id ?? '' } } })), enabled: id !== undefined })
  return (
    <Drawer open={id !== undefined} onClose={close} title={object.data?.object_id ?? t('exchange.raw')} size="large">
      {object.error && <Failure problem={object.error} retry={() => void object.refetch()} />}
      {object.isPending && <Loading />}
      {object.data && <div className="lh-stack"><CopyBlock label={t('exchange.raw')} text={object.data.raw} />{may('security.intel.manage') && <TakeOver key={object.data.id} id={object.data.id} by={object.data.by} />}</div>}
    </Drawer>
  )
}

/** Takes an object over as intelligence. */
function TakeOver({ id, by }: { id: string; by: string }) {
  const t = useIntelTexts()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ source: string; days: number }>()
  const take = useChange({
    run: (v: { source: string; days: number }) => read(api.POST('/api/security/exchange/inbox/{id}/taking', { params: { path: { id } }, body: v })), refresh: [intelKey], quiet: true,
    after: (o) => void (o.outcome === 'refused' ? message.error(o.why) : message.success(t(o.outcome === 'new' || o.outcome === 'newer' ? 'intel.inbox.done' : 'intel.inbox.same'))),
  })
  return (
    <EntityForm<{ source: string; days: number }> form={form} initial={{ source: by, days: 90 }} submit={(v) => take.mutateAsync(v)} submitLabel={t('intel.inbox.take')}>
      <Form.Item name="source" label={t('intel.take.source')} extra={t('intel.take.sourceNote')} rules={[{ required: true, whitespace: true, message: t('intel.missing', { label: t('intel.take.source') }) }]}><Input maxLength={100} /></Form.Item>
      <Form.Item name="days" label={t('intel.take.days')}><InputNumber min={1} max={3650} precision={0} suffix={t('intel.take.unit')} /></Form.Item>
    </EntityForm>
  )
}
