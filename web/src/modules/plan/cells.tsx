import { Grid, Progress, Tooltip } from 'antd'
import { Link } from 'react-router'
import { none, StatusTag, SyntheticMark, usePalette, useText, type Column } from '../../kernel'
import { Sparkline } from '../../lib/chart/Sparkline'
import { progressOf } from './curve'
import { statusTone, useGoal, useQuantity, useReason, type TargetRow } from './data'
import { usePlanTexts } from './texts'

/** Where a value comes from. */
export function SourceTag({ source }: { source: TargetRow['source'] }) {
  const t = usePlanTexts()
  return (
    <Tooltip title={t(`sourceNote.${source}`)}>
      <span className={`lh-source lh-source-${source}`}>{t(`source.${source}`)}</span>
    </Tooltip>
  )
}

/** A value against its goal; it leads to what it counts. */
export function ValueCell({ target }: { target: TargetRow }) {
  const t = usePlanTexts()
  const q = useQuantity()
  const goal = useGoal()
  const progress = progressOf(target)
  return (
    <span className="lh-value-cell">
      <span className="lh-value-line">
        <strong className="lh-number">{target.page ? <Link to={target.page} title={t('target.counted')}>{q.number(target.value)}</Link> : q.number(target.value)}</strong> <SourceTag source={target.source} />
      </span>
      {progress !== undefined && <Progress percent={Math.round(progress * 100)} showInfo={false} size="small" status="normal" aria-label={`${Math.round(progress * 100)}%`} />}
      <span className="lh-muted lh-small">{goal(target)}</span>
    </span>
  )
}

/** A forecast with its interval and the error of its method, or why there is none. */
export function ForecastCell({ target }: { target: TargetRow }) {
  const t = usePlanTexts()
  const q = useQuantity()
  const f = target.forecast
  if (f.value === null) {
    const why = f.reason?.code === 'short_history' ? t('forecast.short') : t('forecast.over')
    return (
      <Tooltip title={<ForecastNote forecast={f} />}>
        <span className="lh-muted">{target.source === 'none' ? none : why}</span>
      </Tooltip>
    )
  }
  return (
    <Tooltip title={<ForecastNote forecast={f} />}>
      <span className="lh-two">
        <span className="lh-number">{q.number(f.value)}</span>
        <span className="lh-number">
          {f.error?.mape !== null && f.error !== undefined ? t('forecast.off', { mape: `${f.error.mape}%` }) : `${q.number(f.low)}–${q.number(f.high)}`}
        </span>
      </span>
    </Tooltip>
  )
}

/** What a forecast stands on, in words. */
export function ForecastNote({ forecast: f }: { forecast: TargetRow['forecast'] }) {
  const t = usePlanTexts()
  const q = useQuantity()
  if (f.value === null) return <>{f.reason?.code === 'short_history' ? t('forecast.short_history', f.reason.params) : t('forecast.period_over')}</>
  const lines = [
    t(`forecast.method.${f.method}`),
    t('forecast.interval', { low: q.number(f.low), high: q.number(f.high) }),
    t('forecast.basis', { points: f.points, days: f.days }),
    f.error?.mape !== null && f.error !== undefined
      ? `${t('forecast.mape', { mape: `${f.error.mape}%` })}${f.error.last_value_mape === null ? '' : t('forecast.naive', { naive: `${f.error.last_value_mape}%` })} · ${t('forecast.horizon', { days: f.error.horizon_days, trials: f.error.trials })}`
      : t('forecast.noError'),
  ]
  return <>{lines.map((line) => <div key={line}>{line}</div>)}</>
}

/** A status with the reason below it. */
export function StatusCell({ target }: { target: TargetRow }) {
  const t = usePlanTexts()
  const reason = useReason()
  return (
    <span className="lh-two lh-status-cell">
      <StatusTag tone={statusTone[target.status]}>{t(`status.${target.status}`)}</StatusTag>
      <span>{reason(target.reason)}</span>
    </span>
  )
}

/** The columns of targets, for lists and for the tables of the actions. */
export function useTargetColumns(): Column<TargetRow>[] {
  const t = usePlanTexts()
  const text = useText()
  const colours = usePalette()
  const wide = Grid.useBreakpoint().md !== false
  return [
    {
      key: 'title', title: t('field.target'), sort: 'title', ...(wide ? { width: 250 } : {}),
      render: (x) => (
        <span className="lh-two lh-wrap">
          <span>
            <Link to={`/plan/targets/${x.id}`}>{text(x.title)}</Link> {x.synthetic && <SyntheticMark />}
          </span>
          {wide ? <span className="lh-code">{x.code}</span> : <span><StatusTag tone={statusTone[x.status]}>{t(`status.${x.status}`)}</StatusTag></span>}
        </span>
      ),
    },
    { key: 'value', title: `${t('field.value')} / ${t('field.goal')}`, sort: 'progress', width: wide ? 190 : 140, render: (x) => <ValueCell target={x} /> },
    {
      key: 'trend', title: t('field.trend'), from: 'lg', width: 120,
      render: (x) => <Sparkline points={x.trend as [number, number][]} colour={colours.accent} label={`${text(x.title)} ${t('field.trend')}`} />,
    },
    { key: 'forecast', title: t('field.forecast'), from: 'md', width: 130, render: (x) => <ForecastCell target={x} /> },
    { key: 'status', title: t('field.status'), sort: 'status', from: 'md', width: 280, render: (x) => <StatusCell target={x} /> },
    { key: 'owner', title: t('field.owner'), sort: 'owner', from: 'xl', width: 150, render: (x) => <span className="lh-wrap">{text(x.owner)}</span> },
  ]
}
