import { Button, Form, Input, Select } from 'antd'
import { EntityForm } from '../../kernel'
import { reaches, roles, useWeaknessTexts, type AssetFacts } from './weaknesses'

const blank: Partial<AssetFacts> = { vendor: '', product: '', model: '', order_number: '', firmware: '', serial: '', addresses: [], zone: '', zone_level: 0, criticality: 2, reach: 'unknown', responsible: '', site: '', note: '' }

/** What an enterprise says of an asset. */
export function AssetForm({ initial, submit, cancel }: { initial?: AssetFacts; submit: (facts: AssetFacts) => Promise<unknown>; cancel: () => void }) {
  const t = useWeaknessTexts()
  const line = (name: 'vendor' | 'product' | 'model' | 'order_number' | 'firmware' | 'serial' | 'zone' | 'site' | 'responsible', most: number, extra?: string) => <Form.Item name={name} label={t(`weakness.field.${name}`)} extra={extra}><Input maxLength={most} /></Form.Item>
  const must = (label: string) => [{ required: true, message: t('weakness.missing', { label }) }]
  return (
    <EntityForm<AssetFacts> wide initial={initial ?? blank} cancel={cancel} submit={(v) => submit({ ...(blank as AssetFacts), ...v, addresses: v.addresses ?? [] })}>
      <div className="lh-pair">
        <Form.Item name="name" label={t('weakness.field.name')} rules={must(t('weakness.field.name'))}><Input maxLength={120} /></Form.Item>
        <Form.Item name="role" label={t('weakness.field.role')} rules={must(t('weakness.field.role'))}><Select showSearch optionFilterProp="label" options={roles.map((r) => ({ value: r, label: t(`weakness.roles.${r}`) }))} /></Form.Item>
        {line('vendor', 120)}
        {line('product', 120, t('weakness.assets.productNote'))}
        {line('model', 120)}
        {line('order_number', 60)}
        {line('firmware', 60, t('weakness.assets.firmwareNote'))}
        {line('serial', 60)}
        <Form.Item name="criticality" label={t('weakness.field.criticality')}><Select options={([1, 2, 3, 4] as const).map((n) => ({ value: n, label: t(`weakness.assets.critical.c${n}`) }))} /></Form.Item>
        <Form.Item name="reach" label={t('weakness.field.reach')}><Select options={reaches.map((r) => ({ value: r, label: t(`weakness.reaches.${r}`) }))} /></Form.Item>
        {line('zone', 60)}
        <Form.Item name="zone_level" label={t('weakness.field.zone_level')}><Select options={[0, 1, 2, 3, 4].map((n) => ({ value: n, label: n === 0 ? t('weakness.assets.noLevel') : t('weakness.assets.levels', { n }) }))} /></Form.Item>
        {line('site', 120)}
        {line('responsible', 60)}
      </div>
      <Form.List name="addresses">
        {(rows, { add, remove }) => (
          <Form.Item label={t('weakness.field.addresses')} extra={t('weakness.assets.segmentNote')}>
            {rows.map(({ key, name }) => (
              <div key={key} className="lh-pair">
                {(['mac', 'ip', 'segment', 'station'] as const).map((x) => <Form.Item key={x} name={[name, x]} label={t(`weakness.field.${x}`)}><Input maxLength={x === 'mac' ? 17 : 60} /></Form.Item>)}
                <Button onClick={() => remove(name)}>{t('weakness.assets.remove')}</Button>
              </div>
            ))}
            {rows.length < 16 && <Button onClick={() => add({})}>{t('weakness.assets.addAddress')}</Button>}
          </Form.Item>
        )}
      </Form.List>
      <Form.Item name="note" label={t('weakness.field.note')}><Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} /></Form.Item>
    </EntityForm>
  )
}
