import { PlusOutlined, UploadOutlined } from '@ant-design/icons'
import { Link, useSearchParams } from 'react-router'
import { DataTable, EmptyState, LinkButton, PageHeader, PageTabs, StatusTag, SyntheticMark, useMay, useText, type Column } from '../../kernel'
import { usePlaces } from './diagnosis'
import { Counts, Definition } from './ServiceCounts'
import { RulePage } from './ServiceRule'
import { Samples } from './ServiceSamples'
import { quarters } from './serviceFigures'
import { servicesKey, serviceTone, useRule, type ServiceRow } from './services'
import { useEnterpriseTexts } from './texts'

/** Services to enterprises: each recorded, confirmed, counted and audited. */
export default function Services() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const tabs = [
    { key: 'list', label: t('services.list'), children: <List /> },
    ...(may('enterprise.service.count') ? [{ key: 'counts', label: t('services.counts'), children: <Counts /> }, { key: 'samples', label: t('services.samples'), children: <Samples /> }] : []),
    { key: 'rule', label: t('services.rule'), children: <RulePage /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('services.title')} note={t('services.note')}
        actions={may('enterprise.service.record') && (
          <>
            <LinkButton to="/enterprise/services/import" icon={<UploadOutlined />}>{t('services.importAction')}</LinkButton>
            <LinkButton to="/enterprise/services/new" type="primary" icon={<PlusOutlined />}>{t('services.record')}</LinkButton>
          </>
        )}
      />
      <PageTabs label={t('services.title')} active={params.get('tab') ?? 'list'} change={(tab) => setParams(tab === 'list' ? {} : { tab }, { replace: true })} items={tabs} />
    </div>
  )
}

/** Names of matters in the reader's language. */
export function useMatters() {
  const text = useText()
  const rule = useRule()
  const options = (rule.data?.matters ?? []).map((m) => ({ value: m.code, label: text(m.title) }))
  return { options, title: (code: string) => options.find((m) => m.value === code)?.label ?? code }
}

/** Whether a service counts, and why not. */
export function Standing({ service: s }: { service: ServiceRow }) {
  const t = useEnterpriseTexts()
  return (
    <span className="lh-two">
      <span><StatusTag tone={serviceTone[s.state]}>{t(`services.states.${s.state}`)}</StatusTag></span>
      {s.verdict === 'rejected' ? <StatusTag tone="bad">{t('services.verdicts.rejected')}</StatusTag> : s.state === 'confirmed' && <span>{t(s.counted ? 'services.counted' : 'services.notCounted')}</span>}
    </span>
  )
}

function List() {
  const t = useEnterpriseTexts()
  const text = useText()
  const places = usePlaces()
  const matters = useMatters()
  const columns: Column<ServiceRow>[] = [
    { key: 'name', title: t('services.field.enterprise'), sort: 'name', render: (s) => <span className="lh-two lh-wrap"><span><Link to={`/enterprise/services/${s.id}`}>{text(s.name)}</Link>{s.synthetic && <SyntheticMark />}</span><span className="lh-code">{s.code}</span></span> },
    { key: 'provider', title: t('services.field.provider'), from: 'sm', render: (s) => <span className="lh-wrap">{text(s.provider_name)}</span> },
    { key: 'matter', title: t('services.field.matter'), render: (s) => <span className="lh-wrap">{matters.title(s.matter)}</span> },
    { key: 'started', title: t('services.field.started'), sort: 'started_on', from: 'md', render: (s) => <span className="lh-number">{s.started_on}</span> },
    { key: 'district', title: t('services.field.district'), from: 'xl', render: (s) => places.title('districts', s.district) },
    { key: 'industry', title: t('services.field.industry'), from: 'xxl', render: (s) => places.title('industries', s.industry) },
    { key: 'state', title: t('services.field.state'), render: (s) => <Standing service={s} /> },
  ]
  return (
    <div className="lh-stack">
      <Definition />
      <DataTable<ServiceRow>
        url="/api/enterprise/services" queryKey={servicesKey} label={t('services.list')} rowKey={(s) => s.id} columns={columns} search={t('services.search')} exports
        filters={[
          { name: 'quarter', label: t('services.field.quarter'), options: quarters(new Date()).map((q) => ({ value: q, label: q })) },
          { name: 'state', label: t('services.field.state'), options: (['waiting', 'confirmed', 'objected', 'silent', 'withdrawn'] as const).map((s) => ({ value: s, label: t(`services.states.${s}`) })) },
          { name: 'counted', label: t('services.field.counted'), options: [{ value: 'true', label: t('services.yes') }, { value: 'false', label: t('services.no') }] },
          { name: 'matter', label: t('services.field.matter'), options: matters.options },
          { name: 'district', label: t('services.field.district'), options: places.options('districts') },
          { name: 'industry', label: t('services.field.industry'), options: places.options('industries') },
          { name: 'provider', label: t('services.field.providerCode'), input: 'text' },
          { name: 'verdict', label: t('services.field.verdict'), options: (['upheld', 'rejected'] as const).map((v) => ({ value: v, label: t(`services.verdicts.${v}`) })) },
        ]}
        empty={<EmptyState title={t('services.none')} note={t('services.noneNote')} />}
      />
    </div>
  )
}
