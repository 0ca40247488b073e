import { Alert, Button, Card } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText } from '../../kernel'
import { CallForm } from './PilotCallForm'
import { Notice } from './PilotNotice'
import { PanelCard } from './PilotPanel'
import { Pool } from './PilotPool'
import { Applications } from './Pilots'
import { Seals } from './PilotSeals'
import { callTone, pilotKey, useCall, type Call, type Criterion } from './pilots'
import { useScenarioTexts } from './texts'
import './pilot.css'

/** One call: what is asked, who applied, how it is judged, and what came of it. */
export default function PilotCall() {
  const { id = '' } = useParams()
  const t = useScenarioTexts()
  const call = useCall(id)
  if (call.error) return <><PageHeader title={t('pilot.call')} /><Failure problem={call.error} retry={() => void call.refetch()} /></>
  return call.data ? <Page call={call.data} /> : <Loading />
}

function Page({ call }: { call: Call }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const items = [
    { key: 'time', label: t('pilot.period'), children: <span className="lh-number">{f.time(call.opens_at)} – {f.time(call.closes_at)}</span> },
    { key: 'now', label: t('pilot.now'), children: <span className="lh-number">{f.time(call.now)}</span> },
    { key: 'rules', label: t('pilot.rules'), children: t('pilot.rulesOf', { reviewers: call.reviewers, pass: f.number(call.pass_mark), quota: call.quota, days: call.notice_days }) },
    { key: 'blind', label: t(call.blind ? 'pilot.blind' : 'pilot.open'), children: call.blind ? t('pilot.blindNote') : none },
    { key: 'fields', label: t('pilot.fields'), children: f.list(call.fields) },
    { key: 'text', label: t('pilot.text'), children: <span className="lh-pilot-text">{call.text || none}</span> },
  ]
  const judged = call.state === 'reviewing' || call.state === 'notice' || call.state === 'published'
  return (
    <div className="lh-stack">
      <PageHeader title={text(call.title)} note={<span className="lh-number">{call.year}</span>} marks={<><StatusTag tone={callTone[call.state]}>{t(`pilot.callStates.${call.state}`)}</StatusTag>{call.synthetic && <SyntheticMark />}</>} actions={<Actions call={call} />} />
      {call.inside && <Alert type="info" showIcon title={t('problems.pilot.inside')} />}
      <Card size="small"><Particulars items={items} /></Card>
      {(call.state === 'notice' || call.state === 'published') && <Notice call={call} />}
      <Card size="small" title={t('pilot.criteria')}><Criteria criteria={call.criteria} /></Card>
      {judged && may('scenario.pilot.results') && !call.inside && <PanelCard call={call} />}
      {call.acts.includes('reviewers') && <Pool call={call} />}
      {call.state !== 'draft' && <Card size="small" title={t('pilot.applications')}><Applications call={call.id} /></Card>}
      {call.state !== 'draft' && <Seals call={call} />}
    </div>
  )
}

function Criteria({ criteria }: { criteria: Criterion[] }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const weights = criteria.reduce((sum, c) => sum + c.weight, 0)
  return (
    <PlainTable<Criterion>
      label={t('pilot.criteria')} rowKey="code" dataSource={criteria}
      columns={[
        { key: 'title', title: t('pilot.criterion'), render: (_, c) => text(c.title) },
        { key: 'weight', title: t('pilot.weight'), align: 'right', render: (_, c) => <span className="lh-number">{f.number((100 * c.weight) / weights, 1)}%</span> },
        { key: 'max', title: t('pilot.max'), align: 'right', render: (_, c) => <span className="lh-number">{f.number(c.max)}</span> },
        { key: 'min', title: t('pilot.min'), align: 'right', render: (_, c) => <span className="lh-number">{c.min > 0 ? f.number(c.min) : none}</span> },
      ]}
    />
  )
}

function Actions({ call }: { call: Call }) {
  const t = useScenarioTexts()
  const go = useNavigate()
  const [editing, edit] = useState(false)
  const params = { path: { id: call.id }, header: ifMatch(call.version) }
  const open = useChange({ run: () => read(api.POST('/api/scenario/pilot/calls/{id}/opening', { params })), refresh: [pilotKey], done: t('pilot.opened'), quiet: true })
  const remove = useChange({ run: () => read(api.DELETE('/api/scenario/pilot/calls/{id}', { params: { path: { id: call.id } } })), refresh: [pilotKey], done: t('pilot.removed'), after: () => void go('/scenario/pilots'), quiet: true })
  const publish = useChange({ run: () => read(api.POST('/api/scenario/pilot/calls/{id}/publication', { params })), refresh: [pilotKey], done: t('pilot.published'), quiet: true })
  const apply = useChange({ run: () => read(api.POST('/api/scenario/pilot/applications', { body: { call_id: call.id } })), refresh: [pilotKey], after: (a) => void go(`/scenario/pilots/applications/${a.id}`) })
  const can = (act: string) => call.acts.includes(act)
  return (
    <>
      {can('apply') && <Button type="primary" onClick={() => apply.mutate()} loading={apply.isPending}>{t('pilot.apply')}</Button>}
      {call.own !== '' && <Button onClick={() => void go(`/scenario/pilots/applications/${call.own}`)}>{t('pilot.applying')}</Button>}
      {can('edit') && <Button onClick={() => edit(true)}>{t(call.state === 'draft' ? 'pilot.editCall' : 'pilot.putOff')}</Button>}
      {can('open') && <Confirm title={t('pilot.publishTitle')} note={t('pilot.publishNote')} label={t('pilot.publish')} run={() => open.mutateAsync()} button={{ type: 'primary' }} danger={false} />}
      {can('remove') && <Confirm title={t('pilot.removeTitle')} label={t('pilot.remove')} run={() => remove.mutateAsync()} />}
      {can('publish') && <Confirm title={t('pilot.publishListTitle')} note={t('pilot.publishListNote')} label={t('pilot.publishList')} run={() => publish.mutateAsync()} button={{ type: 'primary' }} danger={false} />}
      <CallForm call={call} open={editing} close={() => edit(false)} key={call.version} />
    </>
  )
}
