import { Card } from 'antd'
import { useMemo } from 'react'
import { Link, useParams } from 'react-router'
import { EmptyState, Failure, Figure, Figures, Loading, none, PageHeader, PlainTable, StatusTag, SyntheticMark, useFormat, usePalette, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption } from '../../lib/chart/line'
import { riskTone, useStanding, type Standing as One } from './situation'
import { useSituationTexts } from './situationTexts'

/** How one enterprise stands, finding by finding. */
export default function Standing() {
  const t = useSituationTexts()
  const text = useText()
  const { id = '' } = useParams()
  const standing = useStanding(id)
  if (standing.error) return <Failure problem={standing.error} retry={() => void standing.refetch()} />
  if (!standing.data) return <Loading />
  const one = standing.data
  return (
    <div className="lh-stack">
      <PageHeader title={text(one.name)} note={t('standing.note', { days: one.score.half_life_days })} marks={one.synthetic && <SyntheticMark />} />
      <Heads one={one} />
      <div className="lh-columns">
        <Parts one={one} />
        <Course one={one} />
      </div>
      <Findings one={one} />
    </div>
  )
}

function Heads({ one }: { one: One }) {
  const t = useSituationTexts()
  const f = useFormat()
  const { confidence: c, sight: s } = one
  const percent = (share: number) => `${f.number(100 * share, 0)}%`
  return (
    <Figures>
      <Figure label={t('standing.risk')} value={<StatusTag tone={riskTone(one.score.risk, c.value)}>{f.number(one.score.risk, 0)}</StatusTag>} unit="/ 100" />
      <Figure label={t('standing.confidence')} value={f.number(c.value, 0)} unit="/ 100" />
      <Figure label={t('standing.coverage')} value={percent(c.coverage)} note={t('standing.coverageNote', { reporting: s.reporting, sensors: s.sensors })} />
      <Figure label={t('standing.freshness')} value={percent(c.freshness)} note={s.last_seen ? t('standing.freshnessNote', { at: f.time(s.last_seen) }) : t('standing.freshnessNever')} />
      <Figure label={t('standing.completeness')} value={percent(c.completeness)} note={t('standing.completenessNote', { known: s.known, assets: s.assets })} />
    </Figures>
  )
}

function Parts({ one }: { one: One }) {
  const t = useSituationTexts()
  const text = useText()
  const f = useFormat()
  return (
    <Card size="small" title={t('standing.parts')}>
      <PlainTable<One['score']['parts'][number]>
        label={t('standing.parts')} rowKey="id" dataSource={one.score.parts}
        columns={[
          { key: 'group', title: t('standing.group'), render: (_, p) => text(p.title) },
          { key: 'points', title: t('standing.points'), align: 'right', render: (_, p) => <span className="lh-number">{f.number(p.points, 1)}</span> },
          { key: 'cap', title: t('standing.cap'), align: 'right', render: (_, p) => <span className="lh-number">{f.number(p.cap, 0)}</span> },
          { key: 'sum', title: t('standing.sum'), align: 'right', responsive: ['sm'], render: (_, p) => <span className="lh-number">{f.number(p.sum, 1)}</span> },
        ]}
      />
    </Card>
  )
}

function Course({ one }: { one: One }) {
  const t = useSituationTexts()
  const f = useFormat()
  const colours = usePalette()
  const option = useMemo(() => {
    const at = (day: string) => Date.parse(`${day}T00:00:00+08:00`)
    return lineOption(
      [
        { name: t('standing.risk'), points: one.days.map((d) => [at(d.day), d.risk]), colour: colours.bad },
        { name: t('standing.confidence'), points: one.days.map((d) => [at(d.day), d.confidence]), dashed: true, colour: colours.idle },
      ],
      { colours, write: (v) => f.number(v, 0), time: (v) => f.date(v), zero: true },
    )
  }, [one, t, f, colours])
  return (
    <Card size="small" title={t('standing.course')}>
      {one.days.length < 2 ? <p className="lh-muted">{t('standing.courseNone')}</p> : <Chart option={option} height={220} label={t('standing.course')} />}
    </Card>
  )
}

function Findings({ one }: { one: One }) {
  const t = useSituationTexts()
  const text = useText()
  const f = useFormat()
  if (one.score.findings.length === 0) return <EmptyState title={t('standing.clean')} note={t('standing.cleanNote')} />
  return (
    <Card size="small" title={t('standing.findings')}>
      <PlainTable<One['score']['findings'][number]>
        label={t('standing.findings')} rowKey={(x) => `${x.kind} ${x.id}`} dataSource={one.score.findings} pagination={{ pageSize: 50, hideOnSinglePage: true }}
        columns={[
          { key: 'finding', title: t('standing.finding'), render: (_, x) => <span className="lh-two lh-wrap"><Link to={x.link}>{text(x.title)}</Link><span className="lh-muted">{text(x.what)}</span></span> },
          { key: 'level', title: t('standing.level'), render: (_, x) => (x.level > 0 ? ['Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ'][x.level - 1] : none) },
          { key: 'at', title: t('standing.since'), responsive: ['md'], render: (_, x) => <span className="lh-number">{f.time(x.at)}</span> },
          { key: 'points', title: t('standing.points'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.points, 1)}</span> },
          { key: 'lowers', title: t('standing.lowers'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.lowers, 1)}</span> },
        ]}
      />
    </Card>
  )
}
