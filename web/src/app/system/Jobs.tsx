import { PlayCircleOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useSearchParams } from 'react-router'
import { api, EmptyState, Failure, none, PageHeader, PageTabs, PlainTable, read, useChange, useFormat, useLive, useMay, useText } from '../../kernel'
import { jobsKey, type Schedule } from './data'
import { JobList, JobState } from './JobList'
import { useSystemTexts } from './texts'

/** What runs in the background, what came around last and what is due. */
export default function Jobs() {
  const t = useSystemTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const cancel = (id: string) => read(api.POST('/api/system/jobs/{id}/cancel', { params: { path: { id } } }))
  return (
    <>
      <PageHeader title={t('jobs.title')} note={t('jobs.note')} />
      <PageTabs
        label={t('jobs.title')}
        active={params.get('tab') ?? 'list'}
        change={(tab) => setParams({ tab }, { replace: true })}
        items={[
          { key: 'list', label: t('jobs.list'), children: <JobList url="/api/system/jobs" label={t('jobs.list')} empty={t('jobs.empty')} {...(may('system.job.manage') ? { cancel } : {})} /> },
          { key: 'schedules', label: t('jobs.schedules'), children: <Schedules /> },
        ]}
      />
    </>
  )
}

function Schedules() {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  useLive('system.jobs', jobsKey)
  const list = useQuery({ queryKey: [...jobsKey, 'schedules'], queryFn: () => read(api.GET('/api/system/schedules')) })
  const run = useChange({ run: (kind: string) => read(api.POST('/api/system/schedules/run', { body: { kind } })), refresh: [jobsKey], done: t('jobs.started') })
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  return (
    <PlainTable<Schedule>
      label={t('jobs.schedules')}
      rowKey={(s) => s.kind}
      loading={list.isPending}
      dataSource={list.data?.items ?? []}
      locale={{ emptyText: <EmptyState title={t('jobs.empty')} /> }}
      columns={[
        { key: 'title', title: t('field.job'), render: (_, s) => <span className="lh-two"><span>{text(s.title)}</span><span className="lh-code lh-break">{s.kind}</span></span> },
        { key: 'every', title: t('field.every'), responsive: ['sm'], render: (_, s) => <Period seconds={s.every_seconds} /> },
        { key: 'last', title: t('field.lastRun'), render: (_, s) => (s.last ? <span className="lh-two"><JobState job={s.last} /><span className="lh-number">{f.time(s.last.finished_at ?? s.last.created_at)}</span></span> : t('jobs.never')) },
        { key: 'next', title: t('field.nextDue'), responsive: ['md'], render: (_, s) => <span className="lh-number">{s.next_at ? f.time(s.next_at) : none}</span> },
        {
          key: 'act', title: t('field.actions'), align: 'right',
          render: (_, s) => may('system.job.manage') && <Button size="small" icon={<PlayCircleOutlined />} loading={run.isPending && run.variables === s.kind} onClick={() => run.mutate(s.kind)}>{t('jobs.run')}</Button>,
        },
      ]}
    />
  )
}

function Period({ seconds }: { seconds: number }) {
  const t = useSystemTexts()
  const units = [[86_400, 'days'], [3_600, 'hours'], [60, 'minutes'], [1, 'seconds']] as const
  const [length, unit] = units.find(([n]) => seconds % n === 0) ?? units[3]
  return <span className="lh-nowrap">{t(`jobs.${unit}`, { count: seconds / length })}</span>
}
