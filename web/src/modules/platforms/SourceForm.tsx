import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { AutoComplete, Button, Drawer, Flex, Form, Input, InputNumber, Select, Steps } from 'antd'
import { useState, type ReactNode } from 'react'
import { api, EntityForm, ifMatch, Problem, read, useChange } from '../../kernel'
import { useIndicatorOptions } from './data'
import { dimensions, freshSource, sourcesKey, sourceValues, specOf, stepOf, type Source, type SourceValues } from './sources'
import { SourceTest } from './SourceTest'
import { usePlatformTexts } from './texts'

/** Adds or changes a source in four steps; the third shows what would be stored. */
export function SourceForm({ platform, source, open, close }: { platform: string; source: Source | null; open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  return (
    <Drawer open={open} onClose={close} size={960} title={t(source ? 'sources.edit' : 'sources.add')} destroyOnHidden>
      {open && <Fields platform={platform} source={source} close={close} />}
    </Drawer>
  )
}

function Fields({ platform, source, close }: { platform: string; source: Source | null; close: () => void }) {
  const t = usePlatformTexts()
  const [form] = Form.useForm<SourceValues>()
  const [step, setStep] = useState(0)
  const [metrics, setMetrics] = useState<string[]>([])
  const change = useChange({
    run: (v: SourceValues) => {
      const body = { name: v.name ?? '', spec: specOf(v), ...(v.secret ? { secret: v.secret } : {}) }
      if (!source) return read(api.POST('/api/platforms/{id}/sources', { params: { path: { id: platform } }, body }))
      return read(api.PUT('/api/platforms/{id}/sources/{source}', { params: { path: { id: platform, source: source.id }, header: ifMatch(source.version) }, body }))
    },
    refresh: [sourcesKey(platform)], done: t('page.saved'), after: close, quiet: true,
  })
  // What was not touched is not in the values that the form hands over, but in its store.
  const all = () => form.getFieldsValue(true) as SourceValues
  const submit = async () => {
    try {
      await change.mutateAsync(all())
    } catch (error) {
      if (error instanceof Problem && error.faults.length > 0) setStep(Math.min(...error.faults.map((x) => stepOf(x.location))))
      throw error
    }
  }
  const steps = (['where', 'auth', 'mapping', 'schedule'] as const).map((k) => ({ title: t(`sources.steps.${k}`) }))
  return (
    <EntityForm<SourceValues>
      form={form} initial={source ? sourceValues(source) : freshSource} submit={submit} cancel={close} wide name="source"
      extra={<span className="lh-source-moves"><Button disabled={step === 0} onClick={() => setStep(step - 1)}>{t('sources.back')}</Button><Button disabled={step === 3} onClick={() => setStep(step + 1)}>{t('sources.forth')}</Button></span>}
    >
      <Steps size="small" current={step} onChange={setStep} items={steps} className="lh-source-steps" responsive={false} />
      <Panel shown={step === 0}><Where /></Panel>
      <Panel shown={step === 1}><SignIn known={source !== null && source.secret_version > 0} /></Panel>
      <Panel shown={step === 2}>
        <Mapping metrics={metrics} />
        <SourceTest platform={platform} source={source?.id ?? ''} values={all} metrics={setMetrics} />
      </Panel>
      <Panel shown={step === 3}><Timing /></Panel>
    </EntityForm>
  )
}

/** A step: its fields stay while another one is shown. */
function Panel({ shown, children }: { shown: boolean; children: ReactNode }) {
  return <div hidden={!shown}>{children}</div>
}

function Where() {
  const t = usePlatformTexts()
  const kind = Form.useWatch<SourceValues['spec']['kind'] | undefined>(['spec', 'kind'])
  const json = kind === 'json'
  if (kind === 'sql') return <Database />
  return (
    <>
      <NameAndKind />
      <Form.Item name={['spec', 'url']} label={t('availability.url')} extra={t(json ? 'sources.urlJSON' : 'sources.urlPrometheus')}>
        <Input maxLength={1000} className="lh-code" autoCapitalize="none" placeholder={json ? 'https://platform.example.com/api/figures?day={day}' : 'https://platform.example.com/metrics'} />
      </Form.Item>
      {!json && <Form.Item name={['spec', 'match']} label={t('sources.match')} extra={t('sources.matchNote')}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={['\n']} placeholder='{__name__=~"iip_.+"}' /></Form.Item>}
    </>
  )
}

function NameAndKind() {
  const t = usePlatformTexts()
  return (
    <div className="lh-pair">
      <Form.Item name="name" label={t('field.name')}><Input maxLength={100} /></Form.Item>
      <Form.Item name={['spec', 'kind']} label={t('field.kind')}><Select options={(['json', 'prometheus', 'sql'] as const).map((k) => ({ value: k, label: t(`sources.kinds.${k}`) }))} /></Form.Item>
    </div>
  )
}

function Database() {
  const t = usePlatformTexts()
  return (
    <>
      <NameAndKind />
      <Form.Item name={['spec', 'url']} label={t('sources.database')} extra={t('sources.databaseNote')}><Input maxLength={1000} className="lh-code" autoCapitalize="none" placeholder="postgres://db.platform.example.com:5432/figures" /></Form.Item>
      <Form.Item name={['spec', 'tls']} label="TLS" extra={t('sources.tlsNote')}><Select options={(['verify', 'require', 'none'] as const).map((k) => ({ value: k, label: t(`sources.tls.${k}`) }))} /></Form.Item>
    </>
  )
}

function SignIn({ known }: { known: boolean }) {
  const t = usePlatformTexts()
  const kind = Form.useWatch<SourceValues['spec']['kind'] | undefined>(['spec', 'kind'])
  const chosen = Form.useWatch<SourceValues['spec']['auth'] | undefined>(['spec', 'auth'])
  const sql = kind === 'sql'
  const auth = sql ? 'basic' : chosen
  return (
    <>
      {sql ? <p className="lh-note">{t('sources.accountNote')}</p> : <Form.Item name={['spec', 'auth']} label={t('sources.auth')}><Select options={(['none', 'bearer', 'basic', 'header'] as const).map((k) => ({ value: k, label: t(`sources.auths.${k}`) }))} /></Form.Item>}
      {auth === 'basic' && <Form.Item name={['spec', 'user']} label={t('sources.user')}><Input maxLength={200} autoComplete="off" /></Form.Item>}
      {auth === 'header' && <Form.Item name={['spec', 'header']} label={t('sources.header')}><Input maxLength={100} className="lh-code" placeholder="X-Api-Key" /></Form.Item>}
      {auth !== 'none' && <Form.Item name="secret" label={t(auth === 'basic' ? 'sources.password' : 'sources.secret')} extra={t(known ? 'sources.secretKept' : sql ? 'sources.passwordNote' : 'sources.secretNote')}><Input.Password maxLength={4000} autoComplete="new-password" visibilityToggle={false} /></Form.Item>}
    </>
  )
}

function Mapping({ metrics }: { metrics: string[] }) {
  const kind = Form.useWatch<SourceValues['spec']['kind'] | undefined>(['spec', 'kind'])
  if (kind === 'sql') return <Queries />
  return kind === 'prometheus' ? <Rules metrics={metrics} /> : <TableFields />
}

/** Queries whose columns say what the values are. */
function Queries() {
  const t = usePlatformTexts()
  return (
    <>
      <p className="lh-note">{t('sources.queriesNote')}</p>
      <Form.List name={['spec', 'queries']}>
        {(fields, { add, remove }) => (
          <>
            {fields.map((field, i) => (
              <div key={field.key} className="lh-source-query">
                <Form.Item name={field.name} label={t('sources.queryAt', { n: i + 1 })}><Input.TextArea className="lh-code" autoSize={{ minRows: 3, maxRows: 16 }} maxLength={10_000} spellCheck={false} autoCapitalize="none" placeholder={"SELECT 'ent_served' AS code, COUNT(*) AS value, district FROM enterprise WHERE joined <= '{day}' GROUP BY district"} /></Form.Item>
                <Button type="text" danger icon={<DeleteOutlined />} aria-label={t('page.remove')} disabled={fields.length === 1} onClick={() => remove(field.name)} />
              </div>
            ))}
            <Form.Item><Button icon={<PlusOutlined />} disabled={fields.length >= 20} onClick={() => add('')}>{t('sources.addQuery')}</Button></Form.Item>
          </>
        )}
      </Form.List>
    </>
  )
}

function Dimensions({ at, placeholder }: { at: (string | number)[]; placeholder: string }) {
  const t = usePlatformTexts()
  return <div className="lh-source-four">{dimensions.map((d) => <Form.Item key={d} name={[...at, d]} label={t(`field.${d}`)}><Input className="lh-code" maxLength={300} autoCapitalize="none" placeholder={placeholder === '@.' ? `@.${d}` : placeholder} /></Form.Item>)}</div>
}

function IndicatorField({ name }: { name: (string | number)[] }) {
  const t = usePlatformTexts()
  const options = useIndicatorOptions()
  return <Form.Item name={name} label={t('field.indicator')}><Select showSearch={{ optionFilterProp: 'label' }} options={options} popupMatchSelectWidth={false} /></Form.Item>
}

/** Which series are which indicator. */
function Rules({ metrics }: { metrics: string[] }) {
  const t = usePlatformTexts()
  return (
    <Form.List name={['spec', 'rules']}>
      {(fields, { add, remove }) => (
        <>
          {fields.map((field, i) => (
            <fieldset key={field.key} className="lh-fieldset">
              <legend>{t('sources.ruleAt', { n: i + 1 })}</legend>
              <div className="lh-pair">
                <Form.Item name={[field.name, 'metric']} label={t('sources.metric')}><AutoComplete className="lh-code" options={metrics.map((m) => ({ value: m }))} filterOption={(typed, o) => (o?.value ?? '').includes(typed)} placeholder="devices_online" /></Form.Item>
                <IndicatorField name={[field.name, 'code']} />
                <Form.Item name={[field.name, 'labels']} label={t('sources.labels')}><Input className="lh-code" autoCapitalize="none" placeholder="env=prod" /></Form.Item>
                <div className="lh-pair">
                  <Form.Item name={[field.name, 'factor']} label={t('sources.factor')}><InputNumber min={0} placeholder="1" style={{ width: '100%' }} /></Form.Item>
                  <Form.Item name={[field.name, 'combine']} label={t('sources.combine')}><Select allowClear placeholder={t('sources.combines.none')} options={(['sum', 'max'] as const).map((k) => ({ value: k, label: t(`sources.combines.${k}`) }))} /></Form.Item>
                </div>
              </div>
              <p className="lh-note">{t('sources.dimLabels')}</p>
              <Dimensions at={[field.name, 'dims']} placeholder={t('sources.label')} />
              <Flex justify="end"><Button type="text" danger icon={<DeleteOutlined />} disabled={fields.length === 1} onClick={() => remove(field.name)}>{t('page.remove')}</Button></Flex>
            </fieldset>
          ))}
          <Form.Item><Button icon={<PlusOutlined />} disabled={fields.length >= 100} onClick={() => add({ metric: '' })}>{t('sources.addRule')}</Button></Form.Item>
        </>
      )}
    </Form.List>
  )
}

/** Where rows are in a JSON document, and what is in them. */
function TableFields() {
  const t = usePlatformTexts()
  const formats = (['auto', 'datetime', 'date8', 'month6', 'unix', 'unix_ms'] as const).map((k) => ({ value: k, label: t(`sources.formats.${k}`) }))
  const options = useIndicatorOptions()
  return (
    <>
      <p className="lh-note">{t('sources.pathsNote')}</p>
      <Form.Item name={['spec', 'table', 'rows']} label={t('sources.rowsPath')}><Input className="lh-code" maxLength={300} autoCapitalize="none" placeholder="$.data[*]" /></Form.Item>
      <div className="lh-pair">
        <Form.Item name={['spec', 'table', 'period']} label={t('sources.periodPath')} extra={t('sources.periodNote')}><Input className="lh-code" maxLength={300} autoCapitalize="none" placeholder="@.date" /></Form.Item>
        <Form.Item name={['spec', 'table', 'format']} label={t('sources.format')}><Select options={formats} popupMatchSelectWidth={false} /></Form.Item>
      </div>
      <Dimensions at={['spec', 'table', 'dims']} placeholder="@." />
      <Form.List name={['spec', 'table', 'values']}>
        {(fields, { add, remove }) => (
          <fieldset className="lh-fieldset">
            <legend>{t('sources.values')}</legend>
            {fields.map((field) => (
              <div key={field.key} className="lh-source-value">
                <Form.Item name={[field.name, 'code']} label={t('field.indicator')}><AutoComplete options={options} filterOption={(typed, o) => (o?.label ?? '').toLowerCase().includes(typed.toLowerCase())} placeholder={t('sources.codeOrPath')} popupMatchSelectWidth={false} /></Form.Item>
                <Form.Item name={[field.name, 'path']} label={t('sources.valuePath')}><Input className="lh-code" maxLength={300} autoCapitalize="none" placeholder="@.value" /></Form.Item>
                <Form.Item name={[field.name, 'factor']} label={t('sources.factor')}><InputNumber min={0} placeholder="1" style={{ width: '100%' }} /></Form.Item>
                <Button type="text" danger icon={<DeleteOutlined />} aria-label={t('page.remove')} disabled={fields.length === 1} onClick={() => remove(field.name)} />
              </div>
            ))}
            <Button icon={<PlusOutlined />} disabled={fields.length >= 100} onClick={() => add({ path: '' })}>{t('sources.addValue')}</Button>
          </fieldset>
        )}
      </Form.List>
    </>
  )
}

function Timing() {
  const t = usePlatformTexts()
  const kind = Form.useWatch<SourceValues['spec']['schedule']['kind'] | undefined>(['spec', 'schedule', 'kind'])
  return (
    <div className="lh-pair">
      <Form.Item name={['spec', 'schedule', 'kind']} label={t('sources.schedule')} extra={t(kind === 'every' ? 'sources.everyNote' : 'sources.periodScheduleNote')}><Select options={(['every', 'day', 'month'] as const).map((k) => ({ value: k, label: t(`sources.schedules.${k}`) }))} /></Form.Item>
      {kind === 'every'
        ? <Form.Item name={['spec', 'schedule', 'every']} label={t('sources.every')}><InputNumber min={15} max={86400} precision={0} style={{ width: '100%' }} /></Form.Item>
        : <Form.Item name={['spec', 'schedule', 'at']} label={t('sources.at')}><Input maxLength={5} placeholder="01:30" /></Form.Item>}
    </div>
  )
}
