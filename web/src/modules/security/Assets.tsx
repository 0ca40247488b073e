import { PlusOutlined } from '@ant-design/icons'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, DataTable, EmptyState, LinkButton, none, PageHeader, read, StatusTag, SyntheticMark, useChange, useFormat, useText, type Column } from '../../kernel'
import { AssetForm } from './AssetForm'
import { reaches, roles, useDeclares, useWeaknessTexts, weaknessKey, type AssetFacts, type AssetRow } from './weaknesses'

/** Assets that the reader may see one by one. */
export default function Assets() {
  const t = useWeaknessTexts()
  const text = useText()
  const f = useFormat()
  const declares = useDeclares()
  const go = useNavigate()
  const [adding, setAdding] = useState(false)
  const add = useChange({ run: (body: AssetFacts) => read(api.POST('/api/security/assets', { body })), refresh: [weaknessKey], done: t('weakness.saved'), quiet: true, after: (a: AssetRow) => { setAdding(false); void go(`/security/assets/${a.id}`) } })
  const columns: Column<AssetRow>[] = [
    { key: 'name', title: t('weakness.field.name'), sort: 'name', render: (a) => <span className="lh-two lh-wrap"><span><Link to={`/security/assets/${a.id}`}>{a.name}</Link> {a.synthetic && <SyntheticMark />}</span><span className="lh-muted">{declares ? t(`weakness.roles.${a.role as 'plc'}`) : text(a.enterprise)}</span></span> },
    { key: 'product', title: t('weakness.field.product'), sort: 'vendor', from: 'sm', render: (a) => <span className="lh-two lh-wrap"><span>{[a.product, a.model].filter(Boolean).join(' ') || none}</span><span className="lh-muted">{a.vendor}</span></span> },
    { key: 'firmware', title: t('weakness.field.firmware'), sort: 'firmware', from: 'md', render: (a) => (a.firmware ? <span className="lh-code">{a.firmware}</span> : <StatusTag tone="warn">{t('weakness.assets.unknown')}</StatusTag>) },
    { key: 'reach', title: t('weakness.field.reach'), from: 'lg', render: (a) => t(`weakness.reaches.${a.reach}`) },
    { key: 'criticality', title: t('weakness.field.criticality'), sort: 'criticality', from: 'md', render: (a) => <span className="lh-number">{a.criticality}</span> },
    { key: 'affected', title: t('weakness.field.affected'), align: 'right', render: (a) => <span className="lh-number">{f.number(a.affected, 0)}</span> },
    { key: 'unsure', title: t('weakness.field.unsure'), align: 'right', from: 'sm', render: (a) => <span className="lh-number">{f.number(a.unsure, 0)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('weakness.assets.title')} note={t('weakness.assets.note')}
        actions={declares && (
          <>
            <LinkButton to="/security/assets/inventory">{t('weakness.assets.inventory')}</LinkButton>
            <LinkButton to="/security/assets/import">{t('weakness.assets.import')}</LinkButton>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{t('weakness.assets.add')}</Button>
          </>
        )}
      />
      <DataTable<AssetRow>
        url="/api/security/assets" queryKey={[...weaknessKey, 'assets']} label={t('weakness.assets.title')} rowKey={(a) => a.id} columns={columns} search={t('weakness.assets.search')} exports
        filters={[
          { name: 'role', label: t('weakness.field.role'), options: roles.map((r) => ({ value: r, label: t(`weakness.roles.${r}`) })) },
          { name: 'reach', label: t('weakness.field.reach'), options: reaches.map((r) => ({ value: r, label: t(`weakness.reaches.${r}`) })) },
          { name: 'gap', label: t('weakness.assets.gap'), options: (['firmware', 'vendor', 'reach'] as const).map((g) => ({ value: g, label: t(`weakness.gaps.${g}`) })) },
          { name: 'state', label: t('weakness.field.state'), options: (['active', 'retired', 'merged'] as const).map((s) => ({ value: s, label: t(`weakness.assetStates.${s}`) })) },
        ]}
        empty={<EmptyState title={t('weakness.assets.empty')} note={declares ? t('weakness.assets.emptyNote') : t('weakness.assets.emptyCity')} />}
      />
      <Drawer title={t('weakness.assets.add')} open={adding} onClose={() => setAdding(false)} size="large" destroyOnHidden><AssetForm submit={(v) => add.mutateAsync(v)} cancel={() => setAdding(false)} /></Drawer>
    </div>
  )
}
