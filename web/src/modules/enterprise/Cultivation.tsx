import { useQuery } from '@tanstack/react-query'
import { Alert, App, Card, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, Failure, LinkButton, Loading, PageHeader, PageTabs, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Column, type Schema } from '../../kernel'
import { checkedTone, usePlaces } from './diagnosis'
import { outcomeTone } from './policies'
import { Lacks } from './PolicyParts'
import { useEnterpriseTexts } from './texts'
import './policy.css'

type Ladder = Schema<'CultivationLadder'>
type Assessed = Schema<'CultivationAssessed'>

const cultivationKey = ['enterprise', 'cultivation']

function useLadders() {
  return useQuery({ queryKey: [...cultivationKey, 'ladders'], queryFn: () => read(api.GET('/api/enterprise/cultivation/ladders')), staleTime: Infinity })
}

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
    ...(city ? [{ key: 'overview', label: t('cultivation.tabs.overview'), children: <Overview ladders={list} /> }] : []),
    ...(may('enterprise.policy.fill') && !city ? [{ key: 'standing', label: t('cultivation.tabs.standing'), children: <Standing ladders={list} /> }] : []),
    { key: 'results', label: t('cultivation.tabs.results'), children: <Results ladders={list} /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('cultivation.title')} note={t('cultivation.note')} actions={city ? <RunYear ladders={list} /> : null} />
      <PageTabs label={t('cultivation.title')} active={params.get('tab') ?? tabs[0]!.key} change={(tab) => setParams({ tab }, { replace: true })} items={tabs} />
    </div>
  )
}

function Rests({ ladder: l }: { ladder: Ladder }) {
  const t = useEnterpriseTexts()
  const text = useText()
  return <p className="lh-note"><StatusTag tone={checkedTone[l.checked]}>{t(`cultivation.checked.${l.checked}`)}</StatusTag> {text(l.source)}</p>
}

function Standing({ ladders }: { ladders: Ladder[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const standing = useQuery({ queryKey: [...cultivationKey, 'standing'], queryFn: () => read(api.GET('/api/enterprise/cultivation/standing')) })
  if (standing.error) return <Failure problem={standing.error} retry={() => void standing.refetch()} />
  if (!standing.data) return <Loading />
  if (!standing.data.entry_id) return <Alert type="info" showIcon title={t('policy.noEnterprise')} description={t('cultivation.noEnterpriseNote')} action={<LinkButton size="small" to="/enterprise/mine">{t('policy.toMine')}</LinkButton>} />
  return (
    <div className="lh-stack">
      <div className="lh-bar"><span>{text(standing.data.name)}</span><LinkButton size="small" to={`/enterprise/entries/${standing.data.entry_id}?edit`}>{t('policy.fill')}</LinkButton></div>
      {standing.data.items.map((s) => {
        const l = ladders.find((x) => x.id === s.ladder)
        if (!l) return null
        return (
          <Card key={s.ladder} size="small" title={text(l.title)}>
            <Rests ladder={l} />
            <ol className="lh-policy-list">
              {s.steps.map((x) => (
                <li key={x.rung} className="lh-policy-fit">
                  <header><StatusTag tone={outcomeTone[x.outcome]}>{t(`cultivation.outcomes.${x.outcome}`)}</StatusTag><strong>{text(x.title)}</strong>{x.holds && <StatusTag tone="good">{t('cultivation.holds')}</StatusTag>}</header>
                  {x.lacks.length > 0 && <p>{t('cultivation.toRung')}</p>}
                  <Lacks lacks={x.lacks} />
                </li>
              ))}
            </ol>
          </Card>
        )
      })}
    </div>
  )
}

function Results({ ladders }: { ladders: Ladder[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const places = usePlaces()
  const rungs = ladders.flatMap((l) => l.rungs)
  const rung = (code: string) => text(rungs.find((r) => r.code === code)?.title) || code
  const columns: Column<Assessed>[] = [
    { key: 'name', title: t('cultivation.enterprise'), sort: 'name', render: (a) => <><Link to={`/enterprise/entries/${a.entry_id}`} className="lh-wrap">{text(a.name)}</Link>{a.synthetic && <SyntheticMark />}</> },
    { key: 'year', title: t('cultivation.year'), sort: 'year', from: 'sm', render: (a) => <span className="lh-number">{a.year}</span> },
    { key: 'rung', title: t('cultivation.rung'), render: (a) => rung(a.rung) },
    { key: 'outcome', title: t('cultivation.outcome'), sort: 'outcome', render: (a) => <StatusTag tone={outcomeTone[a.outcome]}>{t(`cultivation.outcomes.${a.outcome}`)}</StatusTag> },
    { key: 'held', title: t('cultivation.held'), from: 'lg', render: (a) => (a.held ? t('cultivation.yes') : '') },
    { key: 'lacking', title: t('cultivation.lacking'), sort: 'lacking', align: 'right', from: 'md', render: (a) => <span className="lh-number">{a.lacking}</span> },
    { key: 'district', title: t('cultivation.district'), sort: 'district', from: 'xl', render: (a) => places.title('districts', a.district) },
  ]
  return (
    <DataTable<Assessed>
      url="/api/enterprise/cultivation/results" queryKey={[...cultivationKey, 'results']} label={t('cultivation.tabs.results')} rowKey={(a) => a.id} columns={columns} search={t('cultivation.search')} exports
      expand={(a) => <Lacks lacks={a.lacks} />} canExpand={(a) => a.lacks.length > 0}
      filters={[
        { name: 'ladder', label: t('cultivation.ladder'), options: ladders.map((l) => ({ value: l.id, label: text(l.title) })) },
        { name: 'rung', label: t('cultivation.rung'), options: rungs.map((r) => ({ value: r.code, label: text(r.title) })) },
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
        label={t('cultivation.tabs.overview')} rowKey={(x) => `${x.year} ${x.rung} ${x.district}`} dataSource={tallies.data?.items ?? []} loading={tallies.isPending}
        locale={{ emptyText: tallies.isPending ? ' ' : <EmptyState title={t('cultivation.none')} note={t('cultivation.noneNote')} /> }}
        columns={[
          { title: t('cultivation.year'), dataIndex: 'year' }, { title: t('cultivation.rung'), render: (_, x) => text(ladder.rungs.find((r) => r.code === x.rung)?.title) || x.rung },
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
