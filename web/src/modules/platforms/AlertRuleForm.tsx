import { Alert, Button, Drawer, Form, Input, InputNumber, Select, Switch } from 'antd'
import { api, EntityForm, ifMatch, NameFields, PlainTable, problemText, read, useChange, useFormat, useText, type Schema } from '../../kernel'
import { inputOf } from './AlertRules'
import { alertsKey, ruleKinds, severities, textOf, usePlatformChoices, type AlertRule } from './alerts'
import { useIndicatorOptions } from './data'
import { usePlatformTexts } from './texts'
import './availability.css'

type Values = Omit<AlertRule, 'id' | 'ready' | 'firing' | 'evaluated_at' | 'took_ms' | 'holds' | 'failure' | 'version'>

const fresh: Partial<Values> = { kind: 'query', severity: 'warning', enabled: true, for: 300, keep: 0, platforms: [], op: '>', direction: 'fall', least: 'high', code: '', expr: '' }

const bodyOf = (v: Values) => inputOf({ ...v, name: textOf(v.name), summary: textOf(v.summary), for: v.for ?? 0, keep: v.keep ?? 0 } as AlertRule)

/** Makes or changes a rule, and shows for which series it would hold now. */
export function AlertRuleForm({ edited, close }: { edited: AlertRule | 'new' | null; close: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const [form] = Form.useForm<Values>()
  const old = edited === 'new' ? null : edited
  const save = useChange({
    run: (v: Values) => {
      const body = bodyOf({ ...old, ...v } as Values)
      if (!old) return read(api.POST('/api/platforms/alerting/rules', { body }))
      return read(api.PUT('/api/platforms/alerting/rules/{id}', { params: { path: { id: old.id }, header: ifMatch(old.version) }, body }))
    },
    refresh: [alertsKey], done: t('page.saved'), after: close, quiet: true,
  })
  return (
    <Drawer open={edited !== null} onClose={close} size={760} title={old ? text(old.name) : t('alerts.newRule')} destroyOnHidden>
      {edited !== null && (
        <EntityForm<Values> name="alertrule" form={form} initial={old ?? fresh} submit={(v) => save.mutateAsync(v)} cancel={close} wide key={old?.id ?? 'new'}>
          <Fields old={old} />
          <Preview values={() => ({ ...old, ...form.getFieldsValue(true) }) as Values} />
        </EntityForm>
      )}
    </Drawer>
  )
}

function Fields({ old }: { old: AlertRule | null }) {
  const t = usePlatformTexts()
  const text = useText()
  const indicators = useIndicatorOptions()
  const platforms = usePlatformChoices()
  const kind = Form.useWatch<AlertRule['kind'] | undefined>('kind') ?? old?.kind ?? 'query'
  const need = (label: string) => [{ required: true, whitespace: true, message: t('form.missing', { label }) }]
  const indicator = (optional: boolean) => (
    <Form.Item name="indicator" label={t('field.indicator')} rules={optional ? [] : need(t('field.indicator'))}>
      <Select showSearch={{ optionFilterProp: 'label' }} allowClear={optional} options={indicators} placeholder={optional ? t('alerts.allIndicators') : ''} />
    </Form.Item>
  )
  const number = (label: string, suffix: string) => <Form.Item name="limit" label={label} rules={[{ required: true, message: t('form.missing', { label }) }]}><InputNumber style={{ width: '100%' }} suffix={suffix} /></Form.Item>
  const seconds = (name: 'for' | 'keep', label: string, extra: string) => (
    <Form.Item name={name} label={label} extra={extra} getValueProps={(v: number | undefined) => ({ value: v === undefined ? v : v / 60 })} normalize={(v: number | null) => Math.round((v ?? 0) * 60)}>
      <InputNumber min={0} max={43200} style={{ width: '100%' }} suffix={t('availability.minutes')} />
    </Form.Item>
  )
  return (
    <>
      <NameFields name="name" label={t('field.name')} required />
      <div className="lh-pair">
        <Form.Item name="kind" label={t('alerts.kind')}><Select disabled={old !== null} options={ruleKinds.map((k) => ({ value: k, label: t(`alerts.kinds.${k}`) }))} /></Form.Item>
        <Form.Item name="code" label={t('field.code')} extra={t('alerts.codeNote')} rules={need(t('field.code'))}><Input disabled={old !== null} maxLength={60} className="lh-code" autoCapitalize="none" /></Form.Item>
      </div>
      <p className="lh-note">{t(`alerts.about.${kind}`)}</p>
      {kind === 'overdue' && indicator(true)}
      {kind === 'bound' && <>{indicator(false)}<div className="lh-pair"><Form.Item name="op" label={t('alerts.op')}><Select options={['>', '>=', '<', '<='].map((o) => ({ value: o, label: o }))} /></Form.Item>{number(t('alerts.bound'), '')}</div></>}
      {kind === 'change' && <>{indicator(false)}<div className="lh-pair"><Form.Item name="direction" label={t('alerts.direction')}><Select options={(['fall', 'rise', 'either'] as const).map((d) => ({ value: d, label: t(`alerts.directions.${d}`) }))} /></Form.Item>{number(t('alerts.percent'), '%')}</div></>}
      {kind === 'finding' && <Form.Item name="least" label={t('alerts.least')}><Select options={(['high', 'medium', 'low'] as const).map((s) => ({ value: s, label: t(`quality.severities.${s}`) }))} /></Form.Item>}
      {kind === 'certificate' && number(t('alerts.days'), t('availability.days'))}
      {kind === 'query' && <Form.Item name="expr" label="PromQL" rules={need('PromQL')}><Input.TextArea className="lh-code" maxLength={4000} autoSize={{ minRows: 2, maxRows: 10 }} autoCapitalize="none" spellCheck={false} placeholder="iip_data_rate > 1000" /></Form.Item>}
      <div className="lh-pair">
        <Form.Item name="severity" label={t('alerts.severity')}><Select options={severities.map((s) => ({ value: s, label: t(`alerts.severities.${s}`) }))} /></Form.Item>
        {seconds('for', t('alerts.for'), t('alerts.forNote'))}
        {seconds('keep', t('alerts.keep'), t('alerts.keepNote'))}
      </div>
      <Form.Item name="platforms" label={t('alerts.platforms')} extra={t('alerts.platformsNote')}>
        <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={(platforms.data?.items ?? []).map((p) => ({ value: p.id, label: text(p.name) }))} />
      </Form.Item>
      <Form.Item name={['summary', 'zh']} label={t('alerts.summaryZh')} rules={need(t('alerts.summaryZh'))} extra={t('alerts.summaryNote', { value: '{{ $value }}', platform: '{{ $labels.platform }}', indicator: '{{ $labels.indicator }}', interpolation: { escapeValue: false } })}><Input maxLength={500} lang="zh-CN" /></Form.Item>
      <Form.Item name={['summary', 'en']} label={t('alerts.summaryEn')}><Input maxLength={500} lang="en" /></Form.Item>
      <Form.Item name="enabled" label={t('availability.enabled')} valuePropName="checked"><Switch /></Form.Item>
    </>
  )
}

type Held = Schema<'PlatformsPreviewSample'>

/** Evaluates what is on the form once; nothing of it is kept. */
function Preview({ values }: { values: () => Values }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const look = useChange({ run: () => read(api.POST('/api/platforms/alerting/preview', { body: bodyOf(values()) })), quiet: true })
  const d = look.data
  return (
    <div className="lh-stack lh-form-problem">
      <div><Button onClick={() => look.mutate()} loading={look.isPending}>{t('alerts.preview')}</Button></div>
      {look.error && <Alert type="error" showIcon role="alert" title={problemText(look.error)} />}
      {d && !look.isPending && (
        <>
          {d.failure ? <Alert type="error" showIcon role="alert" title={d.failure} /> : <Alert type={d.holds > 0 ? 'warning' : 'success'} showIcon role="status" title={t('alerts.wouldFire', { count: d.holds, ms: f.number(d.took_ms) })} />}
          {d.items.length > 0 && (
            <PlainTable<Held>
              label={t('alerts.preview')}
              rowKey={(x) => JSON.stringify(x.labels)}
              dataSource={d.items}
              columns={[
                { key: 'summary', title: t('alerts.what'), render: (_, x) => <span className="lh-two"><span className="lh-wrap">{text(x.summary)}</span><span className="lh-code lh-wrap">{Object.entries(x.labels).sort().map(([k, v]) => `${k}="${v}"`).join(', ')}</span></span> },
                { key: 'value', title: t('field.value'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.value, 4)}</span> },
              ]}
            />
          )}
        </>
      )}
    </div>
  )
}
