import { Descriptions, Progress } from 'antd'
import { Confirm, CopyBlock, DataTable, EmptyState, none, StatusTag, useChange, useFormat, useLive, useText, type Column, type Tone } from '../../kernel'
import { jobsKey, jobStates as states, type Job } from './data'
import { useSystemTexts } from './texts'

const tones: Record<Job['state'], Tone> = { running: 'info', waiting: 'warn', done: 'good', failed: 'bad', cancelled: 'idle' }

interface Props {
  url: '/api/system/jobs' | '/api/system/my-jobs'
  label: string
  empty: string
  note?: string
  fixed?: Record<string, string>
  /** Sets the parameters of this list apart from others on the page. */
  prefix?: string
  views?: string
  /** Cancels a job; without it nobody may. */
  cancel?: (id: string) => Promise<unknown>
}

/** Jobs with their progress, as it moves on. */
export function JobList({ url, label, empty, note, fixed = {}, prefix = '', views = url, cancel }: Props) {
  const t = useSystemTexts()
  const columns = useColumns(cancel)
  useLive('system.jobs', jobsKey)
  return (
    <DataTable<Job>
      url={url}
      fixed={fixed}
      prefix={prefix}
      views={views}
      queryKey={jobsKey}
      label={label}
      rowKey={(j) => j.id}
      columns={columns}
      filters={[{ name: 'state', label: t('field.state'), options: states.map((s) => ({ value: s, label: t(`jobState.${s}`) })) }]}
      search={t('jobs.search')}
      exports
      empty={<EmptyState title={empty} note={note} />}
      expand={(j) => <Detail job={j} />}
    />
  )
}

/** The state of a job; while it runs, how far it is. */
export function JobState({ job }: { job: Job }) {
  const t = useSystemTexts()
  const text = useText()
  const running = job.state === 'running'
  const state = <StatusTag tone={tones[job.state]}>{running && job.cancel_asked ? t('jobs.cancelling') : t(`jobState.${job.state}`)}</StatusTag>
  if (!running || (job.fraction === 0 && !job.note.zh)) return state
  return (
    <span className="lh-two">
      {state}
      <span>
        <Progress percent={Math.round(job.fraction * 100)} size="small" status="active" aria-label={t('field.progress')} style={{ maxWidth: 160, margin: 0 }} />
        <span className="lh-muted">{text(job.note)}</span>
      </span>
    </span>
  )
}

function useColumns(cancel: Props['cancel']): Column<Job>[] {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const change = useChange({ run: (id: string) => cancel?.(id) ?? Promise.resolve(), refresh: [jobsKey], done: t('jobs.cancelled'), quiet: true })
  const columns: Column<Job>[] = [
    { key: 'title', title: t('field.job'), sort: 'kind', render: (j) => <span className="lh-two"><span>{text(j.title)}</span><span className="lh-code lh-break">{j.kind}</span></span> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (j) => <JobState job={j} /> },
    { key: 'owner', title: t('field.startedBy'), sort: 'owner_name', from: 'md', render: (j) => j.owner_name || t('jobs.byItself') },
    { key: 'created', title: t('field.askedAt'), sort: 'created_at', from: 'md', render: (j) => <span className="lh-number">{f.time(j.created_at)}</span> },
    { key: 'finished', title: t('field.finishedAt'), sort: 'finished_at', from: 'lg', render: (j) => <span className="lh-number">{f.time(j.finished_at)}</span> },
  ]
  if (cancel) {
    columns.push({
      key: 'act', title: t('field.actions'), align: 'right',
      render: (j) =>
        (j.state === 'waiting' || (j.state === 'running' && !j.cancel_asked)) && (
          <Confirm title={t('jobs.cancelTitle')} note={t('jobs.cancelNote')} label={t('jobs.cancel')} button={{ size: 'small' }} run={() => change.mutateAsync(j.id)} />
        ),
    })
  }
  return columns
}

function Detail({ job }: { job: Job }) {
  const t = useSystemTexts()
  const f = useFormat()
  return (
    <div className="lh-stack">
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: 'id', label: 'ID', children: <span className="lh-code lh-break">{job.id}</span> },
          { key: 'tries', label: t('field.tries'), children: f.number(job.attempt) },
          { key: 'started', label: t('field.startedAt'), children: f.time(job.started_at) },
          { key: 'due', label: t('field.nextTry'), children: job.state === 'waiting' ? f.time(job.run_at) : none },
        ]}
      />
      {job.error && <CopyBlock text={job.error} label={t('field.error')} />}
      {job.result !== undefined && job.result !== null && <CopyBlock text={JSON.stringify(job.result, null, 2)} label={t('field.result')} />}
    </div>
  )
}
