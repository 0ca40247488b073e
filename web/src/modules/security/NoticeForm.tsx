import { Checkbox, Form, Input, Radio, Select } from 'antd'
import { EntityForm } from '../../kernel'
import { levels, tlps, useAddressees, useAdvisoryChoice, useWords, type Written } from './noticeData'
import { useNoticeTexts } from './noticeTexts'

type Values = Omit<Written, 'audience'> & { all: boolean; districts: string[]; organisations: string[]; advisories: string[]; products: string[]; unsure: boolean }

/** A product as it is typed, and as it is asked for. */
const typed = (p: { vendor: string; product?: string }) => (p.product ? `${p.vendor} / ${p.product}` : p.vendor)
function asked(text: string) {
  const [vendor = '', ...rest] = text.split('/')
  const product = rest.join('/').trim()
  return { vendor: vendor.trim(), ...(product ? { product } : {}) }
}

/** What a notice says, and to whom it goes; players are those of a drill, to whom alone its notices go. */
export function NoticeForm({ initial, players, submit, cancel }: { initial?: Written; players?: { value: string; label: string }[]; submit: (written: Written) => Promise<unknown>; cancel: () => void }) {
  const t = useNoticeTexts()
  const words = useWords()
  const everybody = useAddressees()
  const advisories = useAdvisoryChoice()
  const [form] = Form.useForm<Values>()
  const kind = Form.useWatch('kind', form)
  const tlp = Form.useWatch('tlp', form)
  const required = (name: 'title' | 'body' | 'ask' | 'level' | 'category' | 'colour') => [{ required: true, message: t('form.missing', { label: t(`notice.field.${name}`) }) }]
  const send = ({ all, districts, organisations, advisories: about, products, unsure, ...v }: Values) =>
    submit({ ...v, colour: v.kind === 'warning' ? v.colour : '', audience: { all: all ?? false, districts: districts ?? [], organisations: organisations ?? [], ...(about?.length ? { advisories: about, unsure: unsure ?? false } : {}), ...(products?.length ? { products: products.map(asked) } : {}) } })
  return (
    <EntityForm<Values>
      wide form={form} submitLabel={t('form.save')} cancel={cancel} submit={send}
      initial={initial ? { ...initial, ...initial.audience, advisories: initial.audience.advisories ?? [], products: (initial.audience.products ?? []).map(typed), unsure: initial.audience.unsure ?? false } : { kind: 'notice', colour: '', level: 3, tlp: 'amber', category: 'hazard', all: false, districts: [], advisories: [], products: [], unsure: false, organisations: players ? players.map((p) => p.value) : [] }}
    >
      <Form.Item name="kind" label={t('notice.field.kind')}><Radio.Group options={(['notice', 'warning'] as const).map((k) => ({ value: k, label: t(`notice.kinds.${k}`) }))} /></Form.Item>
      {kind === 'warning' && <Form.Item name="colour" label={t('notice.field.colour')} rules={required('colour')}><Radio.Group options={(['red', 'orange', 'yellow', 'blue'] as const).map((c) => ({ value: c, label: t(`notice.colours.${c}`) }))} /></Form.Item>}
      <Form.Item name="title" label={t('notice.field.title')} rules={required('title')}><Input maxLength={120} /></Form.Item>
      <Form.Item name="body" label={t('notice.field.body')} rules={required('body')}><Input.TextArea maxLength={20000} autoSize={{ minRows: 4, maxRows: 20 }} /></Form.Item>
      <Form.Item name="ask" label={t('notice.field.ask')} rules={required('ask')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 12 }} /></Form.Item>
      <div className="lh-pair">
        <Form.Item name="level" label={t('notice.field.level')} rules={required('level')}><Select options={levels.map((n) => ({ value: n, label: t(`notice.levels.l${n}`) }))} /></Form.Item>
        <Form.Item name="category" label={t('notice.field.category')} rules={required('category')}><Select options={words.categories} /></Form.Item>
        <Form.Item name="tlp" label={t('notice.field.tlp')} extra={t('notice.tlpNote')}><Select options={tlps.map((x) => ({ value: x, label: t(`notice.tlps.${x === 'amber+strict' ? 'strict' : x}`) }))} /></Form.Item>
      </div>
      <Form.Item name="audience" label={t('notice.field.audience')}>
        <div className="lh-stack">
          {!players && <Form.Item name="all" valuePropName="checked" noStyle><Checkbox disabled={tlp === 'red' || tlp === 'amber+strict'}>{t('notice.field.all')}</Checkbox></Form.Item>}
          {!players && <Form.Item name="districts" noStyle><Select mode="multiple" disabled={tlp === 'red'} options={words.districts} placeholder={t('notice.field.districts')} aria-label={t('notice.field.districts')} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>}
          {!players && <Form.Item name="advisories" noStyle><Select mode="multiple" disabled={tlp === 'red'} options={advisories} placeholder={t('notice.field.advisories')} aria-label={t('notice.field.advisories')} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>}
          {!players && <Form.Item name="unsure" valuePropName="checked" noStyle><Checkbox disabled={tlp === 'red'}>{t('notice.field.unsure')}</Checkbox></Form.Item>}
          {!players && <Form.Item name="products" noStyle><Select mode="tags" disabled={tlp === 'red'} open={false} suffixIcon={null} placeholder={t('notice.field.products')} aria-label={t('notice.field.products')} /></Form.Item>}
          {!players && <span className="lh-muted">{t('notice.matchNote')}</span>}
          <Form.Item name="organisations" noStyle><Select mode="multiple" options={players ?? everybody} placeholder={t('notice.field.organisations')} aria-label={t('notice.field.organisations')} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>
        </div>
      </Form.Item>
    </EntityForm>
  )
}
