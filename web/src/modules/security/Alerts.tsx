import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, PageHeader, StatusTag, SyntheticMark, useFormat, useSession, useText, type Column } from '../../kernel'
import { alertKey, kinds, levels, levelTone, states, stateTone, useAlertsLive, useAlertTexts, type AlertRow } from './alertTexts'

/** Alerts that the reader may see. */
export default function Alerts() {
  const t = useAlertTexts()
  const text = useText()
  const f = useFormat()
  const own = !['bureau', 'park', 'responder'].includes(useSession().organisation.kind)
  useAlertsLive()
  const columns: Column<AlertRow>[] = [
    { key: 'rule', title: t('alert.field.rule'), sort: 'rule', render: (a) => <span className="lh-two lh-wrap"><span><Link to={`/security/alerts/${a.id}`}>{text(a.rule)}</Link> {a.synthetic && <SyntheticMark />}</span><span className="lh-muted">{text(a.why)}</span></span> },
    { key: 'level', title: t('alert.field.level'), sort: 'level', render: (a) => <StatusTag tone={levelTone[a.level]}>{t(`alert.levels.${a.level}`)}</StatusTag> },
    { key: 'state', title: t('alert.field.state'), sort: 'state', from: 'sm', render: (a) => <StatusTag tone={stateTone[a.state]}>{t(`alert.states.${a.state}`)}</StatusTag> },
    { key: 'enterprise', title: t('alert.field.enterprise'), sort: 'enterprise', from: 'md', render: (a) => <span className="lh-two lh-wrap"><span>{text(a.enterprise)}</span><span className="lh-muted">{a.sensor}</span></span> },
    { key: 'technique', title: t('alert.field.technique'), sort: 'technique', from: 'lg', render: (a) => <span className="lh-code">{a.technique}</span> },
    { key: 'times', title: t('alert.field.times'), sort: 'times', align: 'right', from: 'md', render: (a) => <span className="lh-number">{f.number(a.times, 0)}</span> },
    { key: 'last', title: t('alert.field.last'), sort: 'last_at', from: 'sm', render: (a) => <span className="lh-number">{f.time(a.last_at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('alert.title')} note={t('alert.note')} actions={<><LinkButton to="/security/alert-figures">{t('alert.figuresLink')}</LinkButton><LinkButton to="/security/detection-rules">{t('alert.rulesLink')}</LinkButton></>} />
      <DataTable<AlertRow>
        url="/api/security/alerts" queryKey={[...alertKey, 'list']} label={t('alert.title')} rowKey={(a) => a.id} columns={columns} search={t('alert.search')} exports
        filters={[
          { name: 'state', label: t('alert.field.state'), options: states.map((s) => ({ value: s, label: t(`alert.states.${s}`) })) },
          { name: 'level', label: t('alert.field.level'), options: levels.map((l) => ({ value: l, label: t(`alert.levels.${l}`) })) },
          { name: 'kind', label: t('alert.field.kind'), options: kinds.map((k) => ({ value: k, label: t(`alert.kinds.${k}`) })) },
          { name: 'technique', label: t('alert.field.technique') },
          ...(own ? [{ name: 'client_zone', label: t('alert.field.clientZone') }, { name: 'server_zone', label: t('alert.field.serverZone') }] : []),
        ]}
        empty={<EmptyState title={t('alert.empty')} note={t('alert.emptyNote')} />}
      />
    </div>
  )
}
