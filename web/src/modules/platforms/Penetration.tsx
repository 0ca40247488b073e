import { Alert, Button, Card, Drawer, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { EmptyState, Failure, Figure, Figures, Loading, none, PageHeader, PlainTable, SyntheticMark, useFormat, useLanguage, useMay, usePalette } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption } from '../../lib/chart/line'
import { useVocabulary } from './data'
import { PenetrationSurveys } from './PenetrationSurveys'
import { useReach, type Reach, type ReachPart } from './reach'
import { ReachLists } from './ReachLists'
import { ReachUpload } from './ReachUpload'
import { usePlatformTexts } from './texts'
import './reach.css'

/** How many enterprises platforms serve, and which share of the city's uses one. */
export default function Penetration() {
  const t = usePlatformTexts()
  const f = useFormat()
  const may = useMay()
  const reach = useReach()
  const [adding, add] = useState(false)
  const now = reach.data?.items[0]
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('reach.title')}
        note={now && t('reach.counted', { time: f.time(now.counted_at), version: now.version })}
        marks={now?.synthetic && <SyntheticMark />}
        actions={may('platforms.review') && <Button type={now?.frame ? 'default' : 'primary'} onClick={() => add(true)}>{t('reach.addFrame')}</Button>}
      />
      {reach.error && <Failure problem={reach.error} retry={() => void reach.refetch()} />}
      {reach.isPending && <Loading />}
      {reach.data && (now && (now.lists > 0 || now.frame > 0) ? <Counted now={now} months={reach.data.items} days={reach.data.days} /> : <EmptyState title={t('reach.none')} note={t('reach.noneNote')} action={may('platforms.review') && <Button onClick={() => add(true)}>{t('reach.addFrame')}</Button>} />)}
      <PenetrationSurveys />
      <Card size="small" title={t('reach.lists')}><ReachLists /></Card>
      <Drawer open={adding} onClose={() => add(false)} size={560} title={t('reach.addFrame')} destroyOnHidden>
        <ReachUpload path="/api/platforms/reach/frames" template="frame" note={t('reach.frameNote')} />
      </Drawer>
    </div>
  )
}

function Counted({ now, months, days }: { now: Reach; months: Reach[]; days: number }) {
  const t = usePlatformTexts()
  const f = useFormat()
  return (
    <>
      {now.frame === 0 && <Alert type="info" showIcon title={t('reach.noFrame')} />}
      {now.lists === 0 && <Alert type="info" showIcon title={t('reach.noServed')} />}
      <Figures>
        <Figure label={t('reach.rate')} value={now.frame > 0 && now.lists > 0 ? `${f.number(now.rate, 1)}%` : none} note={now.frame > 0 && t('reach.rateNote', { using: f.number(now.using), frame: f.number(now.frame), month: now.frame_month })} />
        <Figure label={t('reach.served')} value={now.lists > 0 ? f.number(now.served) : none} note={t('reach.servedOf', { claims: f.number(now.claims) })} />
        <Figure label={t('reach.active', { days })} value={now.lists > 0 ? f.number(now.active) : none} />
        <Figure label={t('reach.sent')} value={t('reach.sentOf', { lists: f.number(now.lists), platforms: f.number(now.platforms) })} note={now.lists < now.platforms && t('reach.sentNote')} />
      </Figures>
      <p className="lh-note">{t('reach.formula', { days })}</p>
      <div className="lh-columns">
        {now.frame > 0 && <Parts now={now} />}
        {now.by_number.length > 0 && <Overlap now={now} />}
      </div>
      {months.length > 1 && <History months={months} />}
    </>
  )
}

/** A share of a whole as a bar. */
function Share({ of, whole, label }: { of: number; whole: number; label: string }) {
  return <span role="img" aria-label={label} className="lh-reach-bar"><i style={{ width: `${whole > 0 ? (of / whole) * 100 : 0}%` }} /></span>
}

type By = 'industries' | 'sizes' | 'districts'

function Parts({ now }: { now: Reach }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const [by, setBy] = useState<By>('industries')
  const name = (code: string) => (by === 'sizes' ? t(`reach.sizes.${code as 'large'}`) : vocabulary.title(by, code))
  const rate = (p: ReachPart) => (p.using / p.frame) * 100
  return (
    <Card size="small" title={t('reach.parts')} extra={<Segmented size="small" value={by} onChange={setBy} options={(['industries', 'sizes', 'districts'] as const).map((x) => ({ value: x, label: t(`reach.groups.${x}`) }))} />}>
      <PlainTable<ReachPart>
        label={t('reach.parts')} rowKey="code" dataSource={now[by]} pagination={now[by].length > 15 ? { pageSize: 15, showSizeChanger: false } : false}
        columns={[
          { key: 'name', title: t(`reach.groups.${by}`), render: (_, p) => name(p.code) },
          { key: 'frame', title: t('reach.frame'), align: 'right', responsive: ['sm'], sorter: (a, b) => a.frame - b.frame, render: (_, p) => <span className="lh-number">{f.number(p.frame)}</span> },
          { key: 'using', title: t('reach.using'), align: 'right', sorter: (a, b) => a.using - b.using, render: (_, p) => <span className="lh-number">{f.number(p.using)}</span> },
          { key: 'rate', title: t('reach.rate'), width: '34%', sorter: (a, b) => rate(a) - rate(b), render: (_, p) => <span className="lh-reach-rate"><Share of={p.using} whole={p.frame} label={`${name(p.code)} ${f.number(rate(p), 1)}%`} /><span className="lh-number">{f.number(rate(p), 1)}%</span></span> },
        ]}
      />
    </Card>
  )
}

/** How many enterprises are served by one platform, by two, and so on. */
function Overlap({ now }: { now: Reach }) {
  const t = usePlatformTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('reach.overlap')}>
      <PlainTable
        label={t('reach.overlap')} rowKey="platforms" dataSource={now.by_number}
        columns={[
          { key: 'platforms', title: t('reach.servedBy'), render: (_, x) => <span className="lh-number">{f.number(x.platforms)}</span> },
          { key: 'enterprises', title: t('reach.enterprises'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.enterprises)}</span> },
          { key: 'share', title: t('reach.share'), width: '40%', render: (_, x) => <span className="lh-reach-rate"><Share of={x.enterprises} whole={now.served} label={`${f.number((x.enterprises / now.served) * 100, 1)}%`} /><span className="lh-number">{f.number((x.enterprises / now.served) * 100, 1)}%</span></span> },
        ]}
      />
    </Card>
  )
}

function History({ months }: { months: Reach[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const language = useLanguage()
  const colours = usePalette()
  const option = useMemo(() => {
    const points = [...months].reverse().filter((m) => m.frame > 0).map((m): [number, number] => [Date.parse(`${m.month}-01T00:00:00+08:00`), m.rate])
    return lineOption([{ name: t('reach.rate'), points, area: true }], { colours, write: (v) => `${f.number(v, 1)}%`, time: (at) => f.date(at).slice(0, 7), zero: true, monthly: true })
    // The language changes what the axis says.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [months, colours, f, language])
  return <Card size="small" title={t('reach.history')}><Chart option={option} height={240} label={t('reach.history')} /></Card>
}
