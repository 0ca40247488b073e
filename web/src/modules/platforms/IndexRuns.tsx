import { Alert, Button, Drawer, Form, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, none, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { indicesKey, useIndices, type IndexRun } from './indices'
import { lastMonths } from './matrix'
import { rankingTone } from './rankings'
import { usePlatformTexts } from './texts'

/** Development indices as they were computed. */
export function IndexRuns({ definitions }: { definitions: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const [computing, compute] = useState(false)
  const columns: Column<IndexRun>[] = [
    { key: 'name', title: t('index.name'), sort: 'name', render: (r) => <><Link to={`/platforms/analysis/indices/${r.id}`}>{text(r.name)}</Link> {r.synthetic && <SyntheticMark />}</> },
    { key: 'month', title: t('ranking.month'), sort: 'month', render: (r) => <span className="lh-number">{r.month}</span> },
    { key: 'level', title: t('index.level'), align: 'right', render: (r) => <span className="lh-number">{r.level === null ? none : f.number(r.level, 2)}</span> },
    { key: 'state', title: t('ranking.state'), sort: 'state', render: (r) => <StatusTag tone={rankingTone[r.state]}>{t(`ranking.states.${r.state}`)}</StatusTag> },
    { key: 'base', title: t('index.base'), from: 'md', render: (r) => <span className="lh-number">{r.base} = 100</span> },
    { key: 'platforms', title: t('ranking.platforms'), sort: 'platforms', align: 'right', from: 'sm', render: (r) => <span className="lh-number">{f.number(r.platforms)}</span> },
    { key: 'edition', title: t('index.edition'), sort: 'edition', align: 'right', from: 'lg', render: (r) => <span className="lh-number">{r.edition}</span> },
    { key: 'by', title: t('ranking.by'), from: 'xl', render: (r) => r.by },
    { key: 'computed', title: t('ranking.computed'), sort: 'computed_at', from: 'lg', render: (r) => <span className="lh-number">{f.time(r.computed_at)}</span> },
  ]
  const states = (['draft', 'published', 'withdrawn'] as const).map((s) => ({ value: s, label: t(`ranking.states.${s}`) }))
  return (
    <>
      {may('platforms.review') && <div className="lh-bar lh-list-bar"><Button type="primary" onClick={() => compute(true)}>{t('index.compute')}</Button></div>}
      <DataTable<IndexRun>
        url="/api/platforms/index/results" queryKey={indicesKey} label={t('index.title')} rowKey={(r) => r.id} columns={columns} exports search={t('index.search')}
        filters={[{ name: 'state', label: t('ranking.state'), options: states }]}
        empty={<EmptyState title={t('index.none')} note={t(may('platforms.review') ? 'index.noneHow' : 'index.noneNote')} />}
      />
      <Compute open={computing} close={() => compute(false)} definitions={definitions} />
    </>
  )
}

function Compute({ open, close, definitions }: { open: boolean; close: () => void; definitions: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const go = useNavigate()
  const list = useIndices()
  const change = useChange({
    run: (v: { index_id: string; month: string }) => read(api.POST('/api/platforms/index/results', { body: v })),
    refresh: [indicesKey], done: t('ranking.computedDone'), after: (r) => void go(`/platforms/analysis/indices/${r.id}`), quiet: true,
  })
  const months = lastMonths(24)
  const items = list.data?.items ?? []
  return (
    <Drawer open={open} onClose={close} size={480} title={t('index.compute')} destroyOnHidden>
      {list.data && items.length === 0 ? <EmptyState title={t('index.noDefinitions')} note={t('index.noDefinitionsNote')} action={<Button type="primary" onClick={() => { close(); definitions() }}>{t('index.definitions')}</Button>} /> : (
        <EntityForm<{ index_id: string; month: string }> initial={{ month: months[0]!, ...(items[0] ? { index_id: items[0].id } : {}) }} submit={(v) => change.mutateAsync(v)} submitLabel={t('index.compute')} cancel={close} name="compute" key={items.length}>
          <Form.Item name="index_id" label={t('index.definition')} rules={[{ required: true, message: t('form.missing', { label: t('index.definition') }) }]}><Select options={items.map((x) => ({ value: x.id, label: text(x.name) }))} /></Form.Item>
          <Form.Item name="month" label={t('index.until')}><Select options={months.map((m) => ({ value: m, label: m }))} /></Form.Item>
          <Alert type="info" showIcon title={t('ranking.draftNote')} className="lh-form-problem" />
        </EntityForm>
      )}
    </Drawer>
  )
}
