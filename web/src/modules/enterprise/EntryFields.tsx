import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Form, Input as TextInput, InputNumber, Select } from 'antd'
import type { ReactNode } from 'react'
import { NameFields, useText } from '../../kernel'
import { useVocabulary } from './data'
import { useFields } from './policies'
import { useEnterpriseTexts } from './texts'
import './enterprise.css'

const wide = { width: '100%' }

/** The fields of an entry; the code is given once. */
export function EntryFields({ fresh }: { fresh?: boolean }) {
  const t = useEnterpriseTexts()
  const vocabulary = useVocabulary()
  const missing = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  const search = { showSearch: { optionFilterProp: 'label' } }
  return (
    <>
      <NameFields name="name" label={t('field.name')} required />
      <div className="lh-pair">
        {fresh && (
          <Form.Item name="code" label={t('field.code')} extra={t('form.codeNote')} rules={missing(t('field.code'))}>
            <TextInput maxLength={18} autoCapitalize="characters" className="lh-code" />
          </Form.Item>
        )}
        <Form.Item name="district" label={t('field.district')} rules={missing(t('field.district'))}><Select {...search} options={vocabulary.options('districts')} /></Form.Item>
        <Form.Item name="industry" label={t('field.industry')} rules={missing(t('field.industry'))}><Select {...search} options={vocabulary.options('industries')} /></Form.Item>
        <Form.Item name={['profile', 'industry_class']} label={t('field.industryClass')} extra={t('form.industryClassNote')}><TextInput maxLength={5} className="lh-code" placeholder={t('form.optional')} /></Form.Item>
        <Form.Item name="size" label={t('field.size')}><Select allowClear options={vocabulary.options('sizes')} placeholder={t('form.optional')} /></Form.Item>
        <Form.Item name={['profile', 'founded_on']} label={t('field.foundedOn')}><TextInput type="date" /></Form.Item>
        <Form.Item name={['profile', 'capital']} label={t('field.capital')}><InputNumber min={0} style={wide} /></Form.Item>
        <Form.Item name={['profile', 'address']} label={t('field.address')}><TextInput maxLength={300} /></Form.Item>
        <Form.Item name={['profile', 'website']} label={t('field.website')}><TextInput maxLength={300} inputMode="url" placeholder="https://" /></Form.Item>
        <Form.Item name={['profile', 'products']} label={t('field.products')} extra={t('form.tagsNote')}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[';', '；', '、']} /></Form.Item>
        <Form.Item name={['profile', 'technologies']} label={t('field.technologies')} extra={t('form.tagsNote')}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[';', '；', '、']} /></Form.Item>
      </div>
      <Form.Item name={['profile', 'description']} label={t('field.description')}><TextInput.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
      <Rows name={['profile', 'chains']} title={t('field.chains')}>
        {(at) => (
          <>
            <Form.Item name={[at, 'chain']} label={t('field.chain')}><TextInput maxLength={100} /></Form.Item>
            <Form.Item name={[at, 'stage']} label={t('field.stage')}><TextInput maxLength={100} /></Form.Item>
          </>
        )}
      </Rows>
      <Rows name={['profile', 'staff']} title={t('field.staff')}>
        {(at) => (
          <>
            <Form.Item name={[at, 'year']} label={t('field.year')}><InputNumber min={1949} max={2100} precision={0} style={wide} /></Form.Item>
            <Form.Item name={[at, 'count']} label={t('field.persons')}><InputNumber min={0} precision={0} style={wide} /></Form.Item>
          </>
        )}
      </Rows>
      <Rows name={['profile', 'revenue']} title={t('field.revenue')} note={t('form.revenueNote')}>
        {(at) => (
          <>
            <Form.Item name={[at, 'year']} label={t('field.year')}><InputNumber min={1949} max={2100} precision={0} style={wide} /></Form.Item>
            <Form.Item name={[at, 'amount']} label={t('field.amount')}><InputNumber min={0} style={wide} /></Form.Item>
            <Form.Item name={[at, 'band']} label={t('field.band')}><Select allowClear options={vocabulary.options('revenue_bands')} /></Form.Item>
          </>
        )}
      </Rows>
      <FigureRows />
      <MoreRows />
    </>
  )
}

/** What policies and ladders ask for beside. */
function FigureRows() {
  const t = useEnterpriseTexts()
  const text = useText()
  const fields = useFields()
  const options = (fields.data?.items ?? []).filter((f) => f.asked).map((f) => ({ value: f.code, label: `${text(f.title)}（${text(f.unit)}）` }))
  return (
    <Rows name={['profile', 'figures']} title={t('policy.figures')} note={t('policy.figureNote')}>
      {(at) => (
        <>
          <Form.Item name={[at, 'field']} label={t('policy.figure')}><Select showSearch={{ optionFilterProp: 'label' }} options={options} /></Form.Item>
          <Form.Item name={[at, 'year']} label={t('field.year')}><InputNumber min={1949} max={2100} precision={0} style={wide} /></Form.Item>
          <Form.Item name={[at, 'value']} label={t('policy.figureValue')}><InputNumber min={0} style={wide} /></Form.Item>
        </>
      )}
    </Rows>
  )
}

/** Sites, qualifications and contacts. */
function MoreRows() {
  const t = useEnterpriseTexts()
  const vocabulary = useVocabulary()
  return (
    <>
      <Rows name={['profile', 'sites']} title={t('field.sites')}>
        {(at) => (
          <>
            <Form.Item name={[at, 'name']} label={t('field.siteName')}><TextInput maxLength={100} /></Form.Item>
            <Form.Item name={[at, 'kind']} label={t('field.kind')}><Select options={vocabulary.options('site_kinds')} /></Form.Item>
            <Form.Item name={[at, 'district']} label={t('field.district')}><Select allowClear options={vocabulary.options('districts')} /></Form.Item>
            <Form.Item name={[at, 'address']} label={t('field.address')}><TextInput maxLength={300} /></Form.Item>
            <Form.Item name={[at, 'longitude']} label={t('field.longitude')}><InputNumber style={wide} step={0.001} /></Form.Item>
            <Form.Item name={[at, 'latitude']} label={t('field.latitude')}><InputNumber style={wide} step={0.001} /></Form.Item>
            <Form.Item name={[at, 'area']} label={t('field.area')}><InputNumber min={0} style={wide} /></Form.Item>
          </>
        )}
      </Rows>
      <Rows name={['profile', 'qualifications']} title={t('field.qualifications')} note={t('form.evidenceNote')}>
        {(at) => (
          <>
            <Form.Item name={[at, 'id']} hidden><TextInput /></Form.Item>
            <Form.Item name={[at, 'kind']} label={t('field.kind')}><Select showSearch={{ optionFilterProp: 'label' }} options={vocabulary.options('qualifications')} /></Form.Item>
            <Form.Item name={[at, 'name']} label={t('field.qualificationName')}><TextInput maxLength={200} /></Form.Item>
            <Form.Item name={[at, 'number']} label={t('field.number')}><TextInput maxLength={100} className="lh-code" /></Form.Item>
            <Form.Item name={[at, 'issuer']} label={t('field.issuer')}><TextInput maxLength={200} /></Form.Item>
            <Form.Item name={[at, 'valid_from']} label={t('field.validFrom')}><TextInput type="date" /></Form.Item>
            <Form.Item name={[at, 'valid_until']} label={t('field.validUntil')}><TextInput type="date" /></Form.Item>
          </>
        )}
      </Rows>
      <Rows name={['contacts']} title={t('field.contacts')}>
        {(at) => (
          <>
            <Form.Item name={[at, 'name']} label={t('field.contactName')}><TextInput maxLength={100} /></Form.Item>
            <Form.Item name={[at, 'post']} label={t('field.post')}><TextInput maxLength={100} /></Form.Item>
            <Form.Item name={[at, 'phone']} label={t('field.phone')}><TextInput maxLength={40} inputMode="tel" /></Form.Item>
            <Form.Item name={[at, 'email']} label={t('field.email')}><TextInput maxLength={200} inputMode="email" /></Form.Item>
          </>
        )}
      </Rows>
    </>
  )
}

/** Rows of fields that can be added and removed. */
export function Rows({ name, title, note, children }: { name: string[]; title: string; note?: string; children: (at: number) => ReactNode }) {
  const t = useEnterpriseTexts()
  return (
    <Form.List name={name}>
      {(fields, { add, remove }) => (
        <Card
          size="small" className="lh-enterprise-rows" title={title}
          extra={<Button size="small" icon={<PlusOutlined />} aria-label={t('form.addTo', { what: title })} onClick={() => add({})}>{t('form.add')}</Button>}
        >
          {note && <p className="lh-note">{note}</p>}
          {fields.length === 0 && !note && <p className="lh-note">{t('form.noRows')}</p>}
          {fields.map((x) => (
            <fieldset key={x.key} className="lh-enterprise-row">
              <legend>{x.name + 1} <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('form.removeRow', { what: title, n: x.name + 1 })} onClick={() => remove(x.name)} /></legend>
              <div className="lh-enterprise-cells">{children(x.name)}</div>
            </fieldset>
          ))}
        </Card>
      )}
    </Form.List>
  )
}
