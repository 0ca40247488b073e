import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer, Flex, Form, Select } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, Failure, Figure, Figures, LinkButton, Loading, none, PageHeader, PlainTable, read, StatusTag, useChange, useFormat, useMay, type Column } from '../../kernel'
import { states, stateTone, usePlanTexts, type Figures as Numbers, type Line } from './planTexts'
import { reaches, roles, useDeclares, useWeaknessTexts, weaknessKey } from './weaknesses'

/** The comparison of another enterprise, for who supervises it. */
export default function AssetComparisonPage() {
  const t = usePlanTexts()
  const [params] = useSearchParams()
  const name = params.get('name') ?? ''
  return (
    <div className="lh-stack">
      <PageHeader title={name ? t('plan.compare.theirs', { name }) : t('plan.comparison')} />
      <AssetComparison organisation={params.get('organisation') ?? ''} />
    </div>
  )
}

/** What is planned, declared and seen, thing by thing; nothing named: of one's own enterprise. */
export function AssetComparison({ organisation = '' }: { organisation?: string }) {
  const t = usePlanTexts()
  const f = useFormat()
  const query = organisation ? { organisation } : {}
  const { data, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'comparison', organisation], queryFn: () => read(api.GET('/api/security/inventory/comparison/figures', { params: { query } })) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  if (data.planned + data.declared + data.observed === 0) return <EmptyState title={t('plan.compare.empty')} note={t('plan.compare.emptyNote')} action={!organisation && <LinkButton to="/security/assets/inventory?tab=plans">{t('plan.compare.noPlanAction')}</LinkButton>} />
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('plan.compare.note')}</p>
      <Missing figures={data} own={!organisation} />
      <Figures>
        <Figure label={t('plan.compare.deviations')} value={f.number(data.deviations, 0)} />
        <Figure label={t('plan.compare.planned')} value={f.number(data.planned, 0)} />
        <Figure label={t('plan.compare.declared')} value={f.number(data.declared, 0)} />
        <Figure label={t('plan.compare.observed')} value={f.number(data.observed, 0)} />
      </Figures>
      <ByState figures={data} />
      <Lines organisation={organisation} />
    </div>
  )
}

/** What is missing for the whole comparison, and what to do about it. */
function Missing({ figures: d, own }: { figures: Numbers; own: boolean }) {
  const t = usePlanTexts()
  const may = useMay()
  const declares = useDeclares()
  return (
    <>
      {d.plans === 0 && <Alert type="info" showIcon title={t('plan.compare.noPlan')} action={own && declares && <LinkButton size="small" to="/security/assets/inventory?tab=plans">{t('plan.compare.noPlanAction')}</LinkButton>} />}
      {d.sensors === 0 && d.hidden === 0 && <Alert type="info" showIcon title={t('plan.compare.noSensor')} action={own && may('security.sensor.manage') && <LinkButton size="small" to="/security/sensors">{t('plan.compare.noSensorAction')}</LinkButton>} />}
      {d.hidden > 0 && <Alert type="warning" showIcon title={t('plan.compare.hidden', { n: d.hidden })} />}
      {d.beyond > 0 && <Alert type="warning" showIcon title={t('plan.compare.beyond', { n: d.beyond })} />}
    </>
  )
}

/** How many are in each state; a state narrows the list. */
function ByState({ figures: d }: { figures: Numbers }) {
  const t = usePlanTexts()
  const f = useFormat()
  const [params, setParams] = useSearchParams()
  const chosen = params.get('x.state')
  const choose = (state: string) => setParams((old) => {
    const next = new URLSearchParams(old)
    next.delete('x.cursor')
    if (state === chosen) next.delete('x.state')
    else next.set('x.state', state)
    return next
  })
  return (
    <div className="lh-actions" role="group" aria-label={t('plan.field.state')}>
      {d.states.map((s) => <Button key={s.state} size="small" type={s.state === chosen ? 'primary' : 'default'} aria-pressed={s.state === chosen} title={t(`plan.compare.notes.${s.state}`)} onClick={() => choose(s.state)}>{t(`plan.compare.states.${s.state}`)} {f.number(s.lines, 0)}</Button>)}
    </div>
  )
}

function Lines({ organisation }: { organisation: string }) {
  const t = usePlanTexts()
  const w = useWeaknessTexts()
  const f = useFormat()
  const declares = useDeclares()
  const [selected, setSelected] = useState<string[]>([])
  const [taking, setTaking] = useState(false)
  const mine = !organisation && declares
  const columns: Column<Line>[] = [
    { key: 'name', title: t('plan.field.device'), sort: 'name', render: (x) => <span className="lh-two lh-wrap"><span>{x.name}</span><span className="lh-muted">{[x.role && w(`weakness.roles.${x.role as 'plc'}`), x.vendor, x.model].filter(Boolean).join(' · ') || none}</span></span> },
    { key: 'state', title: t('plan.field.state'), sort: 'state', render: (x) => <span className="lh-two lh-wrap"><StatusTag tone={stateTone[x.state]}>{t(`plan.compare.states.${x.state}`)}</StatusTag><span className="lh-muted">{x.differences.map((d) => t(`plan.field.${d.field}`)).join(' · ')}</span></span> },
    { key: 'where', title: t('plan.field.where'), from: 'md', render: (x) => <Where line={x} /> },
    { key: 'address', title: t('plan.field.address'), from: 'lg', render: (x) => <span className="lh-code lh-break">{x.addresses || none}</span> },
    { key: 'zone', title: t('plan.field.zone'), sort: 'zone', from: 'xl', render: (x) => x.zone || none },
    { key: 'last', title: t('plan.field.last'), sort: 'last_at', from: 'lg', render: (x) => (x.last_at ? <span className="lh-number">{f.time(x.last_at)}</span> : none) },
  ]
  return (
    <>
      {mine && selected.length > 0 && <div className="lh-actions"><Button type="primary" onClick={() => setTaking(true)}>{t('plan.compare.take', { n: selected.length })}</Button></div>}
      <DataTable<Line>
        url="/api/security/inventory/comparison" queryKey={[...weaknessKey, 'comparison']} label={t('plan.comparison')} prefix="x." views="" rowKey={(x) => x.id} columns={columns} search={t('plan.compare.search')} exports
        {...(organisation ? { fixed: { organisation } } : {})}
        {...(mine ? { select: { selected, change: setSelected, name: (x: Line) => x.name } } : {})}
        filters={[
          { name: 'state', label: t('plan.field.state'), options: states.map((s) => ({ value: s, label: t(`plan.compare.states.${s}`) })) },
          { name: 'deviation', label: t('plan.compare.onlyDeviations'), options: (['yes', 'no'] as const).map((s) => ({ value: s, label: t(`plan.compare.${s}`) })) },
          { name: 'lacks', label: t('plan.compare.lacks'), options: (['planned', 'declared', 'observed'] as const).map((s) => ({ value: s, label: t(`plan.compare.lack.${s}`) })) },
          { name: 'role', label: t('plan.field.role'), options: roles.map((r) => ({ value: r, label: w(`weakness.roles.${r}`) })) },
        ]}
        expand={(x) => <Detail line={x} />}
        empty={<EmptyState title={t('plan.compare.empty')} />}
      />
      <Drawer title={t('plan.compare.takeTitle')} open={taking} onClose={() => setTaking(false)} destroyOnHidden>
        <Take ids={selected} close={() => setTaking(false)} done={() => { setTaking(false); setSelected([]) }} />
      </Drawer>
    </>
  )
}

/** In which of the three a thing is, with the ways there. */
function Where({ line: x }: { line: Line }) {
  const t = usePlanTexts()
  return (
    <Flex gap="0 12px" wrap>
      {x.plan_id && <Link to={`/security/assets/plans/${x.plan_id}`}>{t('plan.compare.line', { plan: x.plan, revision: x.revision, line: x.plan_line })}</Link>}
      {x.asset_id && <Link to={`/security/assets/${x.asset_id}`}>{`${t('plan.compare.declared')} ${x.asset}`}</Link>}
      {x.devices > 0 && (x.sensor_id && x.host ? <Link to={`/security/sensors/${x.sensor_id}?tab=pairs&p.host=${encodeURIComponent(x.host)}`}>{`${t('plan.compare.observed')} ${t('plan.compare.talks')}`}</Link> : <span>{t('plan.compare.observed')}</span>)}
    </Flex>
  )
}

/** Why a line is in its state, and what the three say. */
function Detail({ line: x }: { line: Line }) {
  const t = usePlanTexts()
  const w = useWeaknessTexts()
  const said = (field: Line['differences'][number]['field'], value: string) => (field === 'role' && value ? w(`weakness.roles.${value as 'plc'}`) : value || none)
  return (
    <div className="lh-stack">
      <span className="lh-wrap">{t(`plan.compare.notes.${x.state}`)}</span>
      <Where line={x} />
      {(x.commissioned || x.decommissioned) && <span className="lh-muted">{[x.commissioned && t('plan.compare.from', { day: x.commissioned }), x.decommissioned && t('plan.compare.until', { day: x.decommissioned })].filter(Boolean).join(' · ')}</span>}
      {x.doubt_by && <span className="lh-wrap">{t('plan.compare.doubt', { by: t(`plan.compare.by.${x.doubt_by}`), value: x.doubt_value, rivals: x.rivals.join(' · ') })} <span className="lh-muted">{t('plan.compare.doubtHint')}</span></span>}
      {x.addresses && <span className="lh-code lh-break">{x.addresses}</span>}
      {x.differences.length > 0 && (
        <PlainTable<Line['differences'][number]>
          label={t('plan.field.differences')} rowKey="field" dataSource={x.differences} pagination={false}
          columns={[
            { title: t('plan.field.differences'), render: (_, d) => t(`plan.field.${d.field}`) },
            { title: t('plan.compare.source.planned'), render: (_, d) => <span className="lh-break">{said(d.field, d.planned)}</span> },
            { title: t('plan.compare.source.declared'), render: (_, d) => <span className="lh-break">{said(d.field, d.declared)}</span> },
            { title: t('plan.compare.source.observed'), render: (_, d) => <span className="lh-break">{said(d.field, d.observed)}</span> },
          ]}
        />
      )}
    </div>
  )
}

interface Rest { role: string; criticality: number; reach: (typeof reaches)[number] }

/** Declares what was selected. */
function Take({ ids, close, done }: { ids: string[]; close: () => void; done: () => void }) {
  const t = usePlanTexts()
  const w = useWeaknessTexts()
  const take = useChange({ run: (rest: Rest) => read(api.POST('/api/security/inventory/comparison/declaration', { body: { ids, ...rest, role: rest.role ?? '' } })), refresh: [weaknessKey], done: t('plan.compare.taken', { n: ids.length }), quiet: true, after: done })
  return (
    <EntityForm<Rest> initial={{ role: '', criticality: 2, reach: 'internal' }} cancel={close} submit={(v) => take.mutateAsync(v)}>
      <p className="lh-note">{t('plan.compare.takeNote')}</p>
      <Form.Item name="role" label={t('plan.field.role')}><Select allowClear showSearch optionFilterProp="label" options={roles.map((r) => ({ value: r, label: w(`weakness.roles.${r}`) }))} /></Form.Item>
      <Form.Item name="criticality" label={t('plan.field.criticality')}><Select options={([1, 2, 3, 4] as const).map((n) => ({ value: n, label: w(`weakness.assets.critical.c${n}`) }))} /></Form.Item>
      <Form.Item name="reach" label={w('weakness.field.reach')}><Select options={reaches.map((r) => ({ value: r, label: w(`weakness.reaches.${r}`) }))} /></Form.Item>
    </EntityForm>
  )
}
