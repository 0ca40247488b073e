import { useQuery } from '@tanstack/react-query'
import { Card, Flex } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, Failure, Loading, PageHeader, PageTabs, PlainTable, read, StatusTag, useChange, useFormat, useLive, useText, type Column, type Schema } from '../../kernel'
import { roomKey, topic, type Row } from './data'
import { useScenarioTexts } from './texts'

type Pair = Schema<'ScenarioPair'>
type Duplicate = Schema<'ScenarioDuplicate'>

/** Scenarios that are likely one, side by side, and what was decided of them. */
export default function Duplicates() {
  const t = useScenarioTexts()
  const [params, setParams] = useSearchParams()
  useLive(topic, roomKey)
  return (
    <div className="lh-stack">
      <PageHeader title={t('pair.title')} note={t('pair.note')} />
      <Card size="small">
        <PageTabs
          label={t('pair.title')} active={params.get('tab') ?? 'likely'} change={(tab) => setParams(tab === 'likely' ? {} : { tab }, { replace: true })}
          items={[{ key: 'likely', label: t('pair.likely'), children: <Likely /> }, { key: 'decisions', label: t('pair.decisions'), children: <Decisions /> }]}
        />
      </Card>
    </div>
  )
}

function Side({ row }: { row: Row }) {
  const text = useText()
  return <span className="lh-two lh-wrap"><Link to={`/scenario/${row.id}`}>{text(row.title)}</Link><span className="lh-muted">{text(row.summary)}</span></span>
}

function Likely() {
  const t = useScenarioTexts()
  const f = useFormat()
  const pairs = useQuery({ queryKey: [...roomKey, 'duplicates'], queryFn: () => read(api.GET('/api/scenario/duplicates')) })
  const decide = useChange({ run: (body: { kept_id: string; other_id: string; same: boolean }) => read(api.POST('/api/scenario/duplicates/decisions', { body })), refresh: [roomKey], done: t('pair.done'), quiet: true })
  if (pairs.error) return <Failure problem={pairs.error} retry={() => void pairs.refetch()} />
  if (!pairs.data) return <Loading />
  if (pairs.data.items.length === 0) return <EmptyState title={t('pair.none')} note={t('pair.rules')} />
  const same = (kept: Row, other: Row, label: string) => <Confirm title={t('pair.sameTitle')} note={<p>{t('pair.sameNote')}</p>} label={label} danger={false} button={{ size: 'small' }} run={() => decide.mutateAsync({ kept_id: kept.id, other_id: other.id, same: true })} />
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('pair.rules')}</p>
      <PlainTable<Duplicate>
        label={t('pair.likely')} rowKey={(p) => `${p.a.id} ${p.b.id}`} dataSource={pairs.data.items}
        columns={[
          { title: t('pair.older'), render: (_, p) => <Side row={p.a} /> },
          { title: t('pair.newer'), render: (_, p) => <Side row={p.b} /> },
          { title: t('pair.likeness'), responsive: ['sm'], render: (_, p) => <span className="lh-two"><span className="lh-number">{f.number(p.likeness * 100, 0)}%</span><span className="lh-muted">{t(`pair.rule.${p.rule}`)}</span></span> },
          {
            title: '', align: 'right',
            render: (_, p) => (
              <Flex gap={4} wrap justify="end">
                {same(p.a, p.b, t('pair.keepOlder'))}
                {same(p.b, p.a, t('pair.keepNewer'))}
                <Confirm title={t('pair.apartTitle')} note={<p>{t('pair.apartNote')}</p>} label={t('pair.apart')} danger={false} button={{ size: 'small' }} run={() => decide.mutateAsync({ kept_id: p.a.id, other_id: p.b.id, same: false })} />
              </Flex>
            ),
          },
        ]}
      />
    </div>
  )
}

function Decisions() {
  const t = useScenarioTexts()
  const f = useFormat()
  const text = useText()
  const columns: Column<Pair>[] = [
    { key: 'at', title: t('pair.at'), sort: 'at', from: 'md', render: (p) => <span className="lh-two"><span className="lh-number">{f.time(p.at)}</span><span>{p.by}</span></span> },
    { key: 'what', title: t('pair.what'), render: (p) => t(p.same ? 'pair.same' : 'pair.two') },
    { key: 'kept', title: t('pair.kept'), render: (p) => <span className="lh-wrap"><Link to={`/scenario/${p.kept_id}`}>{text(p.kept)}</Link></span> },
    { key: 'other', title: t('pair.other'), render: (p) => <span className="lh-wrap"><Link to={`/scenario/${p.other_id}`}>{text(p.other)}</Link></span> },
    { key: 'undo', title: '', align: 'right', render: (p) => (p.undone_at ? <StatusTag tone="idle">{t('pair.undone')}</StatusTag> : <Undo pair={p} />) },
  ]
  return <DataTable<Pair> url="/api/scenario/duplicates/decisions" queryKey={[...roomKey, 'decisions']} label={t('pair.decisions')} rowKey={(p) => p.id} columns={columns} views="" prefix="d." empty={<EmptyState title={t('pair.noDecisions')} />} />
}

function Undo({ pair }: { pair: Pair }) {
  const t = useScenarioTexts()
  const undo = useChange({ run: () => read(api.DELETE('/api/scenario/duplicates/decisions/{id}', { params: { path: { id: pair.id } } })), refresh: [roomKey], done: t('pair.undone'), quiet: true })
  return <Confirm title={t('pair.undoTitle')} note={<p>{t('pair.undoNote')}</p>} label={t('pair.undo')} danger={false} button={{ size: 'small' }} run={() => undo.mutateAsync()} />
}
