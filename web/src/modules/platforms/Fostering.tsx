import { PlusOutlined } from '@ant-design/icons'
import { Button, Card, Drawer, Form, InputNumber } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, Failure, Loading, PageHeader, PageTabs, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { CallForm } from './FosterCallForm'
import { applicationTone, awardTone, callTone, fosterKey, useYears, type AppliedRow, type Award, type CallRow } from './fostering'
import { usePlatformTexts } from './texts'
import './fostering.css'

/** Fostering of specialised platforms: progress by year, calls, applications and awards. */
export default function Fostering() {
  const t = usePlatformTexts()
  const [params, setParams] = useSearchParams()
  const tabs = [
    { key: 'calls', label: t('foster.calls'), children: <Calls /> },
    { key: 'applications', label: t('foster.applications'), children: <Applications prefix="a" /> },
    { key: 'awards', label: t('foster.awards'), children: <Awards /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('foster.title')} note={t('foster.note')} />
      <Progress />
      <Card size="small"><PageTabs label={t('foster.title')} active={params.get('tab') ?? 'calls'} change={(tab) => setParams(tab === 'calls' ? {} : { tab }, { replace: true })} items={tabs} /></Card>
    </div>
  )
}

/** Awards in force by year, beside the goals. */
function Progress() {
  const t = usePlatformTexts()
  const f = useFormat()
  const may = useMay()
  const years = useYears()
  const [editing, edit] = useState(false)
  if (years.error) return <Failure problem={years.error} retry={() => void years.refetch()} />
  if (!years.data) return <Loading />
  const { items, total, goal } = years.data
  const most = Math.max(1, ...items.map((y) => Math.max(y.goal, y.in_force + y.noticed)))
  const goals = may('platforms.foster.manage') && <Button size="small" onClick={() => edit(true)}>{t('foster.setGoals')}</Button>
  return (
    <Card size="small" title={t('foster.progress')} extra={goals}>
      {items.length === 0 ? <EmptyState title={t('foster.noYears')} note={t(goals ? 'foster.noYearsHow' : 'foster.noYearsNote')} /> : (
        <>
          <p className="lh-foster-total"><strong className="lh-number">{f.number(total)}</strong> <span>{goal > 0 ? t('foster.ofGoal', { goal: f.number(goal) }) : t('foster.counted')}</span></p>
          <ul className="lh-foster-years">
            {items.map((y) => (
              <li key={y.year}>
                <span className="lh-number">{y.year}</span>
                <span className="lh-foster-bar" aria-hidden="true">
                  <i className="lh-foster-force" style={{ width: `${(100 * y.in_force) / most}%` }} /><i className="lh-foster-notice" style={{ width: `${(100 * y.noticed) / most}%` }} />
                  {y.goal > 0 && <b style={{ left: `${(100 * y.goal) / most}%` }} />}
                </span>
                <span>{y.goal > 0 ? t('foster.yearGoal', { count: y.in_force, goal: y.goal }) : t('foster.year', { count: y.in_force })}{y.noticed > 0 && t('foster.yearNotice', { count: y.noticed })}{y.withdrawn > 0 && t('foster.yearGone', { count: y.withdrawn })} {y.synthetic && <SyntheticMark />}</span>
              </li>
            ))}
          </ul>
          <p className="lh-note">{t('foster.progressNote')}</p>
        </>
      )}
      <Goals open={editing} close={() => edit(false)} goals={items.filter((y) => y.goal > 0).map((y) => ({ year: y.year, goal: y.goal }))} />
    </Card>
  )
}

interface GoalValues { goals: { year: number; goal: number }[] }

function Goals({ open, close, goals }: { open: boolean; close: () => void; goals: GoalValues['goals'] }) {
  const t = usePlatformTexts()
  const save = useChange({ run: (v: GoalValues) => read(api.PUT('/api/platforms/foster/goals', { body: { goals: v.goals ?? [] } })), refresh: [fosterKey], done: t('page.saved'), after: close, quiet: true })
  const next = (list: GoalValues['goals'] | undefined) => ({ year: Math.max(new Date().getFullYear() - 1, ...(list ?? []).map((g) => g.year)) + 1, goal: 10 })
  return (
    <Drawer open={open} onClose={close} size={480} title={t('foster.setGoals')} destroyOnHidden>
      <EntityForm<GoalValues> name="goals" initial={{ goals }} submit={(v) => save.mutateAsync(v)} cancel={close}>
        <p className="lh-note">{t('foster.goalsNote')}</p>
        <Form.List name="goals">
          {(fields, { add, remove }) => (
            <>
              {fields.map((x) => (
                <div key={x.key} className="lh-foster-goal">
                  <Form.Item name={[x.name, 'year']} label={t('foster.yearLabel')}><InputNumber min={2000} max={2100} style={{ width: '100%' }} /></Form.Item>
                  <Form.Item name={[x.name, 'goal']} label={t('foster.goal')}><InputNumber min={0} max={1000} style={{ width: '100%' }} /></Form.Item>
                  <Button onClick={() => remove(x.name)}>{t('page.remove')}</Button>
                </div>
              ))}
              <Form.Item shouldUpdate noStyle>{({ getFieldValue }) => <Button icon={<PlusOutlined />} className="lh-form-problem" onClick={() => add(next(getFieldValue('goals') as GoalValues['goals'] | undefined))}>{t('foster.addYear')}</Button>}</Form.Item>
            </>
          )}
        </Form.List>
      </EntityForm>
    </Drawer>
  )
}

function Calls() {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const [drafting, draft] = useState(false)
  const manages = may('platforms.foster.manage')
  const columns: Column<CallRow>[] = [
    { key: 'title', title: t('foster.call'), sort: 'title', render: (c) => <Link to={`/platforms/fostering/calls/${c.id}`}>{text(c.title)}</Link> },
    { key: 'year', title: t('foster.yearLabel'), sort: 'year', from: 'md', render: (c) => <span className="lh-number">{c.year}</span> },
    { key: 'state', title: t('ranking.state'), sort: 'state', render: (c) => <StatusTag tone={callTone[c.state]}>{t(`foster.callStates.${c.state}`)}</StatusTag> },
    { key: 'closes', title: t('foster.closes'), sort: 'closes_at', from: 'sm', render: (c) => <span className="lh-number">{f.time(c.closes_at)}</span> },
    { key: 'applications', title: t('foster.applied'), sort: 'applications', align: 'right', from: 'md', render: (c) => <span className="lh-number">{f.number(c.applications)}</span> },
    { key: 'awarded', title: t('foster.awarded'), sort: 'awarded', align: 'right', from: 'md', render: (c) => <span className="lh-number">{t('foster.awardedOf', { count: c.awarded, limit: c.limit })}</span> },
  ]
  const add = <Button type="primary" icon={<PlusOutlined />} onClick={() => draft(true)}>{t('foster.newCall')}</Button>
  return (
    <>
      {manages && <div className="lh-bar lh-list-bar">{add}</div>}
      <DataTable<CallRow>
        url="/api/platforms/foster/calls" queryKey={fosterKey} label={t('foster.calls')} rowKey={(c) => c.id} columns={columns} exports search={t('foster.searchCalls')}
        filters={[{ name: 'state', label: t('ranking.state'), options: (['draft', 'open', 'closed'] as const).map((s) => ({ value: s, label: t(`foster.callStates.${s}`) })) }]}
        empty={<EmptyState title={t('foster.noCalls')} note={t(manages ? 'foster.noCallsHow' : 'foster.noCallsNote')} />}
      />
      <CallForm open={drafting} close={() => draft(false)} />
    </>
  )
}

const states = ['draft', 'submitted', 'returned', 'in_review', 'awarded', 'not_awarded', 'withdrawn'] as const

/** The applications that one may see: of all calls, or of one. */
export function Applications({ call, prefix = '' }: { call?: string; prefix?: string }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const columns: Column<AppliedRow>[] = [
    { key: 'platform', title: t('page.title'), sort: 'platform', render: (a) => <><Link to={`/platforms/fostering/applications/${a.id}`}>{text(a.platform)}</Link> {a.synthetic && <SyntheticMark />}</> },
    ...(call ? [] : [{ key: 'call', title: t('foster.call'), sort: 'call', from: 'md' as const, render: (a: AppliedRow) => text(a.call) }]),
    { key: 'operator', title: t('field.operator'), sort: 'operator', from: 'lg', render: (a) => text(a.operator) },
    { key: 'state', title: t('ranking.state'), sort: 'state', render: (a) => <StatusTag tone={applicationTone[a.state]}>{t(`foster.states.${a.state}`)}</StatusTag> },
    { key: 'submitted', title: t('foster.submittedAt'), sort: 'submitted_at', from: 'md', render: (a) => <span className="lh-number">{f.time(a.submitted_at)}</span> },
    { key: 'decided', title: t('foster.decidedAt'), sort: 'decided_at', from: 'xl', render: (a) => <span className="lh-number">{f.time(a.decided_at)}</span> },
  ]
  return (
    <DataTable<AppliedRow>
      url="/api/platforms/foster/applications" queryKey={fosterKey} label={t('foster.applications')} rowKey={(a) => a.id} columns={columns} exports search={t('foster.searchApplications')} prefix={prefix}
      {...(call ? { fixed: { call } } : {})}
      filters={[
        { name: 'state', label: t('ranking.state'), options: states.map((s) => ({ value: s, label: t(`foster.states.${s}`) })) },
        ...(may('platforms.foster.review') ? [{ name: 'mine', label: t('foster.mine'), options: [{ value: 'waiting', label: t('foster.mineWaiting') }, { value: 'all', label: t('foster.mineAll') }] }] : []),
      ]}
      empty={<EmptyState title={t('foster.noApplications')} note={t(may('platforms.foster.apply') ? 'foster.noApplicationsHow' : 'foster.noApplicationsNote')} />}
    />
  )
}

function Awards() {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<Award>[] = [
    { key: 'platform', title: t('page.title'), sort: 'platform', render: (w) => <><Link to={`/platforms/fostering/awards/${w.id}`}>{text(w.platform)}</Link> {w.synthetic && <SyntheticMark />}</> },
    { key: 'state', title: t('ranking.state'), render: (w) => <StatusTag tone={awardTone[w.state]}>{t(`foster.awardStates.${w.state}`)}</StatusTag> },
    { key: 'year', title: t('foster.awardYear'), sort: 'year', from: 'sm', render: (w) => <span className="lh-number">{w.year}</span> },
    { key: 'certificate', title: t('foster.certificate'), sort: 'certificate', from: 'md', render: (w) => <span className="lh-code">{w.certificate}</span> },
    { key: 'operator', title: t('field.operator'), sort: 'operator', from: 'lg', render: (w) => text(w.operator) },
    { key: 'valid', title: t('foster.validUntil'), sort: 'valid_until', from: 'lg', render: (w) => <span className="lh-number">{w.valid_until}</span> },
    { key: 'notice', title: t('foster.noticeUntil'), sort: 'notice_until', from: 'xl', render: (w) => <span className="lh-number">{f.time(w.notice_until)}</span> },
  ]
  return (
    <DataTable<Award>
      url="/api/platforms/foster/awards" queryKey={fosterKey} label={t('foster.awards')} rowKey={(w) => w.id} columns={columns} exports search={t('foster.searchAwards')} prefix="w"
      filters={[{ name: 'state', label: t('ranking.state'), options: (['notice', 'contested', 'in_force', 'expired', 'refused', 'withdrawn'] as const).map((s) => ({ value: s, label: t(`foster.awardStates.${s}`) })) }]}
      empty={<EmptyState title={t('foster.noAwards')} note={t('foster.noAwardsNote')} />}
    />
  )
}
