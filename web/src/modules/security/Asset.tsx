import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Drawer } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { api, Confirm, DataTable, Failure, ifMatch, LinkButton, Loading, none, PageHeader, Particulars, read, StatusTag, SyntheticMark, useChange, useFormat, useSession, useText, type Schema } from '../../kernel'
import { AssetForm } from './AssetForm'
import { ExposureTable } from './AdvisoryExposureTable'
import { usePlanTexts } from './planTexts'
import { useDeclares, useWeaknessTexts, weaknessKey, type AssetFacts, type AssetRow } from './weaknesses'

type Step = Schema<'AssetHistoryStep'>

/** One asset: what is said of it, what advisories mean for it, and its history. */
export default function Asset() {
  const { id = '' } = useParams()
  const t = useWeaknessTexts()
  const { data, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'asset', id], queryFn: () => read(api.GET('/api/security/assets/{id}', { params: { path: { id } } })), refetchInterval: (q) => (q.state.data?.stale ? 2000 : false) })
  if (error) return <><PageHeader title={t('weakness.assets.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page asset={data} /> : <Loading />
}

function Page({ asset: a }: { asset: AssetRow }) {
  const t = useWeaknessTexts()
  const text = useText()
  return (
    <div className="lh-stack">
      <PageHeader title={a.name} note={text(a.enterprise)} marks={<><StatusTag tone={a.state === 'active' ? 'good' : 'idle'}>{t(`weakness.assetStates.${a.state}`)}</StatusTag>{a.synthetic && <SyntheticMark />}</>} actions={<Acts asset={a} />} />
      {a.stale && <Alert type="info" showIcon title={t('weakness.assets.comparing')} />}
      <About asset={a} />
      <Card size="small" title={t('weakness.assets.byRole')}><ExposureTable fixed={{ asset: a.id }} stale={a.stale} /></Card>
      <Card size="small" title={t('weakness.assets.history')}><History id={a.id} /></Card>
    </div>
  )
}

function Acts({ asset: a }: { asset: AssetRow }) {
  const t = useWeaknessTexts()
  const p = usePlanTexts()
  const text = useText()
  const declares = useDeclares()
  const own = useSession().organisation.id === a.organisation_id
  const [editing, setEditing] = useState(false)
  const at = { params: { path: { id: a.id }, header: ifMatch(a.version) } }
  const edit = useChange({ run: (body: AssetFacts) => read(api.PUT('/api/security/assets/{id}', { ...at, body })), refresh: [weaknessKey], done: t('weakness.saved'), quiet: true, after: () => setEditing(false) })
  const retire = useChange({ run: (retired: boolean) => read(api.POST('/api/security/assets/{id}/retirement', { ...at, body: { retired } })), refresh: [weaknessKey], done: a.state === 'active' ? t('weakness.assets.retired') : t('weakness.assets.restored'), quiet: true })
  if (!own) return <LinkButton to={`/security/assets/comparison?${new URLSearchParams({ organisation: a.organisation_id, name: text(a.enterprise) })}`}>{p('plan.comparison')}</LinkButton>
  if (!declares) return null
  const { name, role, vendor, product, model, order_number, firmware, serial, addresses, zone, zone_level, criticality, reach, responsible, site, note } = a
  return (
    <>
      {a.state === 'active' && <Button onClick={() => setEditing(true)}>{t('weakness.assets.edit')}</Button>}
      {a.state !== 'merged' && <Confirm title={a.name} label={a.state === 'active' ? t('weakness.assets.retire') : t('weakness.assets.restore')} danger={a.state === 'active'} run={() => retire.mutateAsync(a.state === 'active')} />}
      <Drawer title={a.name} open={editing} onClose={() => setEditing(false)} size="large" destroyOnHidden>
        <AssetForm initial={{ name, role, vendor, product, model, order_number, firmware, serial, addresses, zone, zone_level, criticality, reach, responsible, site, note }} submit={(v) => edit.mutateAsync(v)} cancel={() => setEditing(false)} />
      </Drawer>
    </>
  )
}

function About({ asset: a }: { asset: AssetRow }) {
  const t = useWeaknessTexts()
  const line = (key: 'vendor' | 'product' | 'model' | 'order_number' | 'serial' | 'zone' | 'site' | 'responsible' | 'note') => ({ key, label: t(`weakness.field.${key}`), children: a[key] || none })
  return (
    <Card size="small" title={t('weakness.assets.about')}>
      <Particulars
        items={[
          { key: 'role', label: t('weakness.field.role'), children: t(`weakness.roles.${a.role as 'plc'}`) },
          line('vendor'), line('product'), line('model'), line('order_number'),
          { key: 'firmware', label: t('weakness.field.firmware'), children: a.firmware ? <span className="lh-code">{a.firmware}</span> : <StatusTag tone="warn">{t('weakness.assets.unknown')}</StatusTag> },
          line('serial'),
          { key: 'addresses', label: t('weakness.field.addresses'), children: a.addresses.length === 0 ? none : <span className="lh-code lh-wrap">{a.addresses.map((x) => [x.mac, x.ip && (x.segment ? `${x.ip} (${x.segment})` : x.ip), x.station, x.bacnet].filter(Boolean).join(' ')).join('; ')}</span> },
          line('zone'),
          { key: 'zone_level', label: t('weakness.field.zone_level'), children: a.zone_level ? t('weakness.assets.levels', { n: a.zone_level }) : t('weakness.assets.noLevel') },
          { key: 'criticality', label: t('weakness.field.criticality'), children: t(`weakness.assets.critical.c${a.criticality as 1 | 2 | 3 | 4}`) },
          { key: 'reach', label: t('weakness.field.reach'), children: t(`weakness.reaches.${a.reach}`) },
          line('site'), line('responsible'), line('note'),
          { key: 'gaps', label: t('weakness.field.gaps'), children: a.gaps.length === 0 ? t('weakness.none') : <>{a.gaps.map((g) => <StatusTag key={g} tone="warn">{t(`weakness.gaps.${g as 'firmware'}`)}</StatusTag>)}</> },
        ]}
      />
    </Card>
  )
}

function History({ id }: { id: string }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  return (
    <DataTable<Step>
      url={`/api/security/assets/${id}/history`} queryKey={[...weaknessKey, 'history', id]} label={t('weakness.assets.history')} rowKey={(s) => String(s.number)} prefix="history"
      columns={[
        { key: 'at', title: t('weakness.field.when'), render: (s) => <span className="lh-number">{f.time(s.at)}</span> },
        { key: 'what', title: t('weakness.import.what'), render: (s) => <span className="lh-two lh-wrap"><span>{t(`weakness.steps.${s.kind}`)}</span><span className="lh-muted">{s.changes.map((c) => (c.before || c.after ? `${t(`weakness.field.${c.field as 'name'}`)}: ${c.before || none} → ${c.after || none}` : t(`weakness.field.${c.field as 'name'}`))).join('; ')}</span></span> },
        { key: 'who', title: t('weakness.field.who'), from: 'sm', render: (s) => s.name },
      ]}
    />
  )
}
