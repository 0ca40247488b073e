import { Alert, Card } from 'antd'
import { Link, useParams } from 'react-router'
import { api, Failure, ifMatch, Loading, PageHeader, PlainTable, read, StatusTag, SyntheticMark, useFormat, usePalette, useText } from '../../kernel'
import { useVocabulary } from './data'
import { FigureLink } from './FigureLink'
import { gradeTone } from './findings'
import { Origins, Receipt } from './Origin'
import { RankingChoice, useChosenPlaces } from './RankingChoice'
import { Stability } from './RankingStability'
import { rankingsKey, rankingTone, useItemNames, useRun, type Place, type Ranked, type RunDetail } from './rankings'
import { RunActions } from './RunActions'
import { usePlatformTexts } from './texts'
import './rankings.css'

/** One ranking: places with what they are made of, weights, and how far it is to be trusted. */
export default function RankingPage() {
  const { id = '' } = useParams()
  const t = usePlatformTexts()
  const run = useRun(id)
  if (run.error) return <><PageHeader title={t('ranking.title')} /><Failure problem={run.error} retry={() => void run.refetch()} /></>
  return run.data ? <Page run={run.data} /> : <Loading />
}

function Page({ run }: { run: RunDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const names = useItemNames()
  const items = run.method.items.map(names)
  const { ranked, only } = useChosenPlaces(run)
  return (
    <div className="lh-stack">
      <PageHeader
        title={`${text(run.name)} ${run.month}`}
        note={t('ranking.line', { class: run.class ? vocabulary.title('classes', run.class) : t('ranking.allClasses'), edition: run.edition, weighting: t(`ranking.weightings.${run.method.weighting}`), scaling: t(`ranking.scalings.${run.method.scaling}`), time: f.time(run.computed_at), by: run.by })}
        marks={<><StatusTag tone={rankingTone[run.state]}>{t(`ranking.states.${run.state}`)}</StatusTag>{run.synthetic && <SyntheticMark />}</>}
        actions={<Actions run={run} />}
      />
      {run.state === 'withdrawn' && <Alert type="warning" showIcon title={t('ranking.withdrawnFor', { reason: run.reason })} />}
      {run.result.few && run.method.weighting !== 'hand' && run.method.weighting !== 'ahp' && <Alert type="info" showIcon title={t(run.method.weighting === 'entropy' ? 'ranking.fewEntropy' : 'ranking.few')} />}
      <Card size="small" title={t('ranking.places')}>
        <RankingChoice run={run} items={items} />
        <Places ranked={ranked} items={items} month={run.month} />
        <Unranked ranked={run.result} />
        <p className="lh-note">{t('ranking.own')}</p>
      </Card>
      <Card size="small" title={t('ranking.weights')}><Weights run={run} items={items} /></Card>
      <Card size="small" title={t('ranking.stability')}><Stability run={run} items={items} only={only} /></Card>
      <Origins />
    </div>
  )
}

/** The colours of items, in their order. */
function useItemColours(): (k: number) => string {
  const { series } = usePalette()
  return (k) => series[k % series.length]!
}

/** Places with a bar of what each item gives; a row opens the figures behind it. */
export function Places({ ranked, items, month }: { ranked: Ranked; items: string[]; month: string }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const colour = useItemColours()
  const of = new Map(ranked.platforms.map((p) => [p.id, p]))
  return (
    <>
      <ul className="lh-rank-legend">{items.map((name, k) => <li key={name}><i style={{ background: colour(k) }} />{name}</li>)}</ul>
      <PlainTable<Place>
        label={t('ranking.places')} rowKey="id" dataSource={ranked.places} locale={{ emptyText: t('ranking.nobody') }}
        expandable={{ expandedRowRender: (p) => <Behind place={p} ranked={ranked} items={items} month={month} />, rowExpandable: (p) => p.parts.length > 0 }}
        columns={[
          {
            key: 'rank', title: t('ranking.rank'), width: 64,
            render: (_, p) => <span className="lh-two"><strong className="lh-number">{p.rank}{p.tied && <span title={t('ranking.tied')}> ≈</span>}</strong><span className="lh-number">{p.low === p.high ? '' : t('ranking.interval', { low: p.low, high: p.high })}</span></span>,
          },
          { key: 'name', title: t('page.title'), render: (_, p) => <Link to={`/platforms/${p.id}`}>{text(of.get(p.id)?.name ?? { zh: p.id, en: p.id })}</Link> },
          { key: 'score', title: t('ranking.score'), align: 'right', render: (_, p) => <span className="lh-number">{f.number(p.score, 1)}</span> },
          { key: 'grade', title: t('quality.grade'), render: (_, p) => <Grade grade={of.get(p.id)?.grade ?? 'none'} /> },
          { key: 'parts', title: t('ranking.parts'), width: '40%', responsive: ['md'], render: (_, p) => <Bar place={p} items={items} /> },
        ]}
      />
    </>
  )
}

function Grade({ grade }: { grade: Ranked['platforms'][number]['grade'] }) {
  const t = usePlatformTexts()
  return <StatusTag tone={gradeTone[grade]}>{grade === 'none' ? t('quality.ungraded') : grade}</StatusTag>
}

function Bar({ place, items }: { place: Place; items: string[] }) {
  const f = useFormat()
  const colour = useItemColours()
  const told = place.parts.map((x, k) => `${items[k]} ${f.number(x.points * place.factor, 1)}`).join(', ')
  return <span role="img" aria-label={told} title={told} className="lh-rank-bar">{place.parts.map((x, k) => <i key={items[k]} style={{ width: `${x.points * place.factor}%`, background: colour(k) }} />)}</span>
}

/** The figures behind a place: what was reported, when, with which report, and what it came to. */
function Behind({ place, ranked, items, month }: { place: Place; ranked: Ranked; items: string[]; month: string }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const platform = ranked.platforms.find((p) => p.id === place.id)
  const inputs = platform?.inputs ?? []
  const names = useItemNames()
  return (
    <div className="lh-stack">
      <PlainTable
        label={t('ranking.parts')} rowKey="name" dataSource={place.parts.map((x, k) => ({ ...x, name: items[k]!, weight: ranked.weights[k]! }))}
        columns={[
          { key: 'name', title: t('ranking.item'), dataIndex: 'name' },
          { key: 'raw', title: t('field.value'), align: 'right', render: (_, x) => <span className="lh-number">{!x.known ? t('ranking.missing') : inputs.length === 0 ? <span title={t('ranking.hidden')}>{t('ranking.notPublic')}</span> : f.number(x.raw, 4)}</span> },
          { key: 'scaled', title: t('ranking.scaled'), align: 'right', responsive: ['sm'], render: (_, x) => <span className="lh-number">{f.number(x.scaled, 1)}</span> },
          { key: 'weight', title: t('ranking.weight'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.weight * 100, 1)}%</span> },
          { key: 'points', title: t('ranking.points'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.points, 2)}</span> },
        ]}
      />
      <p className="lh-note">{t('ranking.formula', { sum: f.number(place.sum, 2), factor: f.number(place.factor, 3), score: f.number(place.score, 2) })}</p>
      {inputs.length > 0 && (
        <PlainTable
          label={t('ranking.inputs')} rowKey="code" dataSource={inputs}
          columns={[
            { key: 'code', title: t('field.indicator'), render: (_, x) => names({ code: x.code, per: '' }) },
            { key: 'value', title: t('field.value'), align: 'right', render: (_, x) => <FigureLink of={{ platform: place.id, code: x.code, month }}>{f.number(x.value, 4)}</FigureLink> },
            { key: 'rule', title: t('ranking.rule'), render: (_, x) => t('ranking.ruleOf', { rule: t(`ranking.rules.${x.rule}`), facts: x.facts }) },
            { key: 'period', title: t('field.period'), responsive: ['md'], render: (_, x) => <span className="lh-number">{f.date(x.period)}{x.revision > 1 && ` · ${t('page.revision', { n: x.revision })}`}</span> },
            { key: 'known', title: t('field.received'), responsive: ['md'], render: (_, x) => <span className="lh-number">{f.time(x.known)}</span> },
            { key: 'receipt', title: t('field.receipt'), responsive: ['lg'], render: (_, x) => <Receipt platform={place.id} id={x.submission_id} /> },
          ]}
        />
      )}
    </div>
  )
}

function Unranked({ ranked }: { ranked: Ranked }) {
  const t = usePlatformTexts()
  const text = useText()
  if (ranked.unranked.length === 0) return null
  return (
    <section aria-label={t('ranking.unranked')}>
      <h3 className="lh-section-head">{t('ranking.unranked')}</h3>
      <ul className="lh-prose">{ranked.unranked.map((u) => <li key={u.id}><Link to={`/platforms/${u.id}`}>{text(ranked.platforms.find((p) => p.id === u.id)?.name ?? { zh: u.id, en: u.id })}</Link> {t(`ranking.why.${u.why}`)}</li>)}</ul>
    </section>
  )
}

function Weights({ run, items }: { run: RunDetail; items: string[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const share = (v: number | undefined) => (v === undefined ? '' : `${f.number(v * 100, 1)}%`)
  const rows = run.method.items.map((x, k) => ({ ...x, name: items[k]!, weight: run.result.weights[k]!, ahp: run.result.ahp[k], entropy: run.result.entropy[k] }))
  return (
    <>
      <PlainTable
        label={t('ranking.weights')} rowKey="name" dataSource={rows}
        columns={[
          { key: 'name', title: t('ranking.item'), render: (_, x) => <span className="lh-two"><span>{x.name}</span><span>{[x.log && t('ranking.log'), x.reverse && t('ranking.reverse')].filter(Boolean).join(' · ')}</span></span> },
          { key: 'weight', title: t('ranking.weight'), align: 'right', render: (_, x) => <strong className="lh-number">{share(x.weight)}</strong> },
          ...(run.result.ahp.length > 0 ? [{ key: 'ahp', title: 'AHP', align: 'right' as const, render: (_: unknown, x: (typeof rows)[number]) => <span className="lh-number">{share(x.ahp)}</span> }] : []),
          ...(run.result.entropy.length > 0 ? [{ key: 'entropy', title: t('ranking.entropy'), align: 'right' as const, render: (_: unknown, x: (typeof rows)[number]) => <span className="lh-number">{share(x.entropy)}</span> }] : []),
        ]}
      />
      <ul className="lh-note">
        {run.result.opinions.map((o, i) => <li key={i}>{t('ranking.opinion', { expert: o.expert || i + 1, ratio: f.number(o.ratio, 3) })}</li>)}
        <li>{t('ranking.how', { trim: f.number(run.method.trim * 100, 0), scaling: t(`ranking.scalings.${run.method.scaling}`) })}</li>
        {run.method.weighting === 'ahp_entropy' && <li>{t('ranking.mixed', { lambda: f.number(run.method.lambda, 2) })}</li>}
        {run.method.cap > 0 && <li>{t('ranking.capped', { cap: f.number(run.method.cap * 100, 0) })}</li>}
        <li>{t(run.method.trust ? 'ranking.trusted' : 'ranking.untrusted')}</li>
      </ul>
    </>
  )
}

function Actions({ run }: { run: RunDetail }) {
  const t = usePlatformTexts()
  return (
    <RunActions
      list={`/api/platforms/rank/results/${run.id}/places`} title={t('ranking.publishTitle')} may={run.may_move} refresh={rankingsKey}
      move={(body) => read(api.POST('/api/platforms/rank/results/{id}/state', { params: { path: { id: run.id }, header: ifMatch(run.version) }, body }))}
    />
  )
}
