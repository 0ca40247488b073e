import { PlayCircleOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useSearchParams } from 'react-router'
import { api, DataTable, EmptyState, none, PageHeader, PageTabs, read, StatusTag, useChange, useFormat, useLive, useMay, useText, type Column } from '../../kernel'
import { jobsKey, jobStates, type Schedule } from './data'
import { JobList, JobState } from './JobList'
import { useSystemTexts } from './texts'

type Cancel = (id: string) => Promise<unknown>

/** What runs in the background, what came around last and what is due. */
export default function Jobs() {
  const t = useSystemTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const cancel = may('system.job.manage') ? { cancel: (id: string) => read(api.POST('/api/system/jobs/{id}/cancel', { params: { path: { id } } })) } : {}
  return (
    <>
      <PageHeader title={t('jobs.title')} note={t('jobs.note')} />
      <PageTabs
        label={t('jobs.title')}
        active={params.get('tab') ?? 'list'}
        change={(tab) => setParams({ tab }, { replace: true })}
        items={[
          { key: 'list', label: t('jobs.list'), children: <JobList url="/api/system/jobs" fixed={{ show: 'asked' }} label={t('jobs.list')} empty={t('jobs.emptyAsked')} note={t('jobs.emptyAskedNote')} {...cancel} /> },
          { key: 'schedules', label: t('jobs.schedules'), children: <Schedules {...cancel} /> },
          { key: 'all', label: t('jobs.all'), children: <JobList url="/api/system/jobs" prefix="a." views="/api/system/jobs?all" label={t('jobs.all')} empty={t('jobs.empty')} {...cancel} /> },
        ]}
      />
    </>
  )
}

/** One row for each kind that comes around by itself; its runs behind it. */
function Schedules({ cancel }: { cancel?: Cancel }) {
  const t = useSystemTexts()
  useLive('system.jobs', jobsKey)
  return (
    <DataTable<Schedule>
      url="/api/system/schedules"
      queryKey={[...jobsKey, 'schedules']}
      label={t('jobs.schedules')}
      prefix="s."
      rowKey={(s) => s.kind}
      columns={useScheduleColumns()}
      filters={[{ name: 'state', label: t('field.lastRun'), options: [...jobStates, 'never' as const].map((s) => ({ value: s, label: s === 'never' ? t('jobs.never') : t(`jobState.${s}`) })) }]}
      search={t('jobs.scheduleSearch')}
      exports
      empty={<EmptyState title={t('jobs.empty')} />}
      expand={(s) => <JobList url="/api/system/jobs" prefix={`${s.kind}.`} views="" fixed={{ kind: s.kind }} label={t('jobs.runsOf', { kind: s.kind })} empty={t('jobs.never')} {...(cancel ? { cancel } : {})} />}
    />
  )
}

function useScheduleColumns(): Column<Schedule>[] {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const run = useChange({ run: (kind: string) => read(api.POST('/api/system/schedules/run', { body: { kind } })), refresh: [jobsKey], done: t('jobs.started') })
  return [
    { key: 'title', title: t('field.job'), sort: 'kind', render: (s) => <span className="lh-two"><span>{text(s.title)}</span><span className="lh-code lh-break">{s.kind}</span></span> },
    { key: 'every', title: t('field.every'), sort: 'every', from: 'sm', render: (s) => <Period seconds={s.every_seconds} /> },
    {
      key: 'last', title: t('field.lastRun'), sort: 'last_at',
      render: (s) => (s.last ? <span className="lh-two"><JobState job={s.last} /><span className="lh-number">{f.time(s.last_at)}</span></span> : t('jobs.never')),
    },
    { key: 'failures', title: t('jobs.failures'), sort: 'failures', align: 'right', from: 'md', render: (s) => (s.failures > 0 ? <StatusTag tone="bad">{f.number(s.failures)}</StatusTag> : '0') },
    { key: 'took', title: t('jobs.took'), align: 'right', from: 'lg', render: (s) => <span className="lh-number">{s.last?.finished_at ? t('jobs.seconds2', { count: f.number(s.took_seconds, 1) }) : none}</span> },
    { key: 'next', title: t('field.nextDue'), sort: 'next_at', from: 'md', render: (s) => <span className="lh-number">{f.time(s.next_at)}</span> },
    {
      key: 'act', title: t('field.actions'), align: 'right',
      render: (s) => may('system.job.manage') && <Button size="small" icon={<PlayCircleOutlined />} aria-label={`${t('jobs.run')} ${text(s.title)}`} loading={run.isPending && run.variables === s.kind} onClick={() => run.mutate(s.kind)}>{t('jobs.run')}</Button>,
    },
  ]
}

function Period({ seconds }: { seconds: number }) {
  const t = useSystemTexts()
  const units = [[86_400, 'days'], [3_600, 'hours'], [60, 'minutes'], [1, 'seconds']] as const
  const [length, unit] = units.find(([n]) => seconds % n === 0) ?? units[3]
  return <span className="lh-nowrap">{t(`jobs.${unit}`, { count: seconds / length })}</span>
}
