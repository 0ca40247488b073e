import { Alert, Button, Drawer, Form, Input, InputNumber, Select, Switch } from 'antd'
import { api, EntityForm, ifMatch, problemText, read, useChange, useFormat } from '../../kernel'
import { availabilityKey, useAvailabilityWords, type Look, type Spec, type Target } from './availability'
import { usePlatformTexts } from './texts'

interface Values { name: string; enabled: boolean; spec: Partial<Spec> }

/** What a new target begins with. */
const fresh: Values = { name: '', enabled: true, spec: { kind: 'http', method: 'GET', statuses: '200-299', interval: 60, timeout: 10 } }

const intervals = [30, 60, 300, 600, 1800, 3600]

/** Makes the API's input of what the form holds: fields that are not on it are not sent. */
function specOf(spec: Partial<Spec>): Spec {
  const set = Object.fromEntries(Object.entries(spec).filter(([, v]) => v !== undefined && v !== null && v !== ''))
  return { address: '', ...set } as Spec
}

/** Adds or changes a target; "test now" checks once what is on the form. */
export function TargetForm({ platform, target, open, close }: { platform: string; target: Target | null; open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  const [form] = Form.useForm<Values>()
  const change = useChange({
    run: (v: Values) => {
      const body = { name: v.name, enabled: v.enabled, spec: specOf(v.spec) }
      if (!target) return read(api.POST('/api/platforms/{id}/availability/targets', { params: { path: { id: platform } }, body }))
      return read(api.PUT('/api/platforms/{id}/availability/targets/{target}', { params: { path: { id: platform, target: target.id }, header: ifMatch(target.version) }, body }))
    },
    refresh: [availabilityKey(platform)], done: t('page.saved'), after: close, quiet: true,
  })
  const initial: Values = target ? { name: target.name, enabled: target.enabled, spec: target.spec } : fresh
  return (
    <Drawer open={open} onClose={close} size={720} title={t(target ? 'availability.edit' : 'availability.add')} destroyOnHidden>
      <EntityForm<Values> form={form} initial={initial} submit={(v) => change.mutateAsync(v)} cancel={close} wide name="target">
        <Fields />
        <Try platform={platform} spec={() => form.getFieldValue('spec') as Partial<Spec>} />
      </EntityForm>
    </Drawer>
  )
}

function Fields() {
  const t = usePlatformTexts()
  const kind = Form.useWatch<Spec['kind'] | undefined>(['spec', 'kind'])
  const address = Form.useWatch<string | undefined>(['spec', 'address'])
  const method = Form.useWatch<string | undefined>(['spec', 'method'])
  const missing = (label: string) => [{ required: true, whitespace: true, message: t('form.missing', { label }) }]
  const http = kind === 'http'
  const secure = kind === 'tls' || (http && (address ?? '').startsWith('https:'))
  return (
    <>
      <div className="lh-pair">
        <Form.Item name="name" label={t('field.name')} rules={missing(t('field.name'))}><Input maxLength={100} /></Form.Item>
        <Form.Item name={['spec', 'kind']} label={t('field.kind')}><Select options={(['http', 'tcp', 'tls'] as const).map((k) => ({ value: k, label: t(`availability.kinds.${k}`) }))} /></Form.Item>
      </div>
      <Form.Item name={['spec', 'address']} label={t(http ? 'availability.url' : 'availability.address')} rules={missing(t(http ? 'availability.url' : 'availability.address'))}>
        <Input maxLength={500} className="lh-code" autoCapitalize="none" placeholder={http ? 'https://' : 'mqtt.example.com:1883'} />
      </Form.Item>
      {http && (
        <div className="lh-pair">
          <Form.Item name={['spec', 'method']} label={t('availability.method')}><Select options={['GET', 'HEAD'].map((m) => ({ value: m, label: m }))} /></Form.Item>
          <Form.Item name={['spec', 'statuses']} label={t('availability.statuses')} extra={t('availability.statusesNote')}><Input maxLength={100} className="lh-code" placeholder="200-299" /></Form.Item>
        </div>
      )}
      {http && method !== 'HEAD' && (
        <>
          <Form.Item name={['spec', 'contains']} label={t('availability.contains')} extra={t('availability.containsNote')}><Input maxLength={200} /></Form.Item>
          <div className="lh-pair">
            <Form.Item name={['spec', 'path']} label={t('availability.path')} extra={t('availability.pathNote')}><Input maxLength={200} className="lh-code" autoCapitalize="none" placeholder="$.status" /></Form.Item>
            <Form.Item name={['spec', 'value']} label={t('availability.value')} extra={t('availability.valueNote')}><Input maxLength={200} className="lh-code" autoCapitalize="none" placeholder="UP" /></Form.Item>
          </div>
        </>
      )}
      <div className="lh-pair">
        <Form.Item name={['spec', 'interval']} label={t('availability.interval')}><Select options={intervals.map((s) => ({ value: s, label: s < 60 ? `${s} ${t('availability.seconds')}` : s < 3600 ? `${s / 60} ${t('availability.minutes')}` : `${s / 3600} ${t('availability.hours')}` }))} /></Form.Item>
        <Form.Item name={['spec', 'timeout']} label={t('availability.timeout')}><InputNumber min={1} max={30} precision={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name={['spec', 'most_ms']} label={t('availability.mostMs')} extra={t('availability.mostMsNote')}><InputNumber min={0} max={30000} precision={0} style={{ width: '100%' }} /></Form.Item>
        {secure && <Form.Item name={['spec', 'warn_days']} label={t('availability.warnDays')} extra={t('availability.warnDaysNote')}><InputNumber min={1} max={90} precision={0} placeholder="14" style={{ width: '100%' }} /></Form.Item>}
      </div>
      <Form.Item name="enabled" label={t('availability.enabled')} valuePropName="checked"><Switch /></Form.Item>
    </>
  )
}

/** Checks once and shows what was seen; nothing of it is kept. */
function Try({ platform, spec }: { platform: string; spec: () => Partial<Spec> }) {
  const t = usePlatformTexts()
  const look = useChange({ run: () => read(api.POST('/api/platforms/{id}/availability/looks', { params: { path: { id: platform } }, body: { spec: specOf(spec()) } })), quiet: true })
  return (
    <div className="lh-stack lh-form-problem">
      <div><Button onClick={() => look.mutate()} loading={look.isPending}>{t('availability.try')}</Button></div>
      {look.error && <Alert type="error" showIcon role="alert" title={problemText(look.error)} />}
      {look.data && !look.isPending && <Seen look={look.data} />}
    </div>
  )
}

function Seen({ look }: { look: Look }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const words = useAvailabilityWords()
  const facts = [words.ms(look.ms), look.status ? `HTTP ${look.status}` : '', look.until ? t('availability.until', { time: f.date(look.until) }) : '', look.detail ?? ''].filter(Boolean)
  return <Alert type={look.ok ? 'success' : 'warning'} showIcon role="status" title={look.ok ? t('availability.tryGood') : `${t('availability.tryBad')} · ${words.fault(look.fault)}`} description={facts.join(' · ')} />
}
