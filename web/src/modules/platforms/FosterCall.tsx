import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Drawer, Form, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, EntityForm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { useVocabulary } from './data'
import { CallForm } from './FosterCallForm'
import { Applications } from './Fostering'
import { applicationTone, callTone, fosterKey, useCall, type Call, type Criterion, type Contender } from './fostering'
import { usePlatformTexts } from './texts'
import './fostering.css'

/** One call: what is asked, who applied, and how they rank. */
export default function FosterCall() {
  const { id = '' } = useParams()
  const t = usePlatformTexts()
  const call = useCall(id)
  if (call.error) return <><PageHeader title={t('foster.call')} /><Failure problem={call.error} retry={() => void call.refetch()} /></>
  return call.data ? <Page call={call.data} /> : <Loading />
}

function Page({ call }: { call: Call }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const vocabulary = useVocabulary()
  const items = [
    { key: 'time', label: t('foster.period'), children: <span className="lh-number">{f.time(call.opens_at)} – {f.time(call.closes_at)}</span> },
    { key: 'classes', label: t('foster.classes'), children: f.list(call.classes.map((c) => vocabulary.title('classes', c))) },
    { key: 'rules', label: t('foster.rules'), children: t('foster.rulesOf', { reviewers: call.reviewers, pass: f.number(call.pass_mark), limit: call.limit }) },
    { key: 'text', label: t('foster.text'), children: <span className="lh-foster-text">{call.text || none}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={text(call.title)} note={t('foster.callNote', { year: call.year })} marks={<StatusTag tone={callTone[call.state]}>{t(call.state === 'open' && !call.accepts ? (call.over ? 'foster.overdue' : 'foster.soon') : `foster.callStates.${call.state}`)}</StatusTag>} actions={<Actions call={call} />} />
      {call.state === 'draft' && <Alert type="info" showIcon title={t('foster.draftNote')} />}
      <Card size="small"><Particulars items={items} /></Card>
      <Card size="small" title={t('foster.criteria')}><Criteria criteria={call.criteria} /></Card>
      {call.state !== 'draft' && (
        <Card size="small" title={t('foster.applications')}>
          {may('platforms.foster.results') ? <Ranking call={call} /> : <Applications call={call.id} />}
        </Card>
      )}
    </div>
  )
}

function Criteria({ criteria }: { criteria: Criterion[] }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const weights = criteria.reduce((sum, c) => sum + c.weight, 0)
  return (
    <PlainTable<Criterion>
      label={t('foster.criteria')} rowKey="code" dataSource={criteria}
      columns={[
        { key: 'title', title: t('foster.criterion'), render: (_, c) => <span className="lh-two"><strong>{text(c.title)}</strong><span className="lh-wrap">{text(c.evidence)}</span></span> },
        { key: 'weight', title: t('ranking.weight'), align: 'right', render: (_, c) => <span className="lh-number">{f.number((100 * c.weight) / weights, 1)}%</span> },
        { key: 'max', title: t('foster.max'), align: 'right', responsive: ['sm'], render: (_, c) => <span className="lh-number">{f.number(c.max)}</span> },
        { key: 'min', title: t('foster.min'), align: 'right', render: (_, c) => <span className="lh-number">{c.min > 0 ? f.number(c.min) : none}</span> },
      ]}
    />
  )
}

/** The applications of a call by what their reviews came to. */
function Ranking({ call }: { call: Call }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const shown = (p: Contender, value: string) => (p.hidden ? <span title={t('foster.hiddenNote')}>{t('foster.hidden')}</span> : p.ready ? <span className="lh-number">{value}</span> : none)
  const columns: Column<Contender>[] = [
    { key: 'place', title: t('ranking.rank'), width: 64, render: (p) => <strong className="lh-number">{p.place || none}</strong> },
    { key: 'platform', title: t('page.title'), render: (p) => <><Link to={`/platforms/fostering/applications/${p.application_id}`}>{text(p.platform)}</Link> {p.synthetic && <SyntheticMark />}</> },
    { key: 'operator', title: t('field.operator'), from: 'lg', render: (p) => text(p.operator) },
    { key: 'state', title: t('ranking.state'), render: (p) => <StatusTag tone={applicationTone[p.state]}>{t(`foster.states.${p.state}`)}</StatusTag> },
    { key: 'reviews', title: t('foster.reviews'), align: 'right', from: 'md', render: (p) => <span className="lh-number">{t('foster.reviewsOf', { count: p.reviews, wanted: call.reviewers })}</span> },
    { key: 'total', title: t('foster.total'), align: 'right', render: (p) => shown(p, f.number(p.total, 2)) },
    { key: 'spread', title: t('foster.spread'), align: 'right', from: 'md', render: (p) => shown(p, f.number(p.spread, 2)) },
    { key: 'passed', title: t('foster.passed'), from: 'sm', render: (p) => (p.ready && !p.hidden ? <StatusTag tone={p.passed ? 'good' : 'bad'}>{t(p.veto ? 'foster.veto' : p.passed ? 'foster.yes' : 'foster.no')}</StatusTag> : none) },
  ]
  return (
    <DataTable<Contender>
      url={`/api/platforms/foster/calls/${call.id}/ranking`} queryKey={fosterKey} label={t('foster.ranking')} rowKey={(p) => p.application_id} columns={columns} exports
      empty={<EmptyState title={t('foster.nobodyApplied')} note={t('foster.nobodyAppliedNote')} />}
    />
  )
}

function Actions({ call }: { call: Call }) {
  const t = usePlatformTexts()
  const go = useNavigate()
  const [open, show] = useState<'edit' | 'apply' | null>(null)
  const move = useChange({ run: (to: 'open' | 'closed') => read(api.POST('/api/platforms/foster/calls/{id}/state', { params: { path: { id: call.id }, header: ifMatch(call.version) }, body: { to } })), refresh: [fosterKey], done: t('page.moved'), quiet: true })
  const remove = useChange({ run: () => read(api.DELETE('/api/platforms/foster/calls/{id}', { params: { path: { id: call.id } } })), refresh: [fosterKey], done: t('ranking.removed'), after: () => void go('/platforms/fostering'), quiet: true })
  const can = (act: string) => call.acts.includes(act)
  return (
    <>
      {can('apply') && <Button type="primary" onClick={() => show('apply')}>{t('foster.apply')}</Button>}
      {can('edit') && <Button onClick={() => show('edit')}>{t(call.state === 'draft' ? 'availability.change' : 'foster.putOff')}</Button>}
      {can('open') && <Confirm title={t('foster.openTitle')} note={t('foster.openNote')} label={t('foster.open')} run={() => move.mutateAsync('open')} button={{ type: 'primary' }} danger={false} />}
      {can('close') && <Confirm title={t('foster.closeTitle')} note={t('foster.closeNote')} label={t('foster.close')} run={() => move.mutateAsync('closed')} />}
      {can('remove') && <Confirm title={t('foster.removeTitle')} label={t('page.remove')} run={() => remove.mutateAsync()} />}
      <CallForm call={call} open={open === 'edit'} close={() => show(null)} key={call.version} />
      <Apply call={call} open={open === 'apply'} close={() => show(null)} />
    </>
  )
}

/** Chooses a platform to apply for. */
function Apply({ call, open, close }: { call: Call; open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const go = useNavigate()
  const platforms = useQuery({ queryKey: [...fosterKey, 'own'], enabled: open, queryFn: () => read(api.GET('/api/platforms', { params: { query: { limit: 500 } } })) })
  const begin = useChange({
    run: (v: { platform_id: string }) => read(api.POST('/api/platforms/foster/applications', { body: { call_id: call.id, platform_id: v.platform_id } })),
    refresh: [fosterKey], after: (a) => void go(`/platforms/fostering/applications/${a.id}`), quiet: true,
  })
  const able = (platforms.data?.items ?? []).filter((p) => !p.shared && call.classes.includes(p.class) && (p.status === 'trial' || p.status === 'in_service'))
  return (
    <Drawer open={open} onClose={close} size={480} title={t('foster.apply')} destroyOnHidden>
      {platforms.error ? <Failure problem={platforms.error} /> : !platforms.data ? <Loading /> : able.length === 0 ? <EmptyState title={t('foster.noPlatforms')} note={t('foster.noPlatformsNote')} /> : (
        <EntityForm<{ platform_id: string }> name="apply" initial={{ platform_id: able[0]!.id }} submit={(v) => begin.mutateAsync(v)} submitLabel={t('foster.begin')} cancel={close}>
          <Form.Item name="platform_id" label={t('page.title')} rules={[{ required: true, message: t('form.missing', { label: t('page.title') }) }]}><Select options={able.map((p) => ({ value: p.id, label: text(p.name) }))} /></Form.Item>
          <Alert type="info" showIcon title={t('foster.beginNote')} className="lh-form-problem" />
        </EntityForm>
      )}
    </Drawer>
  )
}
