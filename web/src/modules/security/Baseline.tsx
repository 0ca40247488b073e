import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { useParams, useSearchParams } from 'react-router'
import { api, Failure, Loading, PageHeader, PageTabs, read, StatusTag, useFormat, useLive, useText } from '../../kernel'
import { BaselineActs } from './BaselineActs'
import { BaselineDeviations } from './BaselineDeviations'
import { BaselineEntries } from './BaselineEntries'
import { BaselineNetwork } from './BaselineNetwork'
import { BaselineProgress } from './BaselineProgress'
import { BaselineReview } from './BaselineReview'
import { baselineKey, baselineTone, useBaselineTexts, type BaselineDetail } from './baselineTexts'

const fortnight = 14 * 86_400_000

/** One baseline: how it stands, what was learned, what is in force, what deviates. */
export default function Baseline() {
  const { id = '' } = useParams()
  const t = useBaselineTexts()
  useLive('security.baselines', baselineKey)
  const { data, error, refetch, dataUpdatedAt } = useQuery({ queryKey: [...baselineKey, 'one', id], queryFn: () => read(api.GET('/api/security/baselines/{id}', { params: { path: { id } } })), refetchInterval: 30_000 })
  if (data) return <Page baseline={data} now={dataUpdatedAt} />
  return error ? <><PageHeader title={t('baseline.one')} /><Failure problem={error} retry={() => void refetch()} /></> : <Loading />
}

function Page({ baseline: b, now }: { baseline: BaselineDetail; now: number }) {
  const t = useBaselineTexts()
  const text = useText()
  const f = useFormat()
  const [params, setParams] = useSearchParams()
  const learns = b.state === 'learning' || b.state === 'review'
  const tabs = [
    { key: 'progress', label: t('baseline.tabs.progress'), children: <BaselineProgress baseline={b} now={now} /> },
    { key: 'review', label: learns && b.undecided > 0 ? `${t('baseline.tabs.review')} (${f.number(b.undecided, 0)})` : t('baseline.tabs.review'), children: <BaselineReview baseline={b} /> },
    { key: 'network', label: t('baseline.tabs.network'), children: <BaselineNetwork id={b.id} /> },
    { key: 'entries', label: t('baseline.tabs.entries'), children: <BaselineEntries baseline={b} /> },
    { key: 'deviations', label: b.deviations > 0 ? `${t('baseline.tabs.deviations')} (${f.number(b.deviations, 0)})` : t('baseline.tabs.deviations'), children: <BaselineDeviations baseline={b} /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={b.name} note={[b.own ? '' : text(b.enterprise), b.sensors.map((s) => s.name).join(', ')].filter(Boolean).join(' · ')}
        marks={<><StatusTag tone={baselineTone[b.state]}>{t(`baseline.states.${b.state}`)}</StatusTag>{b.edition > 0 && <StatusTag tone={b.holding ? 'good' : 'idle'}>{t('baseline.editionOf', { n: b.edition })}</StatusTag>}</>}
        actions={b.may && <BaselineActs baseline={b} />}
      />
      <Banners baseline={b} now={now} />
      <PageTabs label={t('baseline.tabs.parts')} active={params.get('tab') ?? (b.state === 'review' ? 'review' : 'progress')} change={(tab) => setParams({ tab }, { replace: true })} items={tabs} />
    </div>
  )
}

function Banners({ baseline: b, now }: { baseline: BaselineDetail; now: number }) {
  const t = useBaselineTexts()
  const f = useFormat()
  const learns = b.state === 'learning' || b.state === 'review'
  const short = b.state === 'review' && Math.min(now, Date.parse(b.learn_to)) - Date.parse(b.learn_from) < fortnight
  return (
    <>
      {b.state === 'learning' && b.lines === 0 && <Alert type="warning" showIcon title={t('baseline.silentTitle')} description={t('baseline.silentNote')} />}
      {b.state === 'learning' && b.lines > 0 && <Alert type="info" showIcon title={t('baseline.learningTitle', { time: f.time(b.learn_to) })} description={t('baseline.learningNote', { lines: f.number(b.lines, 0) })} />}
      {b.state === 'review' && (b.undecided > 0 ? <Alert type="warning" showIcon title={t('baseline.reviewTitle', { n: f.number(b.undecided, 0) })} description={t('baseline.reviewNote')} /> : <Alert type="success" showIcon title={t('baseline.readyTitle')} />)}
      {short && <Alert type="info" showIcon title={t('baseline.shortTitle')} description={t('baseline.shortNote')} />}
      {learns && b.holding && <Alert type="info" showIcon title={t('baseline.holdingTitle', { n: b.edition })} description={t('baseline.holdingNote', { n: b.edition })} />}
      {b.state === 'paused' && b.paused_to && <Alert type="warning" showIcon title={t('baseline.pausedTitle', { time: f.time(b.paused_to) })} />}
      {b.beyond > 0 && <Alert type="error" showIcon title={t('baseline.beyondTitle', { n: f.number(b.beyond, 0), most: f.number(b.most, 0) })} description={t('baseline.beyondNote')} />}
    </>
  )
}
