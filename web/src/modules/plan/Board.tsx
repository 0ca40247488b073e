import { DesktopOutlined, DownloadOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Dropdown, Grid, Segmented, Select, Table } from 'antd'
import { useSearchParams } from 'react-router'
import {
  DataTable, EmptyState, Failure, LinkButton, Loading, PageHeader, StatusTag, SyntheticMark, useFormat, useLanguage, useMay, useText, type Filter,
} from '../../kernel'
import { useTargetColumns } from './cells'
import { roomKey, statuses, statusTone, useBoard, useChosenPlan, useQuantity, type BoardData, type PlanRow, type Status, type TargetRow } from './data'
import './plan.css'
import { usePlanTexts } from './texts'

/** The plan board: every target with its value, source, trend, forecast and status, live. */
export default function Board() {
  const t = usePlanTexts()
  const { plans, plan, choose } = useChosenPlan()
  const board = useBoard(plan?.id)
  const failed = plans.error ?? board.error
  if (failed && !board.data) return <><PageHeader title={t('board.title')} /><Failure problem={failed} retry={() => { void plans.refetch(); void board.refetch() }} /></>
  if (plans.data?.length === 0) return <NoPlan />
  if (!plan || !board.data) return <Loading />
  return <Page board={board.data} plans={plans.data ?? []} choose={choose} />
}

function NoPlan() {
  const t = usePlanTexts()
  const may = useMay()
  const action = may('plan.manage') && <LinkButton to="/plan/plans?new=1" type="primary" icon={<PlusOutlined />}>{t('board.create')}</LinkButton>
  return (
    <div className="lh-stack">
      <PageHeader title={t('board.title')} />
      <Card><EmptyState title={t('board.none')} note={may('plan.manage') ? t('board.noneNote') : t('board.noneView')} action={action} /></Card>
    </div>
  )
}

function Page({ board, plans, choose }: { board: BoardData; plans: PlanRow[]; choose: (id: string) => void }) {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  const q = useQuantity()
  const [params, setParams] = useSearchParams()
  const list = params.get('view') === 'list'
  const { plan } = board
  const set = (name: string, value: string) => setParams((old) => {
    const next = new URLSearchParams(old)
    if (value) next.set(name, value)
    else next.delete(name)
    next.delete('cursor')
    return next
  })
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(plan.title)}
        marks={plan.synthetic && <SyntheticMark />}
        note={t('board.period', { from: f.date(plan.from), to: f.date(plan.to), elapsed: q.share(board.elapsed) })}
        actions={<Actions plan={plan} plans={plans} choose={choose} />}
      />
      <Summary board={board} status={params.get('status') ?? ''} pick={(status) => set('status', status)} />
      <div className="lh-bar">
        <Segmented value={list ? 'list' : 'actions'} options={[{ value: 'actions', label: t('board.byAction') }, { value: 'list', label: t('board.asList') }]} onChange={(v) => set('view', v === 'list' ? 'list' : '')} />
      </div>
      {list ? <List board={board} /> : <ByAction board={board} status={params.get('status') ?? ''} clear={() => set('status', '')} />}
    </div>
  )
}

function Actions({ plan, plans, choose }: { plan: PlanRow; plans: PlanRow[]; choose: (id: string) => void }) {
  const t = usePlanTexts()
  const text = useText()
  const language = useLanguage()
  const base = `/api/plan/plans/${plan.id}`
  const items = [
    { key: 'xlsx', label: <a href={`${base}/export?format=xlsx&lang=${language}`} download>{t('board.workbook')}</a> },
    { key: 'yaml', label: <a href={`${base}/yaml`} download>{t('board.yaml')}</a> },
  ]
  return (
    <>
      {plans.length > 1 && (
        <Select aria-label={t('board.choose')} value={plan.id} onChange={choose} popupMatchSelectWidth={false} className="lh-plan-choice"
          options={plans.map((p) => ({ value: p.id, label: `${text(p.title)}（${p.from.slice(0, 4)}–${p.to.slice(0, 4)}）` }))} />
      )}
      <Dropdown trigger={['click']} menu={{ items }}>
        <Button icon={<DownloadOutlined />}>{t('plans.export')}</Button>
      </Dropdown>
      <LinkButton to="/plan/plans">{t('board.plans')}</LinkButton>
      <LinkButton to={`/screen?plan=${plan.id}`} icon={<DesktopOutlined />}>{t('board.screen')}</LinkButton>
    </>
  )
}

/** The targets by status, each of which narrows the page. */
function Summary({ board, status, pick }: { board: BoardData; status: string; pick: (status: string) => void }) {
  const t = usePlanTexts()
  const f = useFormat()
  const total = board.targets.length
  const count = (s: Status) => board.counts[s] ?? 0
  return (
    <Card size="small">
      <div className="lh-summary">
        <button type="button" className="lh-count" aria-pressed={status === ''} onClick={() => pick('')}>
          <span className="lh-count-value">{f.number(total)}</span>
          <span className="lh-muted">{t('board.total')}</span>
        </button>
        {statuses.map((s) => (
          <button key={s} type="button" className="lh-count" aria-pressed={status === s} onClick={() => pick(status === s ? '' : s)}>
            <span className="lh-count-value">{f.number(count(s))}</span>
            <StatusTag tone={statusTone[s]}>{t(`status.${s}`)}</StatusTag>
          </button>
        ))}
      </div>
      <div className="lh-share" aria-hidden="true">
        {statuses.map((s) => count(s) > 0 && <span key={s} className={`lh-share-part lh-fill-${s}`} style={{ flexGrow: count(s) }} />)}
      </div>
      <div className="lh-muted lh-small">{t('board.measured', { live: board.sources.live ?? 0, reported: board.sources.reported ?? 0, none: board.sources.none ?? 0 })}</div>
    </Card>
  )
}

function List({ board }: { board: BoardData }) {
  const t = usePlanTexts()
  const text = useText()
  const columns = useTargetColumns()
  const owners = [...new Map(board.targets.map((x) => [x.owner.zh, text(x.owner)]))]
  const filters: Filter[] = [
    { name: 'status', label: t('field.status'), options: statuses.map((s) => ({ value: s, label: t(`status.${s}`) })) },
    { name: 'source', label: t('field.source'), options: (['live', 'reported', 'none'] as const).map((s) => ({ value: s, label: t(`source.${s}`) })) },
    { name: 'action', label: t('field.action'), options: board.actions.map((a) => ({ value: a.code, label: text(a.title) })) },
    { name: 'owner', label: t('field.owner'), options: owners.map(([value, label]) => ({ value, label })) },
  ]
  return (
    <DataTable<TargetRow> url={`/api/plan/plans/${board.plan.id}/targets`} queryKey={roomKey} label={t('board.title')} rowKey={(x) => x.id} columns={columns} filters={filters} search={t('board.search')} exports />
  )
}

function ByAction({ board, status, clear }: { board: BoardData; status: string; clear: () => void }) {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  const columns = useTargetColumns()
  const wide = Grid.useBreakpoint().md !== false
  const shown = (action: string) => board.targets.filter((x) => x.action_code === action && (!status || x.status === status))
  const actions = board.actions.filter((a) => !status || shown(a.code).length > 0)
  if (actions.length === 0) return <Card><EmptyState title={t('board.nothing')} action={<Button onClick={clear}>{t('board.all')}</Button>} /></Card>
  return actions.map((a) => {
    const rows = shown(a.code)
    const bare = a.measures.filter((m) => m.targets.length === 0)
    return (
      <Card key={a.code} size="small" title={<h2 className="lh-card-title">{text(a.title)}</h2>} extra={<span className="lh-muted">{t('board.targets', { count: rows.length })}</span>} styles={{ body: { padding: 0 } }} className="lh-action">
        <Table<TargetRow>
          size="small"
          rowKey={(x) => x.id}
          dataSource={rows}
          pagination={false}
          {...(wide ? { scroll: { x: 'max-content' } } : {})}
          columns={columns.map((c) => ({ key: c.key, title: c.title, width: c.width ?? 120, render: (_, x) => c.render(x), ...(c.from ? { responsive: [c.from] } : {}) }))}
        />
        {!status && bare.length > 0 && (
          <div className="lh-bare lh-muted">{t('board.noTargets', { measures: f.list(bare.map((m) => text(m.title))) })}</div>
        )}
      </Card>
    )
  })
}
