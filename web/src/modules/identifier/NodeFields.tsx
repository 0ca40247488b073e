import { UploadOutlined } from '@ant-design/icons'
import { Button, DatePicker, Form, Input as TextInput, Radio, Select, Upload } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { NameFields, type Schema, type Text } from '../../kernel'
import { useVocabulary, type NodeDetail } from './data'
import { useIdentifierTexts } from './texts'

type Input = Schema<'IdentifierNodeInput'>

/** What the form holds: texts may still lack a language, and the date is none yet. */
export interface Values extends Omit<Input, 'name' | 'contact' | 'operator_name' | 'valid_until'> {
  name: Partial<Text>
  contact?: Partial<Schema<'IdentifierContact'>>
  until?: Dayjs | null
}

/** Makes the API's input of the form's values. */
export function inputOf({ until, ...values }: Values): Input {
  const name = { zh: values.name.zh?.trim() ?? '', en: values.name.en?.trim() ?? '' }
  const contact = { name: values.contact?.name?.trim() ?? '', phone: values.contact?.phone?.trim() ?? '', email: values.contact?.email?.trim() ?? '' }
  const alone = values.hosting === 'alone'
  return {
    ...values, name: { zh: name.zh || name.en, en: name.en || name.zh }, contact, industry: values.industry ?? '', district: values.district ?? '',
    prefix: values.prefix?.trim() ?? '', site: alone ? (values.site?.trim() ?? '') : '', public_key: values.public_key?.trim() ?? '',
    signs: alone ? '' : (values.signs ?? ''), signing_key: alone ? (values.signing_key?.trim() ?? '') : '', ...(until ? { valid_until: until.endOf('day').toISOString() } : {}),
  }
}

/** The form's values of a node that is there. */
export function valuesOf(node: NodeDetail): Values {
  return {
    name: node.name, industry: node.industry, district: node.district, contact: node.contact, hosting: node.hosting, door: node.door, site: node.site_file ?? '', public_key: node.public_key ?? '',
    signs: node.signs, signing_key: node.signing_key ?? '',
    until: node.valid_until ? dayjs(node.valid_until) : null,
  }
}

/** The fields of a node of any role; its prefix is chosen once, and the end of the contract by who decides about the node. */
export function NodeFields({ contract }: { contract: boolean }) {
  const t = useIdentifierTexts()
  const vocabulary = useVocabulary()
  const alone = Form.useWatch('hosting') === 'alone'
  const search = { showSearch: { optionFilterProp: 'label' } }

  return (
    <>
      <NameFields name="name" label={t('field.name')} required />
      <div className="lh-pair">
        <Form.Item name="industry" label={t('field.industry')}>
          <Select allowClear {...search} options={vocabulary.options('industries')} placeholder={t('field.crossIndustry')} />
        </Form.Item>
        <Form.Item name="district" label={t('field.district')}>
          <Select allowClear {...search} options={vocabulary.options('districts')} />
        </Form.Item>
        <Form.Item name={['contact', 'name']} label={t('field.contactName')}><TextInput maxLength={100} /></Form.Item>
        <Form.Item name={['contact', 'phone']} label={t('field.contactPhone')}><TextInput maxLength={40} inputMode="tel" /></Form.Item>
        <Form.Item name={['contact', 'email']} label={t('field.contactEmail')}><TextInput maxLength={200} inputMode="email" /></Form.Item>
        {contract && <Form.Item name="until" label={t('field.until')} extra={t('form.untilNote')}><DatePicker style={{ width: '100%' }} /></Form.Item>}
      </div>
      <Form.Item name="hosting" label={t('field.hosting')} className="lh-choices">
        <Radio.Group>
          {(['hosted', 'alone'] as const).map((x) => (
            <Radio key={x} value={x}>
              <strong>{t(`hosting.${x}`)}</strong>
              <div className="lh-choice-note">{t(`hosting.${x}Note`)}</div>
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
      {alone && <SiteField />}
      {!alone && vocabulary.doors.length > 1 && (
        <Form.Item name="door" label={t('field.door')} extra={t('form.doorNote')}><Select options={vocabulary.doors.map((d) => ({ value: d, label: d }))} /></Form.Item>
      )}
      {alone ? (
        <Form.Item name="signing_key" label={t('field.signingKey')} extra={t('form.signingKeyNote')}>
          <TextInput.TextArea maxLength={20000} autoSize={{ minRows: 1, maxRows: 6 }} className="lh-code" spellCheck={false} />
        </Form.Item>
      ) : (
        <Form.Item name="signs" label={t('field.signs')} extra={t('form.signsNote')}>
          <Select options={(['', 'rsa', 'sm2'] as const).map((x) => ({ value: x, label: t(`signs.${x || 'none'}`) }))} />
        </Form.Item>
      )}
      <Form.Item name="public_key" label={t('field.publicKey')} extra={t('form.publicKeyNote')}>
        <TextInput.TextArea maxLength={20000} autoSize={{ minRows: 1, maxRows: 6 }} className="lh-code" spellCheck={false} />
      </Form.Item>
    </>
  )
}

/** The site of a node that is alone: pasted, or out of its file. */
function SiteField() {
  const t = useIdentifierTexts()
  const form = Form.useFormInstance()
  const take = async (file: File) => form.setFieldValue('site', await file.text())
  return (
    <Form.Item label={<span id="site-label">siteinfo.json</span>} extra={t('form.siteNote')}>
      <Upload accept=".json,application/json" maxCount={1} showUploadList={false} beforeUpload={(file) => { void take(file); return false }}>
        <Button icon={<UploadOutlined />}>{t('form.siteUpload')}</Button>
      </Upload>
      <Form.Item name="site" noStyle={false} className="lh-site-text">
        <TextInput.TextArea maxLength={20000} autoSize={{ minRows: 3, maxRows: 12 }} className="lh-code" placeholder={t('form.sitePaste')} spellCheck={false} aria-labelledby="site-label" />
      </Form.Item>
    </Form.Item>
  )
}
