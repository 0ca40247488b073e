import { Form, Input, InputNumber, Select } from 'antd'
import { EntityForm } from '../../kernel'
import { Rows } from './EntryFields'
import { useMarketWords, type ProviderProfile } from './market'
import { useEnterpriseTexts } from './texts'

interface Values { profile?: Partial<ProviderProfile> }

/** Makes the API's input of what the form holds: an empty row or field is none. */
export function profileOf(v: Values): ProviderProfile {
  const p = v.profile ?? {}
  const some = <T,>(list: T[] | null | undefined) => (list ?? []).filter((x) => x && Object.values(x).some((y) => y !== undefined && y !== null && y !== ''))
  const clean = <T extends object>(x: T) => Object.fromEntries(Object.entries(x).filter(([, y]) => y !== undefined && y !== null && y !== '')) as T
  return {
    offer: p.offer ?? '', promise: p.promise ?? 0, ...(p.capacity ? { capacity: p.capacity } : {}), ...(p.contact ? { contact: p.contact } : {}), ...(p.districts?.length ? { districts: p.districts } : {}),
    capabilities: some(p.capabilities).map((c) => ({ ...clean(c), scenario: c.scenario ?? '', text: c.text ?? '' })),
    cases: some(p.cases).map((c) => ({ ...clean(c), title: c.title ?? '', scenario: c.scenario ?? '', year: c.year ?? 0 })),
    staff: some(p.staff).map((s) => ({ kind: s.kind ?? '', count: s.count ?? 0 })),
  }
}

interface Props { initial?: ProviderProfile; submit: (p: ProviderProfile) => Promise<unknown>; cancel: () => void; label?: string }

/** What a provider says of itself. */
export function ProviderForm({ initial, submit, cancel, label }: Props) {
  const t = useEnterpriseTexts()
  return (
    <EntityForm<Values> name="provider" initial={{ profile: initial ?? { offer: '', promise: 24, capabilities: [{ scenario: '', text: '' }] } }} submit={(v) => submit(profileOf(v))} submitLabel={label ?? t('market.provider.submit')} cancel={cancel} wide>
      <Basics />
      <Capabilities />
      <More />
    </EntityForm>
  )
}

function Basics() {
  const t = useEnterpriseTexts()
  const words = useMarketWords()
  const need = (what: string) => [{ required: true, message: t('market.need.missing', { label: what }) }]
  return (
    <>
      <Form.Item name={['profile', 'offer']} label={t('market.provider.field.offer')} rules={need(t('market.provider.field.offer'))}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
      <div className="lh-pair">
        <Form.Item name={['profile', 'promise']} label={t('market.provider.field.promise')} extra={t('market.provider.promiseNote')} rules={need(t('market.provider.field.promise'))}><InputNumber min={1} max={240} precision={0} className="lh-market-wide" /></Form.Item>
        <Form.Item name={['profile', 'capacity']} label={t('market.provider.field.capacity')}><InputNumber min={0} max={1000} precision={0} className="lh-market-wide" /></Form.Item>
        <Form.Item name={['profile', 'districts']} label={t('market.provider.field.districts')}><Select mode="multiple" options={words.options('districts')} placeholder={t('market.provider.everywhere')} optionFilterProp="label" /></Form.Item>
        <Form.Item name={['profile', 'contact']} label={t('market.provider.field.contact')} extra={t('market.provider.contactNote')}><Input maxLength={200} /></Form.Item>
      </div>
    </>
  )
}

function Capabilities() {
  const t = useEnterpriseTexts()
  const words = useMarketWords()
  const many = { mode: 'multiple' as const, optionFilterProp: 'label' }
  return (
    <Rows name={['profile', 'capabilities']} title={t('market.provider.capabilities')}>
      {(at) => (
        <>
          <Form.Item name={[at, 'scenario']} label={t('market.provider.field.scenario')}><Select options={words.options('scenarios')} /></Form.Item>
          <Form.Item name={[at, 'technologies']} label={t('market.provider.field.technologies')}><Select {...many} options={words.options('technologies')} /></Form.Item>
          <Form.Item name={[at, 'industries']} label={t('market.provider.field.industries')}><Select {...many} options={words.options('industries')} placeholder={t('market.provider.any')} /></Form.Item>
          <Form.Item name={[at, 'pricing']} label={t('market.provider.field.pricing')}><Select allowClear options={words.options('pricing')} /></Form.Item>
          <Form.Item name={[at, 'price_from']} label={`${t('market.provider.field.price')} · ${t('market.provider.field.from')}`}><InputNumber min={0} className="lh-market-wide" /></Form.Item>
          <Form.Item name={[at, 'price_to']} label={`${t('market.provider.field.price')} · ${t('market.provider.field.to')}`}><InputNumber min={0} className="lh-market-wide" /></Form.Item>
          <Form.Item name={[at, 'text']} label={t('market.provider.field.text')}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} /></Form.Item>
        </>
      )}
    </Rows>
  )
}

function More() {
  const t = useEnterpriseTexts()
  const words = useMarketWords()
  return (
    <>
      <Rows name={['profile', 'cases']} title={t('market.provider.cases')}>
        {(at) => (
          <>
            <Form.Item name={[at, 'id']} hidden><Input /></Form.Item>
            <Form.Item name={[at, 'title']} label={t('market.provider.field.caseTitle')}><Input maxLength={200} /></Form.Item>
            <Form.Item name={[at, 'year']} label={t('market.provider.field.year')}><InputNumber min={1990} max={2100} precision={0} className="lh-market-wide" /></Form.Item>
            <Form.Item name={[at, 'scenario']} label={t('market.provider.field.scenario')}><Select options={words.options('scenarios')} /></Form.Item>
            <Form.Item name={[at, 'customer']} label={t('market.provider.field.customer')} extra={t('market.provider.customerNote')}><Input maxLength={200} /></Form.Item>
            <Form.Item name={[at, 'result']} label={t('market.provider.field.result')}><Input maxLength={1000} /></Form.Item>
            <Form.Item name={[at, 'text']} label={t('market.provider.field.text')}><Input.TextArea maxLength={2000} autoSize={{ minRows: 1, maxRows: 6 }} /></Form.Item>
          </>
        )}
      </Rows>
      <Rows name={['profile', 'staff']} title={t('market.provider.field.staff')}>
        {(at) => (
          <>
            <Form.Item name={[at, 'kind']} label={t('market.provider.kind')}><Select options={words.options('staff')} /></Form.Item>
            <Form.Item name={[at, 'count']} label={t('market.provider.field.count')}><InputNumber min={0} precision={0} className="lh-market-wide" /></Form.Item>
          </>
        )}
      </Rows>
    </>
  )
}
