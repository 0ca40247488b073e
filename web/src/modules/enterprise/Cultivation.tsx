import { useQuery } from '@tanstack/react-query'
import { App, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, Failure, LinkButton, Loading, PageHeader, PageTabs, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { cultivationKey, provenTone, useLadders, type Assessed, type Definition, type Ladder, type Proof } from './cultivation'
import { usePlaces } from './diagnosis'
import { outcomeTone } from './policies'
import { Lacks } from './PolicyParts'
import { Rests, Standing } from './Standing'
import { useEnterpriseTexts } from './texts'
import './policy.css'

/** Ladders: where one's own enterprise stands, what came out in each year, and the city's numbers. */
export default function Cultivation() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const ladders = useLadders()
  if (ladders.error) return <><PageHeader title={t('cultivation.title')} /><Failure problem={ladders.error} retry={() => void ladders.refetch()} /></>
  if (!ladders.data) return <Loading />
  const list = ladders.data.items
  const city = may('enterprise.cultivation.run')
  const tabs = [
    // Who runs the city's assessment has no enterprise of its own.
    ...(city && list.length > 0 ? [{ key: 'overview', label: t('cultivation.tabs.overview'), children: <Overview ladders={list} /> }] : []),
    ...(may('enterprise.policy.fill') && !city ? [{ key: 'standing', label: t('cultivation.tabs.standing'), children: <Standing /> }] : []),
    { key: 'results', label: t('cultivation.tabs.results'), children: <Results ladders={list} /> },
    { key: 'proofs', label: t('cultivation.tabs.proofs'), children: <Proofs ladders={list} city={city} /> },
    ...(may('enterprise.cultivation.publish') ? [{ key: 'ladders', label: t('cultivation.tabs.ladders'), children: <Definitions /> }] : []),
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('cultivation.title')} note={t('cultivation.note')} actions={city && list.length > 0 ? <RunYear ladders={list} /> : null} />
      <PageTabs label={t('cultivation.title')} active={params.get('tab') ?? tabs[0]!.key} change={(tab) => setParams({ tab }, { replace: true })} items={tabs} />
    </div>
  )
}

function Results({ ladders }: { ladders: Ladder[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const places = usePlaces()
  const may = useMay()
  const rungs = ladders.flatMap((l) => l.rungs)
  const rung = (code: string) => text(rungs.find((r) => r.code === code)?.title) || code
  const columns: Column<Assessed>[] = [
    { key: 'name', title: t('cultivation.enterprise'), sort: 'name', render: (a) => <><Link to={`/enterprise/entries/${a.entry_id}`} className="lh-wrap">{text(a.name)}</Link>{a.synthetic && <SyntheticMark />}</> },
    { key: 'year', title: t('cultivation.year'), sort: 'year', from: 'sm', render: (a) => <span className="lh-number">{a.year}</span> },
    { key: 'rung', title: t('cultivation.rung'), render: (a) => text(a.rung_title) || rung(a.rung) },
    { key: 'outcome', title: t('cultivation.outcome'), sort: 'outcome', render: (a) => <StatusTag tone={outcomeTone[a.outcome]}>{t(`cultivation.outcomes.${a.outcome}`)}</StatusTag> },
    { key: 'held', title: t('cultivation.held'), from: 'lg', render: (a) => (a.held ? t('cultivation.yes') : '') },
    { key: 'lacking', title: t('cultivation.lacking'), sort: 'lacking', align: 'right', from: 'md', render: (a) => <span className="lh-number">{a.lacking}</span> },
    { key: 'district', title: t('cultivation.district'), sort: 'district', from: 'xl', render: (a) => places.title('districts', a.district) },
  ]
  return (
    <DataTable<Assessed>
      url="/api/enterprise/cultivation/results" queryKey={[...cultivationKey, 'results']} label={t('cultivation.tabs.results')} rowKey={(a) => a.id} columns={columns} search={t('cultivation.search')} exports
      expand={(a) => <><Lacks lacks={a.lacks} />{may('enterprise.cultivation.run') && <LinkButton size="small" to={`/enterprise/cultivation/enterprises/${a.entry_id}`}>{t('cultivation.assessed')}</LinkButton>}</>} canExpand={(a) => a.lacks.length > 0}
      filters={[
        { name: 'ladder', label: t('cultivation.ladder'), options: ladders.map((l) => ({ value: l.id, label: text(l.title) })) },
        { name: 'rung', label: t('cultivation.rung'), options: [...new Map(rungs.map((r) => [r.code, { value: r.code, label: text(r.title) }])).values()] },
        { name: 'outcome', label: t('cultivation.outcome'), options: (['met', 'unknown', 'unmet'] as const).map((o) => ({ value: o, label: t(`cultivation.outcomes.${o}`) })) },
        { name: 'watch', label: t('cultivation.watch'), options: [{ value: 'true', label: t('cultivation.watchNote') }] },
        { name: 'district', label: t('cultivation.district'), options: places.options('districts') },
      ]}
      empty={<EmptyState title={t('cultivation.none')} note={t('cultivation.noneNote')} />}
    />
  )
}

/** Numbers per rung, district and year. */
function Overview({ ladders }: { ladders: Ladder[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const places = usePlaces()
  const [picked, pick] = useState(ladders[0]!.id)
  const ladder = ladders.find((l) => l.id === picked) ?? ladders[0]!
  const tallies = useQuery({ queryKey: [...cultivationKey, 'overview', picked], queryFn: () => read(api.GET('/api/enterprise/cultivation/overview', { params: { query: { ladder: picked } } })) })
  if (tallies.error) return <Failure problem={tallies.error} retry={() => void tallies.refetch()} />
  const number = (n: number) => <span className="lh-number">{f.number(n)}</span>
  return (
    <div className="lh-stack">
      <div className="lh-bar"><Select aria-label={t('cultivation.ladder')} value={picked} onChange={pick} options={ladders.map((l) => ({ value: l.id, label: text(l.title) }))} popupMatchSelectWidth={false} /></div>
      <Rests ladder={ladder} />
      <PlainTable
        label={t('cultivation.tabs.overview')} rowKey={(x) => `${x.year} ${x.edition} ${x.rung} ${x.district}`} dataSource={tallies.data?.items ?? []} loading={tallies.isPending}
        locale={{ emptyText: tallies.isPending ? ' ' : <EmptyState title={t('cultivation.none')} note={t('cultivation.noneNote')} /> }}
        columns={[
          { title: t('cultivation.year'), dataIndex: 'year' }, { title: t('cultivation.rung'), render: (_, x) => text(x.title) || text(ladder.rungs.find((r) => r.code === x.rung)?.title) || x.rung },
          { title: t('cultivation.district'), render: (_, x) => places.title('districts', x.district) }, { title: t('cultivation.met'), align: 'right', render: (_, x) => number(x.met) },
          { title: t('cultivation.watch'), align: 'right', responsive: ['sm'], render: (_, x) => number(x.watch) }, { title: t('cultivation.held'), align: 'right', responsive: ['md'], render: (_, x) => number(x.held) }, { title: t('cultivation.all'), align: 'right', responsive: ['md'], render: (_, x) => number(x.all) },
        ]}
      />
    </div>
  )
}

function RunYear({ ladders }: { ladders: Ladder[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const { message } = App.useApp()
  const [ladder, choose] = useState(ladders[0]!.id)
  const [year, set] = useState(new Date().getFullYear())
  const run = useChange({ run: () => read(api.POST('/api/enterprise/cultivation/runs', { body: { ladder, year } })), refresh: [cultivationKey], quiet: true, after: (r) => void message.success(t('cultivation.ran', { n: r.enterprises })) })
  return (
    <Confirm title={t('cultivation.run')} note={t('cultivation.runNote')} label={t('cultivation.run')} danger={false} button={{ type: 'primary' }} run={() => run.mutateAsync()}>
      <div className="lh-bar">
        <Select aria-label={t('cultivation.ladder')} value={ladder} onChange={choose} options={ladders.map((l) => ({ value: l.id, label: text(l.title) }))} popupMatchSelectWidth={false} />
        <InputNumber aria-label={t('cultivation.year')} min={2000} max={2100} precision={0} value={year} onChange={(v) => set(v ?? year)} />
      </div>
    </Confirm>
  )
}

/** Evidence that was given: the assessor's work, and an enterprise's own. */
function Proofs({ ladders, city }: { ladders: Ladder[]; city: boolean }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const columns: Column<Proof>[] = [
    { key: 'enterprise', title: t('cultivation.enterprise'), sort: 'enterprise', render: (p) => <>{city ? <Link to={`/enterprise/cultivation/enterprises/${p.entry_id}`} className="lh-wrap">{text(p.enterprise)}</Link> : text(p.enterprise)}{p.synthetic && <SyntheticMark />}</> },
    { key: 'year', title: t('cultivation.year'), sort: 'year', from: 'lg', render: (p) => <span className="lh-number">{p.year}</span> },
    { key: 'criterion', title: t('cultivation.field.criterion'), render: (p) => <span className="lh-wrap">{text(p.rung_title)} · {text(p.criterion_title)}</span> },
    { key: 'name', title: t('cultivation.proof'), from: 'md', render: (p) => (p.qualification_id ? p.name : <a href={`/api/enterprise/cultivation/proofs/${p.id}/content`} className="lh-wrap">{p.name}</a>) },
    { key: 'state', title: t('cultivation.state'), sort: 'state', render: (p) => <StatusTag tone={provenTone[p.state]}>{t(`cultivation.proven.${p.state}`)}</StatusTag> },
    { key: 'reason', title: t('cultivation.reason'), from: 'xl', render: (p) => <span className="lh-wrap">{p.reason}</span> },
    { key: 'at', title: t('cultivation.givenAt'), sort: 'at', from: 'lg', render: (p) => <span className="lh-number">{f.time(p.at)}</span> },
  ]
  return (
    <DataTable<Proof>
      url="/api/enterprise/cultivation/proofs" queryKey={[...cultivationKey, 'proofs']} label={t('cultivation.tabs.proofs')} rowKey={(p) => p.id} columns={columns} search={t('cultivation.search')} exports
      filters={[
        { name: 'state', label: t('cultivation.state'), options: (['waiting', 'accepted', 'refused'] as const).map((s) => ({ value: s, label: t(`cultivation.proven.${s}`) })) },
        { name: 'ladder', label: t('cultivation.ladder'), options: ladders.map((l) => ({ value: l.id, label: text(l.title) })) },
      ]}
      empty={<EmptyState title={t('cultivation.noProofs')} note={t(may('enterprise.cultivation.prove') ? 'cultivation.noProofsOwn' : 'cultivation.noProofsCity')} />}
    />
  )
}

/** All ladders with what is drafted, in force and retired. */
function Definitions() {
  const t = useEnterpriseTexts()
  const text = useText()
  const may = useMay()
  const list = useQuery({ queryKey: [...cultivationKey, 'definitions'], queryFn: () => read(api.GET('/api/enterprise/cultivation/definitions')) })
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('cultivation.laddersNote')}</p>
      {may('enterprise.cultivation.define') && <div><LinkButton type="primary" to="/enterprise/cultivation/ladders/new">{t('cultivation.newLadder')}</LinkButton></div>}
      <PlainTable<Definition>
        label={t('cultivation.tabs.ladders')} rowKey="id" dataSource={list.data?.items ?? []} loading={list.isPending}
        columns={[
          { title: t('cultivation.ladder'), render: (_, d) => <Link to={`/enterprise/cultivation/ladders/${d.id}`} className="lh-wrap">{text(d.title)}</Link> },
          { title: t('cultivation.state'), render: (_, d) => <><StatusTag tone={d.retired ? 'bad' : d.in_force ? 'good' : 'idle'}>{t(d.retired ? 'cultivation.retired' : d.in_force ? 'cultivation.inForce' : 'cultivation.notInForce')}</StatusTag>{d.draft && <StatusTag tone="info">{t('cultivation.states.draft')}</StatusTag>}</> },
          { title: t('cultivation.edition'), align: 'right', responsive: ['sm'], render: (_, d) => <span className="lh-number">{d.in_force || d.newest}</span> },
          { title: t('cultivation.origin'), responsive: ['md'], render: (_, d) => t(d.own ? 'cultivation.own' : 'cultivation.released') },
        ]}
      />
    </div>
  )
}
