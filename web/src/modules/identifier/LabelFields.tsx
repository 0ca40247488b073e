import { Checkbox, Form, Input, InputNumber, Select } from 'antd'
import { useLanguage } from '../../kernel'
import { sizeOf, sizes, type LabelDesign, type LabelPreview, type LabelSource } from './design'
import { useIdentifierTexts } from './texts'

interface Props {
  /** Labels are of a batch or an import, not of names. */
  many: boolean
  source: LabelSource
  offers: LabelPreview['offers']
}

/** Of what labels are, what their codes carry, what stands beside, and how large they are. */
export function LabelFields({ many, source, offers }: Props) {
  const t = useIdentifierTexts()
  return (
    <>
      <fieldset className="lh-fieldset">
        <legend>{t('labels.of')}</legend>
        {many ? (
          <>
            <p className="lh-muted">{t(source.batch ? 'labels.ofBatch' : 'labels.ofImport')}</p>
            <div className="lh-item-row">
              <Form.Item name={['source', 'first']} label={t('labels.first')}><InputNumber min={1} precision={0} placeholder="1" style={{ width: '100%' }} /></Form.Item>
              <Form.Item name={['source', 'count']} label={t('labels.count')}><InputNumber min={1} max={5000} precision={0} placeholder="5000" style={{ width: '100%' }} /></Form.Item>
            </div>
          </>
        ) : (
          <Form.Item name="names" label={t('labels.names')} extra={t('labels.namesNote')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('labels.names') }) }]}>
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} className="lh-code" autoCapitalize="none" spellCheck={false} placeholder="88.101.5/T001" />
          </Form.Item>
        )}
        <Form.Item name="title" label={t('labels.sheetTitle')}><Input maxLength={100} placeholder={t('labels.sheetTitleNote')} /></Form.Item>
      </fieldset>
      <fieldset className="lh-fieldset">
        <legend>{t('labels.code')}</legend>
        <CodeFields />
      </fieldset>
      <fieldset className="lh-fieldset">
        <legend>{t('labels.texts')}</legend>
        <TextFields offers={offers} />
      </fieldset>
      <fieldset className="lh-fieldset">
        <legend>{t('labels.size')}</legend>
        <SizeFields />
      </fieldset>
    </>
  )
}

function CodeFields() {
  const t = useIdentifierTexts()
  const form = Form.useFormInstance()
  const symbol = Form.useWatch(['design', 'symbol'], form) as LabelDesign['symbol'] | undefined
  const carries = (['handle', 'hdl', 'https', 'gs1', 'gs1_link'] as const).map((x) => ({ value: x, label: t(`labels.carries.${x}`) }))
  return (
    <>
      <div className="lh-item-row">
        <Form.Item name={['design', 'symbol']} label={t('labels.symbol')}><Select options={[{ value: 'qr', label: 'QR Code' }, { value: 'data_matrix', label: 'Data Matrix' }]} /></Form.Item>
        <Form.Item name={['design', 'level']} label={t('labels.level')}><Select disabled={symbol !== 'qr'} options={(['L', 'M', 'Q', 'H'] as const).map((x) => ({ value: x, label: t(`labels.levels.${x}`) }))} /></Form.Item>
        <Form.Item name={['design', 'quiet']} label={t('labels.quiet')} extra={t('labels.quietNote')}><InputNumber min={0} max={10} precision={0} style={{ width: '100%' }} /></Form.Item>
      </div>
      <Form.Item
        name={['design', 'carries']} label={t('labels.carry')}
        getValueFromEvent={(value: LabelDesign['carries']) => {
          if (value === 'gs1') form.setFieldValue(['design', 'symbol'], 'data_matrix')
          return value
        }}
      >
        <Select options={carries} />
      </Form.Item>
    </>
  )
}

function TextFields({ offers }: { offers: LabelPreview['offers'] }) {
  const t = useIdentifierTexts()
  const language = useLanguage()
  return (
    <>
      <div className="lh-item-row">
        <Form.Item name={['design', 'title']} label={t('labels.line')}><Input maxLength={60} /></Form.Item>
        <Form.Item name={['design', 'text']} label={t('labels.points')}><InputNumber min={4} max={24} step={0.5} style={{ width: '100%' }} /></Form.Item>
      </div>
      <Form.Item name={['design', 'items']} label={t('labels.items')} extra={t('labels.itemsNote')}>
        <Select mode="tags" maxCount={8} options={offers.map((o) => ({ value: o.name, label: language === 'zh' && o.title ? o.title : o.name }))} />
      </Form.Item>
      <Form.Item name={['design', 'named']} valuePropName="checked" className="lh-value-secret"><Checkbox>{t('labels.named')}</Checkbox></Form.Item>
    </>
  )
}

function SizeFields() {
  const t = useIdentifierTexts()
  const form = Form.useFormInstance()
  const design = Form.useWatch('design', form) as LabelDesign | undefined
  const choose = (key: string) => {
    const found = sizes.find((s) => s.key === key)
    if (!found) return
    const { key: _, ...size } = found
    form.setFieldValue('design', { ...design, ...size })
  }
  const mm = (name: keyof LabelDesign, min: number, max: number) => (
    <Form.Item name={['design', name]} label={t(`labels.mm.${name as 'width'}`)}><InputNumber min={min} max={max} step={0.5} style={{ width: '100%' }} /></Form.Item>
  )
  const number = (name: 'rows' | 'columns', max: number) => (
    <Form.Item name={['design', name]} label={t(`labels.${name}`)}><InputNumber min={1} max={max} precision={0} style={{ width: '100%' }} /></Form.Item>
  )
  return (
    <>
      <Form.Item label={t('labels.preset')} htmlFor="label-preset">
        <Select id="label-preset" value={sizeOf(design)} onChange={choose} options={[...sizes.map((s) => ({ value: s.key as string, label: t(`labels.sizes.${s.key}`) })), { value: '', label: t('labels.sizes.own') }]} />
      </Form.Item>
      <div className="lh-item-row">
        <Form.Item name={['design', 'paper']} label={t('labels.paper')}><Select options={(['a4', 'roll'] as const).map((x) => ({ value: x, label: t(`labels.papers.${x}`) }))} /></Form.Item>
        {mm('width', 8, 210)}
        {mm('height', 8, 297)}
      </div>
      {design?.paper !== 'roll' && (
        <>
          <div className="lh-item-row">{number('rows', 40)}{number('columns', 30)}</div>
          <div className="lh-item-row">{mm('left', 0, 200)}{mm('top', 0, 280)}</div>
          <div className="lh-item-row">{mm('gap_x', 0, 100)}{mm('gap_y', 0, 100)}</div>
          <Form.Item name={['design', 'outline']} valuePropName="checked" className="lh-value-secret"><Checkbox>{t('labels.outline')}</Checkbox></Form.Item>
        </>
      )}
    </>
  )
}
