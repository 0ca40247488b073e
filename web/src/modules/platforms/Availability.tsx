import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Select } from 'antd'
import { useMemo, useState } from 'react'
import {
  api, Confirm, DataTable, EmptyState, Failure, Loading, none, PlainTable, read, StatusTag, useChange, useFormat, useLanguage, useMay, usePalette, type Column,
} from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption } from '../../lib/chart/line'
import { availabilityKey, percent, stateTone, useAvailability, useAvailabilityWords, useLooks, type Availability as Seen, type Incident, type Period, type Target } from './availability'
import type { PlatformDetail } from './data'
import { Maintenance } from './Maintenance'
import { Legend, Strip } from './Strip'
import { TargetForm } from './TargetForm'
import { usePlatformTexts } from './texts'

/** How a platform answers from outside: its targets, incidents, maintenance and months. */
export function Availability({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const may = useMay()
  const seen = useAvailability(platform.id)
  const [edited, edit] = useState<Target | 'new' | null>(null)
  if (seen.error) return <Failure problem={seen.error} retry={() => void seen.refetch()} />
  if (!seen.data) return <Loading />
  const v = seen.data
  const add = may('platforms.register') && v.targets.length < v.targets_most && <Button icon={<PlusOutlined />} type={v.targets.length === 0 ? 'primary' : 'default'} onClick={() => edit('new')}>{t('availability.add')}</Button>
  return (
    <div className="lh-stack">
      {!v.probing && <Alert type="info" showIcon title={t('availability.resting')} />}
      {v.targets.length === 0 && v.months.length === 0 ? <EmptyState title={t('availability.none')} note={t(may('platforms.register') ? 'availability.noneHow' : 'availability.noneNote')} action={add} /> : (
        <>
          <section aria-label={t('availability.targets')}>
            <div className="lh-bar lh-list-bar">
              <span className="lh-legend"><StatusTag tone={stateTone[v.state]}>{t(`availability.states.${v.state}`)}</StatusTag><Legend /></span>
              {v.targets.length > 0 && add}
            </div>
            <ul className="lh-targets">{v.targets.map((x) => <TargetRow key={x.id} platform={platform.id} target={x} edit={() => edit(x)} />)}</ul>
          </section>
          {v.targets.length > 0 && <Times platform={platform.id} targets={v.targets} />}
          <Months seen={v} />
        </>
      )}
      <Maintenance platform={platform.id} windows={v.windows} />
      {(v.targets.length > 0 || v.months.length > 0) && <Incidents platform={platform.id} />}
      <TargetForm platform={platform.id} target={edited === 'new' ? null : edited} open={edited !== null} close={() => edit(null)} />
    </div>
  )
}

function TargetRow({ platform, target, edit }: { platform: string; target: Target; edit: () => void }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const may = useMay()
  const words = useAvailabilityWords()
  const remove = useChange({
    run: () => read(api.DELETE('/api/platforms/{id}/availability/targets/{target}', { params: { path: { id: platform, target: target.id } } })),
    refresh: [availabilityKey(platform)], done: t('availability.removed'), quiet: true,
  })
  const { look } = target
  const last = look && (look.ok ? `${words.ms(look.ms)} · ${f.ago(look.at)}` : `${words.fault(look.fault)} · ${f.ago(look.at)}`)
  return (
    <li className="lh-target">
      <span className="lh-two lh-target-name"><strong>{target.name}</strong><span className="lh-code">{target.spec.kind === 'http' ? `${target.spec.method} ${target.spec.address}` : `${target.spec.kind.toUpperCase()} ${target.spec.address}`}</span></span>
      <span className="lh-two">
        <StatusTag tone={target.enabled ? stateTone[target.state] : 'idle'}>{t(target.enabled ? `availability.states.${target.state}` : 'availability.off')}</StatusTag>
        <span title={look?.detail}>{last ?? t('availability.waiting')}{look?.until && <><br />{t('availability.until', { time: f.date(look.until) })}</>}</span>
      </span>
      <Strip days={target.days} />
      {may('platforms.register') && (
        <span className="lh-target-acts">
          <Button size="small" onClick={edit}>{t('availability.change')}</Button>
          <Confirm title={t('availability.removeTitle', { name: target.name })} note={t('availability.removeNote')} label={t('page.remove')} run={() => remove.mutateAsync()} button={{ size: 'small' }} />
        </span>
      )}
    </li>
  )
}

/** How fast a target answered: check by check for a day, or day by day. */
function Times({ platform, targets }: { platform: string; targets: Target[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const language = useLanguage()
  const colours = usePalette()
  const words = useAvailabilityWords()
  const [picked, pick] = useState('')
  const [span, setSpan] = useState<'day' | 'days'>('day')
  const target = targets.find((x) => x.id === picked) ?? targets[0]!
  const looks = useLooks(platform, span === 'day' ? target.id : '')
  const points = useMemo<[number, number][]>(() => {
    if (span === 'day') return (looks.data?.items ?? []).filter((l) => l.ok).map((l) => [Date.parse(l.at), l.ms])
    return target.days.filter((d) => d.ms_mean !== null).map((d) => [Date.parse(`${d.period}T00:00:00+08:00`), d.ms_mean!])
  }, [span, looks.data, target.days])
  const option = useMemo(
    () => lineOption([{ name: target.name, points, area: true }], { colours, write: (v) => words.ms(v), time: (at) => (span === 'day' ? f.time(at) : f.date(at)), zero: true }),
    // The language changes what the axis says.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [points, colours, f, target.name, span, language],
  )
  return (
    <section aria-label={t('availability.times')}>
      <div className="lh-bar lh-list-bar">
        <h3 className="lh-section-head">{t('availability.times')}</h3>
        <span className="lh-target-acts">
          <Select size="small" aria-label={t('availability.target')} value={target.id} onChange={pick} options={targets.map((x) => ({ value: x.id, label: x.name }))} popupMatchSelectWidth={false} />
          <Select size="small" aria-label={t('availability.span')} value={span} onChange={setSpan} options={[{ value: 'day', label: t('span.day') }, { value: 'days', label: t('availability.ninety') }]} />
        </span>
      </div>
      {looks.error && <Failure problem={looks.error} retry={() => void looks.refetch()} />}
      {points.length === 0 ? <EmptyState title={t('availability.noTimes')} note={t('availability.noTimesNote')} /> : <Chart option={option} height={220} label={`${t('availability.times')} ${target.name}`} />}
    </section>
  )
}

/** Availability by month, of the platform or of one target, and how it is counted. */
function Months({ seen }: { seen: Seen }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const words = useAvailabilityWords()
  const [of, setOf] = useState('')
  const months = seen.targets.find((x) => x.id === of)?.months ?? seen.months
  return (
    <section aria-label={t('availability.months')}>
      <div className="lh-bar lh-list-bar">
        <h3 className="lh-section-head">{t('availability.months')}</h3>
        <Select size="small" aria-label={t('availability.of')} value={of} onChange={setOf} options={[{ value: '', label: t('availability.all') }, ...seen.targets.map((x) => ({ value: x.id, label: x.name }))]} popupMatchSelectWidth={false} />
      </div>
      <p className="lh-note">{t('availability.rule')}</p>
      <PlainTable<Period>
        label={t('availability.months')} rowKey="period" dataSource={months} locale={{ emptyText: <EmptyState title={t('availability.noTimes')} note={t('availability.noTimesNote')} /> }}
        columns={[
          { key: 'month', title: t('availability.month'), render: (_, m) => <span className="lh-number">{m.period}</span> },
          { key: 'sla', title: t('availability.sla'), align: 'right', render: (_, m) => <span className="lh-number">{percent(m.sla)}</span> },
          { key: 'good', title: t('availability.good'), align: 'right', render: (_, m) => <span className="lh-number">{f.number(m.good)}</span> },
          { key: 'counted', title: t('availability.counted'), align: 'right', render: (_, m) => <span className="lh-number">{f.number(m.looks - m.stopped)}</span> },
          { key: 'stopped', title: t('availability.stopped'), align: 'right', responsive: ['md'], render: (_, m) => <span className="lh-number">{f.number(m.stopped)}</span> },
          { key: 'mean', title: t('availability.mean'), align: 'right', responsive: ['md'], render: (_, m) => <span className="lh-number">{words.ms(m.ms_mean)}</span> },
          { key: 'max', title: t('availability.max'), align: 'right', responsive: ['lg'], render: (_, m) => <span className="lh-number">{words.ms(m.ms_max)}</span> },
        ]}
      />
    </section>
  )
}

function Incidents({ platform }: { platform: string }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const words = useAvailabilityWords()
  const columns: Column<Incident>[] = [
    { key: 'began', title: t('availability.began'), sort: 'began_at', render: (i) => <span className="lh-number">{f.time(i.began_at)}</span> },
    { key: 'ended', title: t('availability.ended'), sort: 'ended_at', render: (i) => (i.ended_at ? <span className="lh-number">{f.time(i.ended_at)}</span> : <StatusTag tone="bad">{t('availability.lasts')}</StatusTag>) },
    { key: 'lasted', title: t('availability.lasted'), align: 'right', render: (i) => <span className="lh-number">{words.lasted(i.seconds)}</span> },
    { key: 'target', title: t('availability.target'), sort: 'target', from: 'md', render: (i) => <span className="lh-wrap">{i.target}</span> },
    { key: 'fault', title: t('availability.fault'), sort: 'fault', render: (i) => <span className="lh-two lh-wrap"><span>{words.fault(i.fault)}</span><span>{i.detail || none}</span></span> },
  ]
  return (
    <section aria-label={t('availability.incidents')}>
      <div className="lh-bar lh-list-bar"><h3 className="lh-section-head">{t('availability.incidents')}</h3></div>
      <DataTable<Incident>
        url={`/api/platforms/${platform}/availability/incidents`} queryKey={availabilityKey(platform)} label={t('availability.incidents')} rowKey={(i) => i.id} columns={columns} exports prefix="i." views=""
        empty={<EmptyState title={t('availability.noIncidents')} note={t('availability.noIncidentsNote')} />}
      />
    </section>
  )
}
