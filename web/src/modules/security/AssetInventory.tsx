import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Drawer, Form, Input } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, EntityForm, Failure, Figure, Figures, Loading, none, PageHeader, PageTabs, PlainTable, read, StatusTag, useChange, useFormat, useMay, useText, type Schema } from '../../kernel'
import { AssetComparison } from './AssetComparison'
import { AssetPlans } from './AssetPlans'
import { usePlanTexts } from './planTexts'
import { useDeclares, useWeaknessTexts, weaknessKey } from './weaknesses'

type Inventory = Schema<'AssetInventory'>
type Pair = Schema<'AssetPair'>
type Merge = Schema<'AssetMergedPair'>
type Consent = Schema<'AssetInventoryConsent'>
type Access = Schema<'AssetInventoryLook'>

/** The inventory as a whole: gaps, duplicates, and who may look. */
export default function AssetInventory() {
  const t = useWeaknessTexts()
  const p = usePlanTexts()
  const f = useFormat()
  const [params, setParams] = useSearchParams()
  const { data, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'inventory'], queryFn: () => read(api.GET('/api/security/inventory')) })
  if (error) return <><PageHeader title={t('weakness.inventory.title')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (!data) return <Loading />
  const gap = (label: string, n: number, name: string) => <Figure label={label} value={n > 0 ? <Link to={`/security/assets?gap=${name}`}>{f.number(n, 0)}</Link> : f.number(n, 0)} />
  return (
    <div className="lh-stack">
      <PageHeader title={t('weakness.inventory.title')} />
      <Figures>
        <Figure label={t('weakness.inventory.total')} value={f.number(data.assets, 0)} />
        {gap(t('weakness.inventory.noFirmware'), data.no_firmware, 'firmware')}
        {gap(t('weakness.inventory.noVendor'), data.no_vendor, 'vendor')}
        {gap(t('weakness.inventory.noReach'), data.no_reach, 'reach')}
      </Figures>
      <PageTabs
        label={t('weakness.inventory.title')} active={params.get('tab') ?? 'pairs'} change={(tab) => setParams({ tab })}
        items={[
          { key: 'pairs', label: t('weakness.inventory.pairs'), children: <Pairs /> },
          { key: 'comparison', label: p('plan.comparison'), children: <AssetComparison /> },
          { key: 'plans', label: p('plan.tab'), children: <AssetPlans /> },
          { key: 'merges', label: t('weakness.inventory.merges'), children: <Merges /> },
          { key: 'consent', label: t('weakness.inventory.consent'), children: <Looks inventory={data} /> },
        ]}
      />
    </div>
  )
}

function Pairs() {
  const t = useWeaknessTexts()
  const declares = useDeclares()
  const { data, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'pairs'], queryFn: () => read(api.GET('/api/security/asset-pairs')) })
  const merge = useChange({ run: (x: { survivor_id: string; other_id: string }) => read(api.POST('/api/security/asset-merges', { body: x })), refresh: [weaknessKey], done: t('weakness.inventory.merged'), quiet: true })
  const distinct = useChange({ run: (x: { first_id: string; second_id: string }) => read(api.POST('/api/security/asset-pairs/distinct', { body: x })), refresh: [weaknessKey], done: t('weakness.inventory.told'), quiet: true })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  if (data.items.length === 0) return <EmptyState title={t('weakness.inventory.noPairs')} />
  const side = (a: Pair['first'], o: Pair['first']) => (
    <span className="lh-two lh-wrap">
      <span><Link to={`/security/assets/${a.id}`}>{a.name}</Link> {declares && <Confirm title={a.name} note={<p>{t('weakness.inventory.mergeNote')}</p>} label={t('weakness.inventory.keep')} danger={false} button={{ size: 'small' }} run={() => merge.mutateAsync({ survivor_id: a.id, other_id: o.id })} />}</span>
      <span className="lh-muted">{[a.vendor, a.product, a.model, a.firmware, a.serial].filter(Boolean).join(' · ') || none}</span>
    </span>
  )
  return (
    <PlainTable<Pair>
      label={t('weakness.inventory.pairs')} rowKey={(x) => x.first.id + x.second.id} dataSource={data.items} pagination={data.items.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { title: t('weakness.assets.one'), render: (_, x) => side(x.first, x.second) },
        { title: t('weakness.assets.one'), render: (_, x) => side(x.second, x.first) },
        { title: t('weakness.import.by'), render: (_, x) => <span className="lh-two lh-wrap"><span>{t(`weakness.by.${x.by}`)}</span>{declares && <Button size="small" onClick={() => distinct.mutate({ first_id: x.first.id, second_id: x.second.id })}>{t('weakness.inventory.distinct')}</Button>}</span> },
      ]}
    />
  )
}

function Merges() {
  const t = useWeaknessTexts()
  const f = useFormat()
  const declares = useDeclares()
  const undo = useChange({ run: (id: string) => read(api.POST('/api/security/asset-merges/{id}/undoing', { params: { path: { id } } })), refresh: [weaknessKey], done: t('weakness.inventory.undone'), quiet: true })
  return (
    <DataTable<Merge>
      url="/api/security/asset-merges" queryKey={[...weaknessKey, 'merges']} label={t('weakness.inventory.merges')} rowKey={(x) => x.id} empty={<EmptyState title={t('weakness.inventory.empty')} />}
      columns={[
        { key: 'at', title: t('weakness.field.when'), render: (x) => <span className="lh-number">{f.time(x.at)}</span> },
        { key: 'name', title: t('weakness.assets.one'), render: (x) => <span className="lh-wrap">{x.other} → <Link to={`/security/assets/${x.survivor_id}`}>{x.name}</Link></span> },
        { key: 'by', title: t('weakness.field.who'), from: 'sm', render: (x) => x.by },
        { key: 'undo', title: t('weakness.inventory.undo'), render: (x) => (x.undone_at ? <StatusTag tone="idle">{t('weakness.inventory.undone')}</StatusTag> : declares ? <Confirm title={t('weakness.inventory.undo')} note={<p>{t('weakness.inventory.undoNote')}</p>} label={t('weakness.inventory.undo')} danger={false} button={{ size: 'small' }} run={() => undo.mutateAsync(x.id)} /> : none) },
      ]}
    />
  )
}

function Looks({ inventory: v }: { inventory: Inventory }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  const text = useText()
  const may = useMay()
  const declares = useDeclares()
  const [giving, setGiving] = useState(false)
  const [reason, setReason] = useState('')
  const give = useChange({ run: (purpose: string) => read(api.POST('/api/security/inventory/consent', { body: { purpose } })), refresh: [weaknessKey], done: t('weakness.saved'), quiet: true, after: () => setGiving(false) })
  const withdraw = useChange({ run: () => read(api.POST('/api/security/inventory/withdrawal', { body: { reason } })), refresh: [weaknessKey], done: t('weakness.saved'), quiet: true })
  const act = !(declares && may('security.asset.consent')) ? undefined : v.consented
    ? <Confirm title={t('weakness.inventory.withdraw')} note={<p>{t('weakness.inventory.withdrawNote')}</p>} label={t('weakness.inventory.withdraw')} button={{ size: 'small' }} disabled={reason.trim() === ''} run={() => withdraw.mutateAsync()}><Input aria-label={t('weakness.decision.reason')} placeholder={t('weakness.decision.reason')} maxLength={300} value={reason} onChange={(e) => setReason(e.target.value)} /></Confirm>
    : <Button size="small" onClick={() => setGiving(true)}>{t('weakness.inventory.give')}</Button>
  return (
    <div className="lh-stack">
      <Alert type="info" showIcon title={v.consented ? t('weakness.inventory.given') : t('weakness.inventory.notGiven')} action={act} />
      <Card size="small" title={t('weakness.inventory.accesses')}>
        <DataTable<Access>
          url="/api/security/inventory/accesses" queryKey={[...weaknessKey, 'accesses']} prefix="a" views="" label={t('weakness.inventory.accesses')} rowKey={(x) => x.key} exports empty={<EmptyState title={t('weakness.inventory.empty')} />}
          columns={[
            { key: 'at', title: t('weakness.field.when'), sort: 'at', render: (x) => <span className="lh-number">{f.time(x.at)}</span> },
            { key: 'name', title: t('weakness.field.who'), render: (x) => <span className="lh-two lh-wrap"><span>{x.name}</span><span className="lh-muted">{text(x.organisation)}</span></span> },
            { key: 'way', title: t('weakness.inventory.way'), render: (x) => t(`weakness.inventory.ways.${x.way}`) },
            { key: 'assets', title: t('weakness.inventory.assets'), align: 'right', from: 'sm', render: (x) => <span className="lh-number">{f.number(x.assets, 0)}</span> },
            { key: 'times', title: t('weakness.inventory.times'), align: 'right', from: 'sm', sort: 'times', render: (x) => <span className="lh-number">{f.number(x.times, 0)}</span> },
          ]}
        />
      </Card>
      <Card size="small" title={t('weakness.inventory.consents')}>
        <DataTable<Consent>
          url="/api/security/inventory/consents" queryKey={[...weaknessKey, 'consents']} prefix="c" views="" label={t('weakness.inventory.consents')} rowKey={(x) => x.id} empty={<EmptyState title={t('weakness.inventory.empty')} />}
          columns={[
            { key: 'given', title: t('weakness.field.when'), render: (x) => <span className="lh-number">{f.time(x.given_at)}</span> },
            { key: 'purpose', title: t('weakness.inventory.purpose'), render: (x) => <span className="lh-two lh-wrap"><span>{x.purpose}</span><span className="lh-muted">{x.name}</span></span> },
            { key: 'withdrawn', title: t('weakness.inventory.withdrawnAt'), from: 'sm', render: (x) => (x.withdrawn_at ? <span className="lh-number">{f.time(x.withdrawn_at)}</span> : none) },
          ]}
        />
      </Card>
      <Drawer title={t('weakness.inventory.give')} open={giving} onClose={() => setGiving(false)} destroyOnHidden>
        <EntityForm<{ purpose: string }> cancel={() => setGiving(false)} submit={(x) => give.mutateAsync(x.purpose)}>
          <Form.Item name="purpose" label={t('weakness.inventory.purpose')} rules={[{ required: true, message: t('weakness.missing', { label: t('weakness.inventory.purpose') }) }]}><Input maxLength={300} /></Form.Item>
        </EntityForm>
      </Drawer>
    </div>
  )
}
