import { PlusOutlined } from '@ant-design/icons'
import { Button, Card } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { DataTable, EmptyState, PageHeader, PageTabs, StatusTag, SyntheticMark, useFormat, useMay, useText, type Column } from '../../kernel'
import { CallForm } from './PilotCallForm'
import { applicationTone, callTone, pilotKey, type AppliedRow, type CallRow, type Listing } from './pilots'
import { useScenarioTexts } from './texts'
import './pilot.css'

/** Pilots: calls, applications and the published list. */
export default function Pilots() {
  const t = useScenarioTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const [drafting, draft] = useState(false)
  const tabs = [
    { key: 'calls', label: t('pilot.calls'), children: <Calls /> },
    { key: 'applications', label: t('pilot.applications'), children: <Applications prefix="a" /> },
    { key: 'pilots', label: t('pilot.pilots'), children: <Listings /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('pilot.title')} note={t('pilot.note')} actions={may('scenario.pilot.manage') && <Button type="primary" icon={<PlusOutlined />} onClick={() => draft(true)}>{t('pilot.newCall')}</Button>} />
      <Card size="small"><PageTabs label={t('pilot.title')} active={params.get('tab') ?? 'calls'} change={(tab) => setParams(tab === 'calls' ? {} : { tab }, { replace: true })} items={tabs} /></Card>
      {/* Outside the tabs, which are made anew when the width changes: what is typed stays. */}
      <CallForm open={drafting} close={() => draft(false)} />
    </div>
  )
}

const callStates = ['draft', 'open', 'checking', 'reviewing', 'notice', 'published'] as const

function Calls() {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<CallRow>[] = [
    { key: 'title', title: t('pilot.call'), sort: 'title', render: (c) => <><Link to={`/scenario/pilots/calls/${c.id}`}>{text(c.title)}</Link> {c.synthetic && <SyntheticMark />}</> },
    { key: 'year', title: t('pilot.year'), sort: 'year', from: 'md', render: (c) => <span className="lh-number">{c.year}</span> },
    { key: 'state', title: t('pilot.state'), sort: 'state', render: (c) => <StatusTag tone={callTone[c.state]}>{t(`pilot.callStates.${c.state}`)}</StatusTag> },
    { key: 'closes', title: t('pilot.closes'), sort: 'closes_at', from: 'sm', render: (c) => <span className="lh-number">{f.time(c.closes_at)}</span> },
    { key: 'applications', title: t('pilot.applied'), sort: 'applications', align: 'right', from: 'md', render: (c) => <span className="lh-number">{f.number(c.applications)}</span> },
    { key: 'selected', title: t('pilot.selected'), sort: 'selected', align: 'right', from: 'md', render: (c) => <span className="lh-number">{t('pilot.selectedOf', { count: c.selected, quota: c.quota })}</span> },
  ]
  return (
    <DataTable<CallRow>
      url="/api/scenario/pilot/calls" queryKey={pilotKey} label={t('pilot.calls')} rowKey={(c) => c.id} columns={columns} exports search={t('pilot.search')}
      filters={[{ name: 'state', label: t('pilot.state'), options: callStates.map((s) => ({ value: s, label: t(`pilot.callStates.${s}`) })) }]}
      empty={<EmptyState title={t('pilot.noCalls')} note={t('pilot.noCallsNote')} />}
    />
  )
}

const states = ['draft', 'submitted', 'returned', 'eligible', 'ineligible', 'selected', 'not_selected', 'withdrawn'] as const

/** The applications that one may see: of all calls, or of one. */
export function Applications({ call, prefix = '' }: { call?: string; prefix?: string }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<AppliedRow>[] = [
    { key: 'project', title: t('pilot.project'), sort: 'project', render: (a) => <><Link to={`/scenario/pilots/applications/${a.id}`}>{a.project || t('pilot.states.draft')}</Link> {a.synthetic && <SyntheticMark />}</> },
    { key: 'organisation', title: t('pilot.organisation'), sort: 'organisation', from: 'sm', render: (a) => text(a.organisation) },
    ...(call ? [] : [{ key: 'call', title: t('pilot.call'), sort: 'call', from: 'lg' as const, render: (a: AppliedRow) => text(a.call) }]),
    { key: 'state', title: t('pilot.state'), sort: 'state', render: (a) => <StatusTag tone={applicationTone[a.state]}>{t(`pilot.states.${a.state}`)}</StatusTag> },
    { key: 'submitted', title: t('pilot.submittedAt'), sort: 'submitted_at', from: 'md', render: (a) => <span className="lh-number">{f.time(a.submitted_at)}</span> },
  ]
  return (
    <DataTable<AppliedRow>
      url="/api/scenario/pilot/applications" queryKey={pilotKey} label={t('pilot.applications')} rowKey={(a) => a.id} columns={columns} exports search={t('pilot.search')} prefix={prefix} {...(call ? { fixed: { call } } : {})}
      filters={[{ name: 'state', label: t('pilot.state'), options: states.map((s) => ({ value: s, label: t(`pilot.states.${s}`) })) }]}
      empty={<EmptyState title={t('pilot.noApplications')} note={t('pilot.noApplicationsNote')} />}
    />
  )
}

function Listings() {
  const t = useScenarioTexts()
  const text = useText()
  const columns: Column<Listing>[] = [
    { key: 'number', title: t('pilot.number'), sort: 'number', render: (l) => <Link className="lh-code" to={`/scenario/pilots/${l.id}`}>{l.number}</Link> },
    { key: 'project', title: t('pilot.project'), sort: 'project', render: (l) => <>{l.project} {l.synthetic && <SyntheticMark />}</> },
    { key: 'organisation', title: t('pilot.organisation'), sort: 'organisation', from: 'sm', render: (l) => text(l.organisation) },
    { key: 'published', title: t('pilot.publishedOn'), sort: 'published_on', from: 'md', render: (l) => <span className="lh-number">{l.published_on}</span> },
    { key: 'state', title: t('pilot.state'), render: (l) => <StatusTag tone={l.removed_on ? 'bad' : 'good'}>{t(`pilot.listStates.${l.removed_on ? 'removed' : 'listed'}`)}</StatusTag> },
  ]
  const years = Array.from({ length: 6 }, (_, i) => String(new Date().getFullYear() - i))
  return (
    <>
      <p className="lh-note">{t('pilot.definition')}</p>
      <DataTable<Listing>
        url="/api/scenario/pilot/pilots" queryKey={pilotKey} label={t('pilot.pilots')} rowKey={(l) => l.id} columns={columns} exports search={t('pilot.search')} prefix="p"
        filters={[
          { name: 'year', label: t('pilot.year'), options: years.map((y) => ({ value: y, label: y })) },
          { name: 'state', label: t('pilot.state'), options: (['listed', 'removed'] as const).map((s) => ({ value: s, label: t(`pilot.listStates.${s}`) })) },
        ]}
        empty={<EmptyState title={t('pilot.noPilots')} note={t('pilot.noPilotsNote')} />}
      />
    </>
  )
}
