import { PlusOutlined } from '@ant-design/icons'
import { Button, Card, Switch } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, PageTabs, PlainTable, read, StatusTag, useChange, useFormat, useMay, useText } from '../../kernel'
import { AlertRoutes } from './AlertRoutes'
import { AlertRuleForm } from './AlertRuleForm'
import { alertsKey, alertSeverityTone, useAlertRules, type AlertRule } from './alerts'
import { useCatalogue } from './data'
import { usePlatformTexts } from './texts'

/** When there are alerts, and who is told of them. */
export default function AlertRulesPage() {
  const t = usePlatformTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const [edited, edit] = useState<AlertRule | 'new' | null>(null)
  const tabs = [
    { key: 'rules', label: t('alerts.rules'), children: <Rules edit={edit} /> },
    { key: 'routes', label: t('alerts.routes'), children: <AlertRoutes /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('alerts.rules')} note={t('alerts.rulesNote')} actions={may('platforms.alert.edit') && <Button type="primary" icon={<PlusOutlined />} onClick={() => edit('new')}>{t('alerts.newRule')}</Button>} />
      <Card size="small"><PageTabs label={t('alerts.rules')} active={params.get('tab') ?? 'rules'} change={(tab) => setParams(tab === 'rules' ? {} : { tab }, { replace: true })} items={tabs} /></Card>
      <AlertRuleForm edited={edited} close={() => edit(null)} />
    </div>
  )
}

function Rules({ edit }: { edit: (r: AlertRule) => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const rules = useAlertRules()
  const edits = may('platforms.alert.edit')
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/platforms/alerting/rules/{id}', { params: { path: { id } } })), refresh: [alertsKey], done: t('alerts.ruleRemoved'), quiet: true })
  if (rules.error) return <Failure problem={rules.error} retry={() => void rules.refetch()} />
  if (!rules.data) return <Loading />
  return (
    <PlainTable<AlertRule>
      label={t('alerts.rules')}
      rowKey="id"
      dataSource={rules.data.items}
      columns={[
        { key: 'on', title: t('alerts.on'), render: (_, r) => <On rule={r} edits={edits} /> },
        { key: 'name', title: t('alerts.rule'), render: (_, r) => <span className="lh-two">{edits ? <button type="button" className="lh-link" onClick={() => edit(r)}>{text(r.name)}</button> : <span>{text(r.name)}</span>}<Condition rule={r} /></span> },
        { key: 'severity', title: t('alerts.severity'), responsive: ['sm'], render: (_, r) => <StatusTag tone={alertSeverityTone[r.severity]}>{t(`alerts.severities.${r.severity}`)}</StatusTag> },
        { key: 'firing', title: t('alerts.states.firing'), align: 'right', responsive: ['md'], render: (_, r) => (r.firing > 0 ? <Link to={`/platforms/alerts?state=firing&q=${r.code}`}>{f.number(r.firing)}</Link> : none) },
        { key: 'evaluated', title: t('alerts.evaluated'), responsive: ['lg'], render: (_, r) => (r.failure ? <span className="lh-two"><span><StatusTag tone="bad">{t('alerts.failed')}</StatusTag></span><span className="lh-wrap">{r.failure}</span></span> : r.enabled && r.evaluated_at ? t('alerts.evaluatedAgo', { ago: f.ago(r.evaluated_at), ms: f.number(r.took_ms) }) : none) },
        ...(edits ? [{ key: 'act', title: '', render: (_: unknown, r: AlertRule) => (r.ready ? null : <Confirm title={t('alerts.removeRuleTitle', { name: text(r.name) })} note={t('alerts.removeRuleNote')} label={t('page.remove')} run={() => remove.mutateAsync(r.id)} button={{ size: 'small' }} />) }] : []),
      ]}
    />
  )
}

function On({ rule: r, edits }: { rule: AlertRule; edits: boolean }) {
  const t = usePlatformTexts()
  const text = useText()
  const change = useChange({
    run: (enabled: boolean) => read(api.PUT('/api/platforms/alerting/rules/{id}', { params: { path: { id: r.id }, header: ifMatch(r.version) }, body: inputOf({ ...r, enabled }) })),
    refresh: [alertsKey],
  })
  return <Switch size="small" checked={r.enabled} loading={change.isPending} disabled={!edits} aria-label={t('alerts.switch', { name: text(r.name) })} onChange={(v) => change.mutate(v)} />
}

/** What a rule asks for, in one line. */
function Condition({ rule: r }: { rule: AlertRule }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const titles = useCatalogue()
  const lasts = r.for > 0 ? t('alerts.lasting', { minutes: f.number(r.for / 60, 1) }) : ''
  const what = () => {
    switch (r.kind) {
      case 'bound': return `${titles(r.indicator ?? '')} ${r.op} ${f.number(r.limit ?? 0, 4)}`
      case 'change': return `${titles(r.indicator ?? '')} ${t(`alerts.directions.${r.direction ?? 'either'}`)} > ${f.number(r.limit ?? 0, 2)}%`
      case 'overdue': return r.indicator ? titles(r.indicator) : t('alerts.allIndicators')
      case 'finding': return t('alerts.leastIs', { severity: t(`quality.severities.${r.least ?? 'high'}`) })
      case 'certificate': return t('alerts.daysLeft', { days: f.number(r.limit ?? 0) })
      case 'query': return r.expr ?? ''
      default: return t(`alerts.kinds.${r.kind}`)
    }
  }
  return <span className={r.kind === 'query' ? 'lh-code lh-wrap' : 'lh-wrap'}>{[what(), lasts].filter(Boolean).join(' · ')}</span>
}

/** A rule as the API takes it: without what it came to. */
export function inputOf(r: AlertRule) {
  const { code, name, kind, severity, enabled, keep, platforms, indicator, op, limit, direction, least, expr, labels, summary } = r
  const optional = Object.fromEntries(Object.entries({ indicator, op, limit, direction, least, expr, labels }).filter(([, v]) => v !== undefined && v !== null && v !== ''))
  return { code, name, kind, severity, enabled, for: r.for, keep, platforms, summary, ...optional }
}
