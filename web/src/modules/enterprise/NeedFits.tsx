import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { Link, useParams } from 'react-router'
import { api, EmptyState, Failure, Loading, PageHeader, PlainTable, read, StatusTag, SyntheticMark, useFormat, useText, type Schema } from '../../kernel'
import { needKey, needTone, useMarketWords, type Need } from './market'
import { useEnterpriseTexts } from './texts'
import './market.css'

type Reason = Schema<'NeedReason'>
type Weight = Schema<'NeedWeight'>

/** Why something matches: each reason with what is known of it, and the words that answer. */
export function Why({ reasons, found }: { reasons: Reason[]; found: string[] }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const words = useMarketWords()
  const shared = (p: string) => {
    const [kind, ...rest] = p.split('/')
    const code = rest.at(-1) ?? ''
    if (kind === 'industry') return code.length > 1 ? words.title('industries', code) : ''
    return words.title(kind === 'scenario' ? 'scenarios' : 'technologies', code)
  }
  const known = (r: Reason) => f.list([
    ...r.paths.map(shared).filter(Boolean),
    ...(r.params.serves ? [t('market.need.serves')] : []),
    ...(r.params.neighbours ? [t('market.need.neighbours', { n: f.number(r.params.neighbours) })] : []),
    ...(r.params.served ? [t('market.need.served', { n: f.number(r.params.served) })] : []),
    ...(r.params.same_area ? [t('market.need.sameArea')] : []),
    ...(r.params.km === undefined ? [] : [t('market.need.km', { km: f.number(r.params.km, 1) })]),
  ])
  return (
    <>
      <div className="lh-market-reasons">
        {reasons.map((r) => <span key={r.code}>{t('market.need.reasonOf', { reason: t(`market.need.reasons.${r.code}`), value: f.number(100 * r.value, 0) })}{known(r) && ` (${known(r)})`}</span>)}
      </div>
      {found.length > 0 && <p className="lh-note">{t('market.need.found', { words: f.list(found) })}</p>}
    </>
  )
}

/** What each feature counts, and what is looked at. */
export function Weights({ list }: { list: Weight[] }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const changed = list.some((w) => Math.abs(w.share - w.fixed) > 0.0005)
  return (
    <details className="lh-market-weights">
      <summary>{t('market.need.weights')}</summary>
      <PlainTable<Weight>
        label={t('market.need.weights')} rowKey="code" dataSource={list}
        columns={[
          { key: 'code', title: t('market.need.feature'), render: (_, w) => <span className="lh-two lh-wrap"><span>{t(`market.need.reasons.${w.code}`)}</span><span className="lh-muted">{t(`market.need.explained.${w.code}`)}</span></span> },
          { key: 'share', title: t('market.need.weight'), align: 'right', render: (_, w) => <span className="lh-number">{f.number(100 * w.share, 1)}%</span> },
          ...(changed ? [{ key: 'fixed', title: t('market.need.fixedWeight'), align: 'right' as const, render: (_: unknown, w: Weight) => <span className="lh-number">{f.number(100 * w.fixed, 1)}%</span> }] : []),
        ]}
      />
    </details>
  )
}

/** Scenarios of the catalogue that fit a need, beside the providers. */
export function FittingScenarios({ n }: { n: Need }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const list = useQuery({ queryKey: [...needKey, 'scenarios', n.id, n.version], queryFn: () => read(api.GET('/api/enterprise/needs/{id}/scenarios', { params: { path: { id: n.id } } })) })
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  if (!list.data) return <Loading />
  if (list.data.items.length === 0) return <EmptyState title={t('market.need.noScenarios')} />
  return (
    <>
      <p className="lh-note">{t('market.need.scenariosNote')}</p>
      {list.data.items.map((s) => (
        <section key={s.scenario_id} className="lh-market-item" aria-label={text(s.title)}>
          <div className="lh-market-head">
            <Link to={`/scenario/${s.scenario_id}`}><strong>{text(s.title)}</strong></Link>
            <span className="lh-number">{t('market.need.score', { score: f.number(100 * s.score, 0) })}</span>
            {s.synthetic && <SyntheticMark />}
          </div>
          <p className="lh-market-text">{text(s.summary)}</p>
          <Why reasons={s.reasons} found={s.found} />
        </section>
      ))}
    </>
  )
}

/** Who needs a scenario of the catalogue: open needs that it fits. */
export default function NeedsOfScenario() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const words = useMarketWords()
  const list = useQuery({ queryKey: [...needKey, 'of', id], queryFn: () => read(api.GET('/api/enterprise/scenarios/{id}/needs', { params: { path: { id } } })) })
  if (list.error) return <><PageHeader title={t('market.need.whoNeeds')} /><Failure problem={list.error} retry={() => void list.refetch()} /></>
  if (!list.data) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader title={t('market.need.whoNeeds')} note={<Link to={`/scenario/${id}`}>{text(list.data.title)}</Link>} />
      <Card size="small">
        <p className="lh-note">{t('market.need.whoNeedsNote')}</p>
        {list.data.items.length === 0 && <EmptyState title={t('market.need.nobodyNeeds')} />}
        {list.data.items.map((n) => (
          <section key={n.id} className="lh-market-item" aria-label={n.title}>
            <div className="lh-market-head">
              <Link to={`/enterprise/needs/${n.id}`}><strong>{n.title}</strong></Link>
              <span className="lh-number">{t('market.need.score', { score: f.number(100 * n.score, 0) })}</span>
              <StatusTag tone={needTone[n.state]}>{t(n.replying ? 'market.need.states.open' : 'market.need.choosing')}</StatusTag>
              {n.synthetic && <SyntheticMark />}
            </div>
            <p className="lh-market-text">{f.list([text(n.name), words.title('districts', n.district), words.title('industries', n.industry)].filter(Boolean))}</p>
            <Why reasons={n.reasons} found={n.found} />
          </section>
        ))}
      </Card>
    </div>
  )
}
