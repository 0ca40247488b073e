import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Progress } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, Failure, Loading, none, read, StatusTag, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import './availability.css'
import type { PlatformDetail } from './data'
import { MappingFaults } from './SourceTest'
import { SourceForm } from './SourceForm'
import { outcomeTone, sourcesKey, stateTone, useSources, useSourceWords, type Source, type SourceRun } from './sources'
import './sources.css'
import { usePlatformTexts } from './texts'

/** What of a platform the city reads by itself: each source with its last reading, and its history. */
export function Sources({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const may = useMay()
  const words = useSourceWords()
  const sources = useSources(platform.id)
  const [edited, edit] = useState<Source | 'new' | null>(null)
  const [opened, open] = useState<Source | null>(null)
  if (sources.error) return <Failure problem={sources.error} retry={() => void sources.refetch()} />
  if (!sources.data) return <Loading />
  const v = sources.data
  const add = may('platforms.source') && v.items.length < v.most && <Button icon={<PlusOutlined />} type={v.items.length === 0 ? 'primary' : 'default'} onClick={() => edit('new')}>{t('sources.add')}</Button>
  return (
    <div className="lh-stack">
      {!v.reading && <Alert type="info" showIcon title={t('sources.resting')} />}
      {v.items.length === 0 ? <EmptyState title={t('sources.none')} note={t(may('platforms.source') ? 'sources.noneHow' : 'sources.noneNote')} action={add} /> : (
        <section aria-label={t('sources.title')}>
          <div className="lh-bar lh-list-bar">
            <span className="lh-muted">{v.skew_ms === null ? t('sources.noClock') : <>{t('sources.clock')} <span className="lh-number">{words.skew(v.skew_ms)}</span>{Math.abs(v.skew_ms) > 5000 && <> <StatusTag tone="warn">{t('sources.clockWrong')}</StatusTag></>}</>}</span>
            {add}
          </div>
          <ul className="lh-targets">{v.items.map((s) => <Row key={s.id} platform={platform.id} source={s} edit={() => edit(s)} open={() => open(s)} />)}</ul>
        </section>
      )}
      <Drawer open={opened !== null} onClose={() => open(null)} size={900} title={t('sources.runsOf', { name: opened?.name ?? '' })} destroyOnHidden>
        {opened && <Runs platform={platform.id} source={opened.id} />}
      </Drawer>
      <SourceForm platform={platform.id} source={edited === 'new' ? null : edited} open={edited !== null} close={() => edit(null)} />
    </div>
  )
}

function Row({ platform, source, edit, open }: { platform: string; source: Source; edit: () => void; open: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const words = useSourceWords()
  const { run, job, spec } = source
  const last = run && (run.outcome === 'failed' ? `${words.fault(run)} · ${f.ago(run.at)}` : `${t(`sources.outcomes.${run.outcome}`)} · ${t('sources.rowsOf', { rows: f.number(run.rows) })} · ${f.ago(run.at)}`)
  return (
    <li className="lh-source">
      <span className="lh-two lh-target-name"><strong>{source.name}</strong><span className="lh-code">{{ prometheus: 'Prometheus', json: 'JSON', sql: 'SQL' }[spec.kind]} {spec.url}</span></span>
      <span className="lh-two">
        <span><StatusTag tone={stateTone[source.state]}>{t(source.paused === 'mapping' ? 'sources.pausedMapping' : `sources.states.${source.state}`)}</StatusTag>{source.behind > 0 && <> <StatusTag tone="warn">{t('sources.behind', { count: source.behind })}</StatusTag></>}</span>
        <span className="lh-wrap">{last ?? t('sources.waiting')}</span>
      </span>
      <span className="lh-two">
        <span>{words.schedule(spec.schedule)}</span>
        <span>{source.state === 'paused' ? none : t('sources.next', { time: f.time(source.next_at) })}{source.good_at && <><br />{t('sources.goodAt', { time: f.ago(source.good_at) })}</>}</span>
      </span>
      <span className="lh-target-acts lh-source-acts"><Acts platform={platform} source={source} edit={edit} open={open} /></span>
      {job && <div className="lh-source-job" role="status"><Progress size="small" percent={Math.round(job.fraction * 100)} aria-label={t('sources.reading')} /><span className="lh-muted">{text(job.note) || t('sources.reading')}</span></div>}
    </li>
  )
}

function Acts({ platform, source, edit, open }: { platform: string; source: Source; edit: () => void; open: () => void }) {
  const t = usePlatformTexts()
  const may = useMay()
  const path = { path: { id: platform, source: source.id } }
  const refresh = [sourcesKey(platform)]
  const now = useChange({ run: () => read(api.POST('/api/platforms/{id}/sources/{source}/runs', { params: path })), refresh, done: t('sources.started') })
  const rest = useChange({
    run: () => read(source.paused ? api.POST('/api/platforms/{id}/sources/{source}/resume', { params: path }) : api.POST('/api/platforms/{id}/sources/{source}/pause', { params: path })),
    refresh, done: t(source.paused ? 'sources.resumed' : 'sources.pausedNow'),
  })
  const remove = useChange({ run: () => read(api.DELETE('/api/platforms/{id}/sources/{source}', { params: path })), refresh, done: t('availability.removed'), quiet: true })
  return (
    <>
      <Button size="small" onClick={open}>{t('sources.runs')}</Button>
      {may('platforms.source') && (
        <>
          <Button size="small" onClick={() => now.mutate()} loading={now.isPending} disabled={source.job !== undefined}>{t('sources.runNow')}</Button>
          <Button size="small" onClick={() => rest.mutate()} loading={rest.isPending}>{t(source.paused ? 'sources.resume' : 'sources.pause')}</Button>
          <Button size="small" onClick={edit}>{t('availability.change')}</Button>
          <Confirm title={t('sources.removeTitle', { name: source.name })} note={t('sources.removeNote')} label={t('page.remove')} run={() => remove.mutateAsync()} button={{ size: 'small' }} />
        </>
      )}
    </>
  )
}

/** The last readings of a source, with what was wrong. */
function Runs({ platform, source }: { platform: string; source: string }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const words = useSourceWords()
  const outcomes = ['stored', 'partial', 'unchanged', 'failed'] as const
  const columns: Column<SourceRun>[] = [
    { key: 'at', title: t('availability.time'), sort: 'at', render: (r) => <span className="lh-number">{f.time(r.at)}</span> },
    { key: 'outcome', title: t('field.outcome'), render: (r) => <StatusTag tone={outcomeTone[r.outcome]}>{t(`sources.outcomes.${r.outcome}`)}</StatusTag> },
    { key: 'what', title: t('sources.what'), render: (r) => <span className="lh-wrap">{words.fault(r) || (r.receipt ? <span className="lh-code">{r.receipt}</span> : none)}</span> },
    { key: 'period', title: t('field.period'), from: 'md', render: (r) => <span className="lh-number">{r.period || none}</span> },
    { key: 'rows', title: t('sources.rows'), sort: 'rows', align: 'right', from: 'md', render: (r) => <span className="lh-number">{f.number(r.rows)}</span> },
    { key: 'ms', title: t('sources.took'), sort: 'ms', align: 'right', from: 'lg', render: (r) => <span className="lh-number">{f.number(r.ms)} ms</span> },
    { key: 'by', title: t('sources.by'), from: 'lg', render: (r) => t(`sources.asked.${r.asked}`) },
  ]
  return (
    <DataTable<SourceRun>
      url={`/api/platforms/${platform}/sources/${source}/runs`} queryKey={[...sourcesKey(platform), 'runs', source]} label={t('sources.runs')} rowKey={(r) => r.id} columns={columns} exports prefix="r." views=""
      filters={[{ name: 'outcome', label: t('field.outcome'), options: outcomes.map((o) => ({ value: o, label: t(`sources.outcomes.${o}`) })) }]}
      empty={<EmptyState title={t('sources.noRuns')} note={t('sources.noRunsNote')} />}
      canExpand={(r) => r.faults.length > 0} expand={(r) => <MappingFaults faults={r.faults} />}
    />
  )
}
