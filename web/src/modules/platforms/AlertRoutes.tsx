import { PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Drawer, Form, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, EntityForm, Failure, ifMatch, Loading, NameFields, PlainTable, read, useChange, useFormat, useMay, useText, type Schema, type Text } from '../../kernel'
import { alertsKey, matcherText, textOf, useAlertRoutes, type AlertRoute } from './alerts'
import { MatcherFields } from './Matchers'
import { usePolicies, useRotas } from './rotas'
import { usePlatformTexts } from './texts'

type Values = Schema<'AlertRoute'>

/** Who is told of which alerts; the first route that matches takes one. */
export function AlertRoutes() {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const routes = useAlertRoutes()
  const rotas = useRotas()
  const policies = usePolicies()
  const rotaName = (id: string) => text(rotas.data?.items.find((x) => x.id === id)?.name ?? { zh: id, en: id })
  const policyName = (id: string) => text(policies.data?.items.find((x) => x.id === id)?.name ?? { zh: id, en: id })
  const [edited, edit] = useState<AlertRoute | 'new' | null>(null)
  const edits = may('platforms.alert.edit')
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/platforms/alerting/routes/{id}', { params: { path: { id } } })), refresh: [alertsKey], done: t('alerts.routeRemoved'), quiet: true })
  if (routes.error) return <Failure problem={routes.error} retry={() => void routes.refetch()} />
  if (!routes.data) return <Loading />
  const minutes = (s: number) => f.number(s / 60, 1)
  return (
    <div className="lh-stack">
      <div className="lh-bar lh-list-bar">
        <span className="lh-muted">{t('alerts.routesNote')}</span>
        {edits && <Button icon={<PlusOutlined />} onClick={() => edit('new')}>{t('alerts.newRoute')}</Button>}
      </div>
      <PlainTable<AlertRoute>
        label={t('alerts.routes')}
        rowKey="id"
        dataSource={routes.data.items}
        columns={[
          { key: 'name', title: t('alerts.route'), render: (_, r) => <span className="lh-two">{edits ? <button type="button" className="lh-link" onClick={() => edit(r)}>{text(r.name)}</button> : <span>{text(r.name)}</span>}<span className="lh-code lh-wrap">{r.last ? t('alerts.lastRoute') : r.matchers.map(matcherText).join(', ')}</span></span> },
          { key: 'told', title: t('alerts.toldWhom'), render: (_, r) => [...(r.operator ? [t('alerts.whom.operator')] : []), ...(r.office ? [t('alerts.whom.office')] : []), ...(r.persons.length > 0 ? [t('alerts.whom.persons')] : []), ...(r.rotas ?? []).map(rotaName), ...(r.policy ? [t('duty.policyOf', { name: policyName(r.policy) })] : [])].join(t('alerts.comma')) },
          { key: 'group', title: t('alerts.groupBy'), responsive: ['md'], render: (_, r) => <span className="lh-code">{r.group_by.join(', ')}</span> },
          { key: 'when', title: t('alerts.pace'), responsive: ['lg'], render: (_, r) => t('alerts.paceOf', { wait: f.number(r.wait), interval: minutes(r.interval), repeat: minutes(r.repeat) }) },
          ...(edits ? [{ key: 'act', title: '', render: (_: unknown, r: AlertRoute) => (r.last ? null : <Confirm title={t('alerts.removeRouteTitle', { name: text(r.name) })} label={t('page.remove')} run={() => remove.mutateAsync(r.id)} button={{ size: 'small' }} />) }] : []),
        ]}
      />
      <RouteForm edited={edited} close={() => edit(null)} />
    </div>
  )
}

const fresh: Partial<Values> = { matchers: [{ name: 'severity', op: '=', value: 'critical' }], group_by: ['alertname', 'platform'], wait: 30, interval: 300, repeat: 14_400, operator: true, office: true, persons: [] }

function RouteForm({ edited, close }: { edited: AlertRoute | 'new' | null; close: () => void }) {
  const t = usePlatformTexts()
  const old = edited === 'new' ? null : edited
  const save = useChange({
    run: (v: Values) => {
      const body = { ...v, name: textOf(v.name), matchers: (v.matchers ?? []).map((m) => ({ ...m, value: m.value ?? '' })), persons: old?.persons ?? [], rotas: v.rotas ?? [], policy: v.policy ?? '' }
      if (!old) return read(api.POST('/api/platforms/alerting/routes', { body }))
      return read(api.PUT('/api/platforms/alerting/routes/{id}', { params: { path: { id: old.id }, header: ifMatch(old.version) }, body }))
    },
    refresh: [alertsKey], done: t('page.saved'), after: close, quiet: true,
  })
  const seconds = (name: 'interval' | 'repeat', label: string, least: number) => (
    <Form.Item name={name} label={label} getValueProps={(v: number | undefined) => ({ value: v === undefined ? v : v / 60 })} normalize={(v: number | null) => Math.round((v ?? 0) * 60)}>
      <InputNumber min={least} style={{ width: '100%' }} suffix={t('availability.minutes')} />
    </Form.Item>
  )
  return (
    <Drawer open={edited !== null} onClose={close} size={720} title={t(old ? 'alerts.route' : 'alerts.newRoute')} destroyOnHidden>
      {edited !== null && (
        <EntityForm<Values> name="alertroute" initial={old ?? fresh} submit={(v) => save.mutateAsync(v)} cancel={close} wide key={old?.id ?? 'new'}>
          <NameFields name="name" label={t('field.name')} required />
          {!old?.last && <MatcherFields least={1} />}
          {/* A field without a control keeps the empty list of the last route. */}
          {old?.last && <Form.Item name="matchers" hidden><Select mode="tags" /></Form.Item>}
          <Form.Item name="operator" valuePropName="checked"><Checkbox>{t('alerts.whom.operator')}</Checkbox></Form.Item>
          <Form.Item name="office" valuePropName="checked"><Checkbox>{t('alerts.whom.office')}</Checkbox></Form.Item>
          <OnCallFields />
          <Form.Item name="group_by" label={t('alerts.groupBy')} extra={t('alerts.groupByNote')}><Select mode="tags" options={['alertname', 'platform', 'severity', 'indicator', 'target'].map((n) => ({ value: n }))} /></Form.Item>
          <div className="lh-pair">
            <Form.Item name="wait" label={t('alerts.wait')}><InputNumber min={0} max={3600} precision={0} style={{ width: '100%' }} suffix={t('availability.seconds')} /></Form.Item>
            {seconds('interval', t('alerts.interval'), 0.5)}
            {seconds('repeat', t('alerts.repeat'), 1)}
          </div>
        </EntityForm>
      )}
    </Drawer>
  )
}

/** Who is on duty, and what follows when nobody takes an alert. */
function OnCallFields() {
  const t = usePlatformTexts()
  const text = useText()
  const rotas = useRotas()
  const policies = usePolicies()
  const options = (list?: { id: string; name: Text }[]) => (list ?? []).map((x) => ({ value: x.id, label: text(x.name) }))
  return (
    <div className="lh-pair">
      <Form.Item name="rotas" label={t('duty.rotas')} extra={t('duty.rotasNote')}><Select mode="multiple" optionFilterProp="label" options={options(rotas.data?.items)} /></Form.Item>
      <Form.Item name="policy" label={t('duty.policy')} extra={t('duty.policyNote')}><Select allowClear options={options(policies.data?.items)} /></Form.Item>
    </div>
  )
}
