import { useQueries, useQuery } from '@tanstack/react-query'
import { Alert, Card, Grid, Segmented, Select } from 'antd'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { api, EmptyState, Failure, LinkButton, Loading, none, PageHeader, PlainTable, read, StatusTag, SyntheticMark, useFormat, useLanguage, usePalette, useText, Views } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption } from '../../lib/chart/line'
import { useChosen } from './analyses'
import { percent, stateTone } from './availability'
import { mostCompared, useCompared, type Compared } from './comparison'
import { freshnessTone, platformKey, roomKey, useVocabulary } from './data'
import { FigureLink, LeadsTo } from './FigureLink'
import { gradeTone } from './findings'
import { Origins } from './Origin'
import { usePeriod } from './periods'
import { comparisonParams, comparisonView, indexed, sideBySide, spans, type Line, type Span } from './sides'
import { usePlatformTexts } from './texts'
import './comparison.css'

/** Up to ten platforms side by side: what they are, how they stand, all totals, and one of them over time. */
export default function Comparison() {
  const t = usePlatformTexts()
  const [params, change] = useChosen()
  const ids = [...new Set(params.getAll('id'))].slice(0, mostCompared)
  return (
    <div className="lh-stack">
      <PageHeader title={t('compare.title')} actions={<Views list="/platforms/compare" names={comparisonParams} note={t('compare.viewNote')} />} />
      <Choice ids={ids} choose={(id) => change({ id })} />
      {ids.length < 2 ? <EmptyState title={t('compare.few')} note={t('compare.fewNote', { most: mostCompared })} action={<LinkButton to="/platforms">{t('compare.toList')}</LinkButton>} /> : <Sides ids={ids} />}
      <Origins />
    </div>
  )
}

/** Platforms to choose from, found by what is typed. */
function Choice({ ids, choose }: { ids: string[]; choose: (ids: string[]) => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const [q, setQ] = useState('')
  const found = useQuery({ queryKey: [...roomKey, 'choice', q], queryFn: () => read(api.GET('/api/platforms', { params: { query: { q, limit: 50, sort: 'name' } } })) })
  const { compared } = useCompared(ids)
  const names = new Map([...(found.data?.items ?? []), ...compared.flatMap((c) => c.platform ?? [])].map((p) => [p.id, text(p.name)]))
  return (
    <Select
      mode="multiple" className="lh-compare-choice" aria-label={t('compare.choose')} placeholder={t('compare.choose')} value={ids} maxCount={mostCompared}
      showSearch={{ filterOption: false, onSearch: setQ }} onChange={choose} options={[...names].map(([value, label]) => ({ value, label }))}
    />
  )
}

function Sides({ ids }: { ids: string[] }) {
  const t = usePlatformTexts()
  const { compared, pending, error, refetch } = useCompared(ids)
  const lines = sideBySide(compared.map((c) => c.indicators))
  const [params, change] = useChosen()
  const { code } = comparisonView(params)
  const pick = (next: string) => change({ code: next })
  if (error) return <Failure problem={error} retry={refetch} />
  if (pending) return <Loading />
  const line = lines.find((l) => l.code === code) ?? lines.find((l) => l.code === 'ent_served') ?? lines[0]
  const classes = new Set(compared.map((c) => c.platform?.class))
  return (
    <>
      {classes.size > 1 && <Alert type="info" showIcon title={t('compare.classes')} />}
      <Card size="small" title={t('compare.standing')}><Standing compared={compared} /></Card>
      {line && <Card size="small" title={t('compare.overTime')}><Curves key={ids.join()} compared={compared} line={line} lines={lines} pick={pick} /></Card>}
      <Card size="small" title={t('compare.figures')}>
        {lines.length === 0 ? <EmptyState title={t('page.noValues')} note={t('page.noValuesNote')} /> : <Totals compared={compared} lines={lines} picked={line?.code} pick={pick} />}
      </Card>
    </>
  )
}

function Name({ of }: { of: Compared }) {
  const text = useText()
  const p = of.platform
  return p ? <><Link to={`/platforms/${p.id}`}>{text(p.name)}</Link> {p.synthetic && <SyntheticMark />}</> : <>{none}</>
}

/** What each platform is, whether it reports, how good its data is and how available it is. */
function Standing({ compared }: { compared: Compared[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return (
    <PlainTable<Compared>
      label={t('compare.standing')} rowKey="id" dataSource={compared}
      columns={[
        { key: 'name', title: t('field.name'), render: (_, c) => <span className="lh-two"><span><Name of={c} /></span><span>{c.platform && vocabulary.title('classes', c.platform.class)}</span></span> },
        { key: 'district', title: t('field.district'), responsive: ['md'], render: (_, c) => c.platform && vocabulary.title('districts', c.platform.district) },
        { key: 'freshness', title: t('field.freshness'), render: (_, c) => c.platform && <StatusTag tone={freshnessTone[c.platform.freshness]}>{t(`freshness.${c.platform.freshness}`)}</StatusTag> },
        { key: 'grade', title: t('quality.grade'), render: (_, c) => c.quality && <span className="lh-two"><StatusTag tone={gradeTone[c.quality.grade]}>{c.quality.grade === 'none' ? t('quality.ungraded') : c.quality.grade}</StatusTag>{c.quality.grade === 'none' ? <span /> : <LeadsTo to={`/platforms/${c.id}?tab=quality`}>{f.number(c.quality.score, 1)}</LeadsTo>}</span> },
        {
          key: 'availability', title: t('compare.availability'), responsive: ['sm'],
          render: (_, c) => c.availability && (c.availability.months[0] ? <span className="lh-two"><LeadsTo to={`/platforms/${c.id}?tab=availability`}>{percent(c.availability.months[0].sla)}</LeadsTo><StatusTag tone={stateTone[c.availability.state]}>{t(`availability.states.${c.availability.state}`)}</StatusTag></span> : <span className="lh-muted">{t('compare.notProbed')}</span>),
        },
        { key: 'doubts', title: t('compare.doubts'), align: 'right', responsive: ['md'], render: (_, c) => <LeadsTo to={`/platforms/${c.id}?tab=quality&f.state=open`} empty={!c.quality?.findings.open}>{f.number(c.quality?.findings.open ?? 0)}</LeadsTo> },
      ]}
    />
  )
}

/** The colour of each platform, the same in curves and bars. */
function useColours(): (i: number) => string {
  const { series } = usePalette()
  return (i) => series[i % series.length]!
}

/** All totals, each with a bar against the greatest. */
function Totals({ compared, lines, picked, pick }: { compared: Compared[]; lines: Line[]; picked: string | undefined; pick: (code: string) => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const wide = Grid.useBreakpoint().md !== false
  const name = (l: Line) => (
    <span className="lh-two">
      <button type="button" className="lh-link" onClick={() => pick(l.code)} aria-pressed={l.code === picked}>{text(l.title)}</button>
      <span>{text(l.unit)}</span>
    </span>
  )
  const sides = compared.map((c, i) => ({ key: c.id, title: c.platform ? text(c.platform.name) : none, render: (_: unknown, l: Line) => <Amount line={l} at={i} platform={c.id} /> }))
  const below = { key: 'all', title: t('field.value'), render: (_: unknown, l: Line) => <ul className="lh-compare-bars">{compared.map((c, i) => <li key={c.id}><span>{c.platform && text(c.platform.name)}</span><Amount line={l} at={i} platform={c.id} /></li>)}</ul> }
  return (
    <PlainTable<Line>
      label={t('compare.figures')} rowKey="code" dataSource={lines} rowClassName={(l) => (l.code === picked ? 'ant-table-row-selected' : '')}
      columns={[{ key: 'name', title: t('field.indicator'), width: wide ? 240 : 120, ...(wide ? { fixed: 'left' as const } : {}), render: (_, l) => name(l) }, ...(wide ? sides : [below])]}
    />
  )
}

function Amount({ line, at, platform }: { line: Line; at: number; platform: string }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const colour = useColours()
  const period = usePeriod()
  const x = line.values[at]
  if (!x) return <span className="lh-muted">{t('compare.notReported')}</span>
  const share = line.most > 0 ? (Math.abs(x.value) / line.most) * 100 : 0
  return (
    <span className="lh-compare-amount" title={period(x.at, x.tier)}>
      <FigureLink of={{ platform, code: line.code }}>{f.number(x.value)}</FigureLink>
      <i aria-hidden style={{ width: `${share}%`, background: colour(at) }} />
    </span>
  )
}

/** One indicator of all platforms over time, as it is or as percent of its beginning. */
function Curves({ compared, line, lines, pick }: { compared: Compared[]; line: Line; lines: Line[]; pick: (code: string) => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const language = useLanguage()
  const colours = usePalette()
  const [params, change] = useChosen()
  const { span, scale } = comparisonView(params)
  const series = useQueries({
    queries: compared.map((c) => ({
      queryKey: [...platformKey(c.id), 'series', line.code, span],
      queryFn: () => {
        const to = Date.now()
        const query = { code: line.code, from: new Date(to - spans[span]).toISOString(), to: new Date(to).toISOString() }
        return read(api.GET('/api/platforms/{id}/series', { params: { path: { id: c.id }, query } }))
      },
      refetchInterval: 60_000,
    })),
  })
  const unit = scale === 'index' ? '%' : text(line.unit)
  const curves = compared.map((c, i) => {
    const points = (series[i]?.data?.points ?? []) as [number, number][]
    return { name: c.platform ? text(c.platform.name) : none, points: scale === 'index' ? indexed(points) : points, dashed: i >= colours.series.length }
  })
  const known = curves.map((c) => `${c.name}:${c.points.length}:${c.points.at(-1)?.join() ?? ''}`).join()
  const option = useMemo(
    () => lineOption(curves, { colours, write: (v) => `${f.number(v)} ${unit}`, time: (at) => (line.tier === 'D' || line.tier === 'M' ? f.date(at) : f.time(at)) }),
    // What is known of the curves stands for them: they are made anew each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [known, colours, f, unit, language],
  )
  const failed = series.find((r) => r.error)?.error
  return (
    <section aria-label={text(line.title)}>
      <div className="lh-bar lh-list-bar">
        <Select className="lh-compare-indicator" aria-label={t('field.indicator')} value={line.code} onChange={pick} showSearch={{ optionFilterProp: 'label' }} options={lines.map((l) => ({ value: l.code, label: `${text(l.title)} · ${text(l.unit)}` }))} />
        <Segmented size="small" value={scale} onChange={(v) => change({ scale: v === 'amount' ? '' : v })} options={[{ value: 'amount', label: t('compare.amount') }, { value: 'index', label: t('compare.index') }]} />
        <Segmented size="small" value={span} onChange={(v) => change({ span: v === 'month' ? '' : v })} options={(Object.keys(spans) as Span[]).map((s) => ({ value: s, label: t(`span.${s}`) }))} />
      </div>
      {failed && <Failure problem={failed} />}
      {curves.every((c) => c.points.length === 0) ? <EmptyState title={t('page.noPoints')} note={t('compare.noPointsNote')} /> : <Chart option={option} height={340} label={`${text(line.title)}: ${curves.map((c) => c.name).join(', ')}`} />}
      {scale === 'index' && <div className="lh-muted">{t('compare.indexNote')}</div>}
    </section>
  )
}
