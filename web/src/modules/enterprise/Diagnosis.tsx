import { Alert, Button, Card, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api, DataTable, EmptyState, Failure, LinkButton, Loading, none, PageHeader, PageTabs, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { diagnosisKey, useOwnEnterprises, usePlaces, useSheetsOf, useTemplates, type SheetRow } from './diagnosis'
import { Overview } from './DiagnosisOverview'
import { LevelTag, Marks } from './DiagnosisParts'
import { questionsOf, type Template } from './questions'
import { useEnterpriseTexts } from './texts'
import './diagnosis.css'

/** Diagnoses: begun by enterprises, reviewed by experts, surveyed by the bureau. */
export default function Diagnosis() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const city = may('enterprise.diagnosis.overview')
  const tabs = [
    { key: 'list', label: t('diagnosis.list'), children: <Sheets /> },
    ...(city ? [{ key: 'overview', label: t('diagnosis.overview'), children: <Overview /> }] : []),
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('diagnosis.title')} note={t('diagnosis.note')} />
      {may('enterprise.diagnosis.answer') && <Start city={city} />}
      {city ? <PageTabs label={t('diagnosis.title')} active={params.get('tab') ?? 'list'} change={(tab) => setParams({ tab }, { replace: true })} items={tabs} /> : <Sheets />}
    </div>
  )
}

/** Begins a diagnosis of an own enterprise, or goes on with the draft that there is. */
function Start({ city }: { city: boolean }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const own = useOwnEnterprises()
  const templates = useTemplates()
  const [picked, pick] = useState('')
  if (own.error || templates.error) return <Failure problem={own.error ?? templates.error} retry={() => { void own.refetch(); void templates.refetch() }} />
  if (!own.data || !templates.data) return <Loading />
  const list = own.data.items
  const entry = list.find((e) => e.id === picked) ?? list[0]
  if (!entry && city) return null
  if (!entry) return <Alert type="info" showIcon title={t('diagnosis.noEnterprise')} description={t('diagnosis.noEnterpriseNote')} action={<LinkButton size="small" to="/enterprise/mine">{t('diagnosis.toMine')}</LinkButton>} />
  return (
    <section aria-label={t('diagnosis.begin')} className="lh-stack">
      {list.length > 1 && <Select aria-label={t('diagnosis.of')} value={entry.id} onChange={pick} options={list.map((e) => ({ value: e.id, label: text(e.name) }))} />}
      <div className="lh-diagnosis-templates">{templates.data.items.map((x) => <Offer key={x.id} template={x} entry={entry.id} />)}</div>
    </section>
  )
}

function Offer({ template: x, entry }: { template: Template; entry: string }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const go = useNavigate()
  const begin = useChange({
    run: (repeat: boolean) => read(api.POST('/api/enterprise/diagnosis/sheets', { body: { entry_id: entry, template: x.id, repeat } })),
    refresh: [diagnosisKey], after: (s) => void go(`/enterprise/diagnosis/${s.id}`),
  })
  const before = useSheetsOf(entry, x.id)
  const draft = before.find((s) => s.state === 'draft')
  const questions = x.pages.flatMap(questionsOf).filter((q) => q.kind !== 'number').length
  return (
    <Card size="small" title={text(x.title)}>
      <p>{text(x.about)}</p>
      <p className="lh-note">{text(x.document)} · {t('diagnosis.questions', { count: questions })}</p>
      <Marks template={x} />
      <div className="lh-bar lh-diagnosis-begin">
        {draft && <LinkButton type="primary" to={`/enterprise/diagnosis/${draft.id}`}>{t('diagnosis.continue')}</LinkButton>}
        {!draft && before.length > 0 && <Button type="primary" loading={begin.isPending} onClick={() => begin.mutate(true)} title={t('diagnosis.repeatNote')}>{t('diagnosis.repeat')}</Button>}
        {!draft && before.length === 0 && <Button type="primary" loading={begin.isPending} onClick={() => begin.mutate(false)} aria-label={`${t('diagnosis.begin')} · ${text(x.title)}`}>{t('diagnosis.begin')}</Button>}
      </div>
    </Card>
  )
}

/** All diagnoses that one may see. */
function Sheets() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const places = usePlaces()
  const templates = useTemplates()
  const city = may('enterprise.diagnosis.overview')
  const columns: Column<SheetRow>[] = [
    { key: 'name', title: t('diagnosis.field.enterprise'), sort: 'name', render: (s) => <><Link to={`/enterprise/diagnosis/${s.id}`} className="lh-wrap">{text(s.name)}</Link>{s.synthetic && <SyntheticMark />}</> },
    { key: 'template', title: t('diagnosis.field.questionnaire'), from: 'lg', render: (s) => text(templates.data?.items.find((x) => x.id === s.template)?.title) || s.template },
    { key: 'state', title: t('diagnosis.field.state'), sort: 'state', render: (s) => <StatusTag tone={s.state === 'draft' ? 'idle' : 'good'}>{t(`diagnosis.states.${s.state}`)}</StatusTag> },
    { key: 'level', title: t('diagnosis.field.level'), sort: 'level', render: (s) => (s.state === 'draft' ? none : <LevelTag level={s.level} template={templates.data?.items.find((x) => x.id === s.template)} />) },
    { key: 'score', title: t('diagnosis.field.score'), sort: 'score', align: 'right', from: 'sm', render: (s) => <span className="lh-number">{s.state === 'draft' ? none : f.number(s.score, 3)}</span> },
    { key: 'district', title: t('diagnosis.field.district'), sort: 'district', from: 'xl', render: (s) => places.title('districts', s.district) },
    { key: 'industry', title: t('diagnosis.field.industry'), sort: 'industry', from: 'xl', render: (s) => places.title('industries', s.industry) },
    { key: 'submitted_at', title: t('diagnosis.field.submitted'), sort: 'submitted_at', from: 'md', render: (s) => <span className="lh-number">{f.time(s.submitted_at)}</span> },
    { key: 'reviewed_at', title: t('diagnosis.field.reviewed'), sort: 'reviewed_at', from: 'lg', render: (s) => (s.reviewed_at ? <StatusTag tone="good">{t('diagnosis.reviewedMark')}</StatusTag> : none) },
  ]
  return (
    <DataTable<SheetRow>
      url="/api/enterprise/diagnosis/sheets" queryKey={[...diagnosisKey, 'list']} label={t('diagnosis.list')} rowKey={(s) => s.id} columns={columns} search={t('diagnosis.search')} exports
      filters={[
        { name: 'template', label: t('diagnosis.questionnaire'), options: (templates.data?.items ?? []).map((x) => ({ value: x.id, label: text(x.title) })) },
        ...(may('enterprise.diagnosis.review') ? [{ name: 'mine', label: t('diagnosis.review'), options: [{ value: 'waiting', label: t('diagnosis.mine') }, { value: 'all', label: t('diagnosis.mineAll') }] }] : []),
        ...(city ? [{ name: 'district', label: t('diagnosis.field.district'), options: places.options('districts') }, { name: 'industry', label: t('diagnosis.field.industry'), options: places.options('industries') }] : []),
        ...(city ? [{ name: 'newest', label: t('diagnosis.newest'), options: [{ value: 'true', label: t('diagnosis.yes') }] }] : []),
      ]}
      empty={<EmptyState title={t('diagnosis.none')} note={t(city ? 'diagnosis.noneCity' : 'diagnosis.noneOwn')} />}
    />
  )
}
