import { Alert, Button, Card, Select } from 'antd'
import { useMemo } from 'react'
import { Link, useParams } from 'react-router'
import { api, DataTable, Failure, ifMatch, Loading, none, PageHeader, PlainTable, read, StatusTag, SyntheticMark, useFormat, usePalette, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption, type Line } from '../../lib/chart/line'
import { useChosen } from './analyses'
import { useCatalogue } from './data'
import { FigureLink } from './FigureLink'
import { indicesKey, useCohortName, useIndexRun, type IndexInput, type IndexMonth, type IndexRunDetail } from './indices'
import { IndexWeights } from './IndexWeights'
import { monthAt, monthOf, rebased } from './months'
import { Origins, Receipt } from './Origin'
import { rankingTone } from './rankings'
import { RunActions } from './RunActions'
import { usePlatformTexts } from './texts'
import './analysis.css'

/** One development index: its curve, its dimensions, and from a month down to the figures behind it. */
export default function IndexPage() {
  const { id = '' } = useParams()
  const t = usePlatformTexts()
  const run = useIndexRun(id)
  if (run.error) return <><PageHeader title={t('index.title')} /><Failure problem={run.error} retry={() => void run.refetch()} /></>
  return run.data ? <Page run={run.data} /> : <Loading />
}

function Page({ run }: { run: IndexRunDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const sample = useCohortName()
  const [params, choose] = useChosen()
  const months = run.result.months
  const month = months.find((m) => m.month === params.get('month')) ?? months.at(-1)!
  const item = params.get('item')
  const base = months.find((m) => m.month === params.get('rebase'))
  const drawn = (lines: Drawn[]) => lines.map((l) => ({ ...l, of: rebased(l.of, base) }))
  return (
    <div className="lh-stack">
      <PageHeader
        title={`${text(run.name)} ${run.month}`}
        note={t('index.line', { base: run.base, sample: sample(run.sample), count: run.platforms, mean: t(`index.means.${run.definition.mean}`), edition: run.edition, time: f.time(run.computed_at), by: run.by })}
        marks={<><StatusTag tone={rankingTone[run.state]}>{t(`ranking.states.${run.state}`)}</StatusTag>{run.synthetic && <SyntheticMark />}</>}
        actions={<Actions run={run} />}
      />
      {run.state === 'withdrawn' && <Alert type="warning" showIcon title={t('ranking.withdrawnFor', { reason: run.reason })} />}
      {months.some((m) => m.few) && <Alert type="info" showIcon title={t('index.few')} />}
      {!month.few && month.level.chained === null && <Alert type="warning" showIcon title={t('index.unknown')} />}
      <Card size="small" title={t('index.curve')} extra={<Rebase run={run} base={base} choose={(m) => choose({ rebase: m })} />}>
        {base && <p className="lh-note">{t('index.rebasedNote', { month: base.month, base: run.base })}</p>}
        <Curve months={months} label={t('index.curve')} lines={drawn([{ name: t('index.chained'), of: (m) => m.level.chained }, { name: t('index.matched'), of: (m) => m.level.matched, dashed: true }])} />
        <p className="lh-note">{t('index.own')}</p>
      </Card>
      <Card size="small" title={t('index.dimensions')}><Curve months={months} label={t('index.dimensions')} lines={drawn(run.definition.dimensions.map((d, j) => ({ name: text(d.name), of: (m) => m.dimensions[j]!.level.chained })))} /></Card>
      <Card size="small" title={t('index.made', { month: month.month })} extra={<Select size="small" aria-label={t('ranking.month')} value={month.month} onChange={(v) => choose({ month: v })} options={[...months].reverse().map((m) => ({ value: m.month, label: m.month }))} />}>
        <Made run={run} month={month} base={base} item={item} pick={(code) => choose({ item: code === item ? '' : code })} />
      </Card>
      <Card size="small" title={t('index.figures', { month: month.month })}><Figures run={run} month={month.month} item={item} clear={() => choose({ item: '' })} /></Card>
      <Card size="small" title={t('index.weights')}><IndexWeights run={run} month={month} figures={(m) => <Figures run={run} month={m} path="weighed" />} /></Card>
      <Card size="small" title={t('index.how')}><How run={run} /></Card>
      <Origins />
    </div>
  )
}

/** Another month that is 100 in what is drawn; what was published stays. */
function Rebase({ run, base, choose }: { run: IndexRunDetail; base: IndexMonth | undefined; choose: (month: string) => void }) {
  const t = usePlatformTexts()
  const months = run.result.months.filter((m) => m.month !== run.base && m.level.chained)
  return <Select size="small" className="lh-filter" aria-label={t('index.rebase')} value={base?.month ?? ''} onChange={choose} options={[{ value: '', label: t('index.rebasePublished', { base: run.base }) }, ...months.reverse().map((m) => ({ value: m.month, label: t('index.rebasedTo', { month: m.month }) }))]} />
}

interface Drawn { name: string; of: (m: IndexMonth) => number | null; dashed?: boolean }

function Curve({ months, lines, label }: { months: IndexMonth[]; lines: Drawn[]; label: string }) {
  const f = useFormat()
  const colours = usePalette()
  const drawn: Line[] = lines.map((l) => ({ name: l.name, dashed: l.dashed ?? false, points: months.flatMap((m): [number, number][] => { const v = l.of(m); return v === null ? [] : [[monthAt(m.month), v]] }) }))
  const known = JSON.stringify(drawn)
  const option = useMemo(
    () => lineOption(drawn, { colours, write: (v) => f.number(v, 2), time: monthOf, monthly: true }),
    // What is known of the lines stands for them: they are made anew each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [known, colours, f],
  )
  return <Chart option={option} height={280} label={label} />
}

interface Row { key: string; code: string; name: string; weight: number; chained: number | null; matched: number | null; rebased: number | null; item?: IndexMonth['dimensions'][number]['items'][number] }

/** What a month's index is made of: dimensions and, below each, its items with sums and divisors. */
function Made({ run, month, base, item, pick }: { run: IndexRunDetail; month: IndexMonth; base: IndexMonth | undefined; item: string | null; pick: (code: string) => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const names = useCatalogue()
  const platform = (id: string) => text(run.result.members.find((m) => m.id === id)?.name ?? { zh: id, en: id })
  const level = (v: number | null) => <span className="lh-number">{v === null ? none : f.number(v, 2)}</span>
  const rows: Row[] = run.definition.dimensions.flatMap((d, j) => {
    const of = month.dimensions[j]!
    const items = d.items.map((i, k): Row => {
      const x = of.items[k]
      return { key: `${j}.${i.code}`, code: i.code, name: names(i.code), weight: i.weight, chained: x?.level.chained ?? null, matched: x?.level.matched ?? null, rebased: rebased((m: IndexMonth) => m.dimensions[j]!.items[k]?.level.chained ?? null, base)(month), ...(x ? { item: x } : {}) }
    })
    return [{ key: `${j}`, code: '', name: text(d.name), weight: d.weight, chained: of.level.chained, matched: of.level.matched, rebased: rebased((m: IndexMonth) => m.dimensions[j]!.level.chained, base)(month) }, ...items]
  })
  const changes = (x: Row['item']) => x && [
    x.carried.length > 0 && t('index.carried', { names: x.carried.map(platform).join(', ') }), x.entered.length > 0 && t('index.entered', { names: x.entered.map(platform).join(', ') }), x.left.length > 0 && t('index.left', { names: x.left.map(platform).join(', ') }),
  ].filter(Boolean).join(' ')
  return (
    <PlainTable<Row>
      label={t('index.made', { month: month.month })} rowKey="key" dataSource={rows} rowClassName={(r) => (r.code && r.code === item ? 'ant-table-row-selected' : '')}
      columns={[
        { key: 'name', title: t('ranking.item'), render: (_, r) => (r.code === '' ? <strong>{r.name}</strong> : <span className="lh-two lh-index-child"><button type="button" className="lh-link" aria-pressed={r.code === item} onClick={() => pick(r.code)}>{r.name}</button><span>{changes(r.item)}</span></span>) },
        { key: 'weight', title: t('ranking.weight'), align: 'right', render: (_, r) => <span className="lh-number">{f.number(r.weight, 2)}%</span> },
        { key: 'chained', title: t('index.chained'), align: 'right', render: (_, r) => (r.code && !r.item ? <span title={t('ranking.hidden')}>{t('ranking.notPublic')}</span> : level(r.chained)) },
        { key: 'matched', title: t('index.matched'), align: 'right', responsive: ['sm'], render: (_, r) => level(r.matched) },
        ...(base ? [{ key: 'rebased', title: t('index.rebasedTo', { month: base.month }), align: 'right' as const, render: (_: unknown, r: Row) => level(r.rebased) }] : []),
        { key: 'sum', title: t('index.sum'), align: 'right', responsive: ['lg'], render: (_, r) => r.item && <span className="lh-number">{f.number(r.item.sum, 2)} ÷ {f.number(r.item.divisor, 2)}</span> },
        { key: 'pairs', title: t('index.matchedSum'), align: 'right', responsive: ['xl'], render: (_, r) => r.item && <span className="lh-number">{f.number(r.item.matched_sum, 2)} ÷ {f.number(r.item.matched_base, 2)}</span> },
        { key: 'platforms', title: t('index.counted'), align: 'right', responsive: ['md'], render: (_, r) => r.item && <span className="lh-number" title={t('index.countedNote')}>{f.number(r.item.platforms)} · {f.number(r.item.matched)}</span> },
      ]}
    />
  )
}

/** The figures that a month was computed from, each with the report that it came in with. */
function Figures({ run, month, item, clear, path = 'figures' }: { run: IndexRunDetail; month: string; item?: string | null; clear?: () => void; path?: 'figures' | 'weighed' }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const names = useCatalogue()
  return (
    <>
      {path === 'figures' && (item ? <div className="lh-bar lh-list-bar"><span>{names(item)}</span><Button size="small" onClick={clear}>{t('index.allItems')}</Button></div> : <p className="lh-note">{t('index.figuresNote')}</p>)}
      <DataTable<IndexInput>
        url={`/api/platforms/index/results/${run.id}/${path}`} queryKey={[...indicesKey, path]} label={t(path === 'figures' ? 'index.figures' : 'index.weighedOf', { month })} rowKey={(x) => `${x.code} ${x.platform_id}`} fixed={{ month, ...(item ? { code: item } : {}) }} prefix={`${path}-`} views="" exports
        empty={<EmptyFigures />}
        columns={[
          { key: 'platform', title: t('page.title'), render: (x) => <Link to={`/platforms/${x.platform_id}`}>{text(x.platform)}</Link> },
          { key: 'code', title: t('field.indicator'), render: (x) => names(x.code) },
          { key: 'value', title: t('field.value'), align: 'right', render: (x) => <><FigureLink of={{ platform: x.platform_id, code: x.code, month: monthOf(Date.parse(x.period)) }}>{f.number(x.value, 4)}</FigureLink>{x.carried && <span title={t('index.carriedNote')}> *</span>}</> },
          { key: 'rule', title: t('ranking.rule'), from: 'md', render: (x) => t('ranking.ruleOf', { rule: t(`ranking.rules.${x.rule}`), facts: x.facts }) },
          { key: 'period', title: t('field.period'), from: 'md', render: (x) => <span className="lh-number">{f.date(x.period)}{x.revision > 1 && ` · ${t('page.revision', { n: x.revision })}`}</span> },
          { key: 'known', title: t('field.received'), from: 'lg', render: (x) => <span className="lh-number">{f.time(x.known)}</span> },
          { key: 'receipt', title: t('field.receipt'), from: 'lg', render: (x) => <Receipt platform={x.platform_id} id={x.submission_id} /> },
        ]}
      />
      {path === 'figures' && <p className="lh-note">{t('index.carriedMark')}</p>}
    </>
  )
}

function EmptyFigures() {
  const t = usePlatformTexts()
  return <>{t('index.noFigures')}</>
}

function How({ run }: { run: IndexRunDetail }) {
  const t = usePlatformTexts()
  return (
    <ul className="lh-note">
      <li>{t('index.howItem')}</li>
      <li>{t(run.definition.mean === 'geometric' ? 'index.howGeometric' : 'index.howArithmetic')}</li>
      <li>{t('index.howChained')}</li>
      <li>{t('index.howMatched')}</li>
      <li>{t('index.howMissing')}</li>
      <li>{t('index.howDouble')}</li>
    </ul>
  )
}

function Actions({ run }: { run: IndexRunDetail }) {
  const t = usePlatformTexts()
  return (
    <RunActions
      list={`/api/platforms/index/results/${run.id}/levels`} title={t('index.publishTitle')} may={run.may_move} refresh={indicesKey}
      move={(body) => read(api.POST('/api/platforms/index/results/{id}/state', { params: { path: { id: run.id }, header: ifMatch(run.version) }, body }))}
    />
  )
}
