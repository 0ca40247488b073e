import { useQuery } from '@tanstack/react-query'
import { Button, Card } from 'antd'
import { Link, useSearchParams } from 'react-router'
import {
  api, Confirm, DataTable, EmptyState, Failure, Loading, none, PageHeader, PageTabs, PlainTable, read, StatusTag, useChange, useFormat, useLive, useText, type Column, type Schema,
} from '../../kernel'
import { Comparison } from './Comparison'
import { roomKey, topic, useVocabulary, type Group } from './data'
import { useEnterpriseTexts } from './texts'

type Pair = Schema<'EnterprisePair'>
type Side = Schema<'EnterprisePairSide'>
type Merge = Schema<'EnterpriseMerge'>

/** Entries that are likely one enterprise, and those that were made one. */
export default function Duplicates() {
  const t = useEnterpriseTexts()
  const [params, setParams] = useSearchParams()
  useLive(topic, roomKey)
  const [first = '', second = ''] = (params.get('pair') ?? '').split(',')
  const compare = (p: Pair) => setParams((now) => { now.set('pair', `${p.first.id},${p.second.id}`); return now })
  const close = () => setParams((now) => { now.delete('pair'); return now }, { replace: true })
  return (
    <div className="lh-stack">
      <PageHeader title={t('merge.title')} note={t('merge.note')} />
      <Card size="small">
        <PageTabs
          label={t('merge.title')} active={params.get('tab') ?? 'likely'} change={(tab) => setParams(tab === 'likely' ? {} : { tab }, { replace: true })}
          items={[{ key: 'likely', label: t('merge.likely'), children: <Likely compare={compare} /> }, { key: 'merges', label: t('merge.merges'), children: <Merges /> }]}
        />
      </Card>
      {first && second && <Comparison first={first} second={second} close={close} />}
    </div>
  )
}

function SideCell({ side }: { side: Side }) {
  const text = useText()
  const vocabulary = useVocabulary()
  return (
    <span className="lh-two lh-wrap">
      <Link to={`/enterprise/entries/${side.id}`}>{text(side.name)}</Link>
      <span><span className="lh-code">{side.code}</span> · {vocabulary.title('districts', side.district)}</span>
    </span>
  )
}

function Likely({ compare }: { compare: (pair: Pair) => void }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const pairs = useQuery({ queryKey: [...roomKey, 'duplicates'], queryFn: () => read(api.GET('/api/enterprise/duplicates')) })
  if (pairs.error) return <Failure problem={pairs.error} retry={() => void pairs.refetch()} />
  if (!pairs.data) return <Loading />
  if (pairs.data.items.length === 0) return <EmptyState title={t('merge.none')} note={t('merge.rules')} />
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('merge.rules')}</p>
      <PlainTable<Pair>
        label={t('merge.likely')} rowKey={(p) => `${p.first.id} ${p.second.id}`} dataSource={pairs.data.items} pagination={pairs.data.items.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('merge.one'), render: (_, p) => <SideCell side={p.first} /> },
          { title: t('merge.two'), render: (_, p) => <SideCell side={p.second} /> },
          { title: t('merge.reason'), responsive: ['sm'], render: (_, p) => f.list(p.reasons.map((r) => t(`merge.reasons.${r as 'name' | 'address' | 'phone'}`))) },
          { title: '', align: 'right', render: (_, p) => <Button size="small" onClick={() => compare(p)}>{t('merge.compare')}</Button> },
        ]}
      />
    </div>
  )
}

function Merges() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const columns: Column<Merge>[] = [
    { key: 'at', title: t('history.at'), sort: 'at', from: 'md', render: (m) => <span className="lh-two"><span className="lh-number">{f.time(m.at)}</span><span>{m.name}</span></span> },
    { key: 'survivor', title: t('merge.survivor'), render: (m) => <SideCell side={m.survivor} /> },
    { key: 'other', title: t('merge.other'), render: (m) => <SideCell side={m.other} /> },
    { key: 'taken', title: t('merge.taken'), from: 'md', render: (m) => <span className="lh-wrap">{m.taken ? f.list(m.taken.split(',').map((g) => t(`group.${g as Group}`))) : none}</span> },
    { key: 'undo', title: '', align: 'right', render: (m) => (m.undone_at ? <StatusTag tone="idle">{t('merge.undone')}</StatusTag> : <Undo merge={m} />) },
  ]
  return (
    <DataTable<Merge>
      url="/api/enterprise/merges" queryKey={[...roomKey, 'merges']} label={t('merge.merges')} rowKey={(m) => m.id} columns={columns} search={t('list.search')} views="" prefix="m."
      empty={<EmptyState title={t('merge.noMerges')} note={t('merge.noMergesNote')} />}
    />
  )
}

function Undo({ merge }: { merge: Merge }) {
  const t = useEnterpriseTexts()
  const undo = useChange({ run: () => read(api.POST('/api/enterprise/merges/{id}/undo', { params: { path: { id: merge.id } } })), refresh: [roomKey], done: t('merge.undone'), quiet: true })
  if (!merge.undoable) return <span className="lh-note">{t('merge.over')}</span>
  return <Confirm title={t('merge.undoTitle')} note={t('merge.undoNote')} label={t('merge.undo')} run={() => undo.mutateAsync()} button={{ size: 'small' }} />
}
