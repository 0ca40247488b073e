import { Link } from 'react-router'
import { DataTable, EmptyState, none, StatusTag, useFormat, useLive, useMay, useOpen, useText, type Column, type Filter } from '../../kernel'
import { AlertDrawer } from './AlertDrawer'
import { alertsKey, alertSeverityTone, alertStates, alertStateTone, alertTopic, severities, type Alert } from './alerts'
import { usePlatformTexts } from './texts'

/** Alerts as a list, of one platform or of all; a row opens what became of it. */
export function AlertList({ platform }: { platform?: string }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const [open, show] = useOpen()
  useLive(alertTopic, alertsKey)
  const columns: Column<Alert>[] = [
    {
      key: 'what', title: t('alerts.what'), sort: 'rule',
      render: (a) => (
        <span className="lh-two">
          <button type="button" className="lh-link" onClick={() => show(a.id)}>{text(a.rule)}</button>
          <span className="lh-wrap">{text(a.summary)}</span>
        </span>
      ),
    },
    ...(platform ? [] : [{ key: 'platform', title: t('page.title'), sort: 'platform', from: 'sm' as const, render: (a: Alert) => (a.platform_id ? <Link to={`/platforms/${a.platform_id}?tab=alerts`}>{text(a.platform)}</Link> : none) }]),
    { key: 'severity', title: t('alerts.severity'), sort: 'severity', from: 'sm', render: (a) => <StatusTag tone={alertSeverityTone[a.severity]}>{t(`alerts.severities.${a.severity}`)}</StatusTag> },
    { key: 'state', title: t('field.status'), sort: 'state', render: (a) => <State alert={a} /> },
    { key: 'since', title: t('alerts.since'), sort: 'since', from: 'md', render: (a) => <span className="lh-number">{f.time(a.since)}</span> },
    { key: 'ended', title: t('alerts.ended'), sort: 'ended_at', from: 'xl', render: (a) => <span className="lh-number">{a.ended_at ? f.time(a.ended_at) : none}</span> },
    { key: 'claimed', title: t('alerts.claimed'), from: 'lg', render: (a) => a.claimed || none },
  ]
  const filters: Filter[] = [
    { name: 'state', label: t('field.status'), options: alertStates.map((s) => ({ value: s, label: t(`alerts.states.${s}`) })) },
    { name: 'severity', label: t('alerts.severity'), options: severities.map((s) => ({ value: s, label: t(`alerts.severities.${s}`) })) },
    { name: 'claimed', label: t('alerts.claim'), options: [{ value: 'true', label: t('alerts.isClaimed') }, { value: 'false', label: t('alerts.unclaimed') }] },
  ]
  return (
    <>
      <DataTable<Alert>
        url="/api/platforms/alerting/alerts"
        queryKey={alertsKey}
        label={t('alerts.title')}
        rowKey={(a) => a.id}
        columns={columns}
        filters={filters}
        {...(platform ? { fixed: { platform }, prefix: 'a.', views: '' } : { search: t('alerts.search') })}
        exports
        empty={<EmptyState title={t('alerts.none')} note={t(may('platforms.alert.edit') ? 'alerts.noneNote' : 'alerts.noneView')} {...(may('platforms.alert.edit') ? { action: <Link to="/platforms/alert-rules">{t('alerts.toRules')}</Link> } : {})} />}
      />
      <AlertDrawer id={open} close={() => show(null)} />
    </>
  )
}

function State({ alert: a }: { alert: Alert }) {
  const t = usePlatformTexts()
  return (
    <span className="lh-two">
      <span><StatusTag tone={alertStateTone[a.state]}>{t(`alerts.states.${a.state}`)}</StatusTag></span>
      {a.quiet && a.state === 'firing' && <span>{t(`alerts.quiet.${a.quiet}`)}</span>}
    </span>
  )
}
