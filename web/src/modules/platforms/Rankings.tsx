import { Alert, Button, Card, Drawer, Form, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, PageHeader, PageTabs, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { useVocabulary } from './data'
import { RankingMethods } from './RankingMethods'
import { lastMonths } from './matrix'
import { rankingsKey, rankingTone, useMethods, type Standing } from './rankings'
import { usePlatformTexts } from './texts'

/** Rankings of platforms, by month, and the methods behind them. */
export default function Rankings() {
  const t = usePlatformTexts()
  const [params, setParams] = useSearchParams()
  const tabs = [
    { key: 'results', label: t('ranking.results'), children: <Results methods={() => setParams({ tab: 'methods' })} /> },
    { key: 'methods', label: t('ranking.methods'), children: <RankingMethods /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('ranking.title')} note={t('ranking.note')} />
      <Card size="small"><PageTabs label={t('ranking.title')} active={params.get('tab') ?? 'results'} change={(tab) => setParams(tab === 'results' ? {} : { tab }, { replace: true })} items={tabs} /></Card>
    </div>
  )
}

function Results({ methods }: { methods: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const vocabulary = useVocabulary()
  const [computing, compute] = useState(false)
  const columns: Column<Standing>[] = [
    { key: 'name', title: t('ranking.name'), sort: 'name', render: (r) => <><Link to={`/platforms/rankings/${r.id}`}>{text(r.name)}</Link> {r.synthetic && <SyntheticMark />}</> },
    { key: 'month', title: t('ranking.month'), sort: 'month', render: (r) => <span className="lh-number">{r.month}</span> },
    { key: 'state', title: t('ranking.state'), sort: 'state', render: (r) => <StatusTag tone={rankingTone[r.state]}>{t(`ranking.states.${r.state}`)}</StatusTag> },
    { key: 'class', title: t('field.class'), sort: 'class', from: 'md', render: (r) => (r.class ? vocabulary.title('classes', r.class) : t('ranking.allClasses')) },
    { key: 'platforms', title: t('ranking.platforms'), sort: 'platforms', align: 'right', from: 'sm', render: (r) => <span className="lh-number">{f.number(r.platforms)}</span> },
    { key: 'edition', title: t('ranking.edition'), sort: 'edition', align: 'right', from: 'lg', render: (r) => <span className="lh-number">{r.edition}</span> },
    { key: 'by', title: t('ranking.by'), from: 'xl', render: (r) => r.by },
    { key: 'computed', title: t('ranking.computed'), sort: 'computed_at', from: 'lg', render: (r) => <span className="lh-number">{f.time(r.computed_at)}</span> },
  ]
  const list = useMethods()
  const named = (list.data?.items ?? []).map((m) => ({ value: m.id, label: text(m.name) }))
  const states = (['draft', 'published', 'withdrawn'] as const).map((s) => ({ value: s, label: t(`ranking.states.${s}`) }))
  return (
    <>
      {may('platforms.review') && <div className="lh-bar lh-list-bar"><Button type="primary" onClick={() => compute(true)}>{t('ranking.compute')}</Button></div>}
      <DataTable<Standing>
        url="/api/platforms/rank/results" queryKey={rankingsKey} label={t('ranking.title')} rowKey={(r) => r.id} columns={columns} exports search={t('ranking.search')}
        filters={[{ name: 'ranking', label: t('ranking.method'), options: named }, { name: 'state', label: t('ranking.state'), options: states }, { name: 'class', label: t('field.class'), options: vocabulary.options('classes') }]}
        empty={<EmptyState title={t('ranking.none')} note={t(may('platforms.review') ? 'ranking.noneHow' : 'ranking.noneNote')} />}
      />
      <Compute open={computing} close={() => compute(false)} methods={methods} />
    </>
  )
}

function Compute({ open, close, methods }: { open: boolean; close: () => void; methods: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const go = useNavigate()
  const list = useMethods()
  const change = useChange({
    run: (v: { ranking_id: string; month: string }) => read(api.POST('/api/platforms/rank/results', { body: v })),
    refresh: [rankingsKey], done: t('ranking.computedDone'), after: (r) => void go(`/platforms/rankings/${r.id}`), quiet: true,
  })
  const months = lastMonths(24)
  const items = list.data?.items ?? []
  return (
    <Drawer open={open} onClose={close} size={480} title={t('ranking.compute')} destroyOnHidden>
      {list.data && items.length === 0 ? <EmptyState title={t('ranking.noMethods')} note={t('ranking.noMethodsNote')} action={<Button type="primary" onClick={() => { close(); methods() }}>{t('ranking.methods')}</Button>} /> : (
        <EntityForm<{ ranking_id: string; month: string }> initial={{ month: months[0]!, ...(items[0] ? { ranking_id: items[0].id } : {}) }} submit={(v) => change.mutateAsync(v)} submitLabel={t('ranking.compute')} cancel={close} name="compute" key={items.length}>
          <Form.Item name="ranking_id" label={t('ranking.method')} rules={[{ required: true, message: t('form.missing', { label: t('ranking.method') }) }]}><Select options={items.map((m) => ({ value: m.id, label: text(m.name) }))} /></Form.Item>
          <Form.Item name="month" label={t('ranking.month')}><Select options={months.map((m) => ({ value: m, label: m }))} /></Form.Item>
          <Alert type="info" showIcon title={t('ranking.draftNote')} className="lh-form-problem" />
        </EntityForm>
      )}
    </Drawer>
  )
}
