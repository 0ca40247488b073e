import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { Link, useParams } from 'react-router'
import { api, Failure, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useFormat, useText } from '../../kernel'
import { AlertActs } from './AlertActs'
import { AlertOrigin } from './AlertOrigin'
import { AlertWanted } from './AlertWanted'
import { alertKey, levelTone, stateTone, useAlertsLive, useAlertTexts, type AlertDetail } from './alertTexts'

/** One alert: why, what to do, by which records, and what was done. */
export default function AlertPage() {
  const { id = '' } = useParams()
  const t = useAlertTexts()
  useAlertsLive()
  const { data, error, refetch } = useQuery({ queryKey: [...alertKey, 'one', id], queryFn: () => read(api.GET('/api/security/alerts/{id}', { params: { path: { id } } })) })
  if (error) return <><PageHeader title={t('alert.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page alert={data} /> : <Loading />
}

function Page({ alert: a }: { alert: AlertDetail }) {
  const t = useAlertTexts()
  const text = useText()
  return (
    <div className="lh-stack">
      <PageHeader title={text(a.rule)} note={`${text(a.enterprise)} · ${a.sensor}`} marks={<><StatusTag tone={levelTone[a.level]}>{t(`alert.levels.${a.level}`)}</StatusTag><StatusTag tone={stateTone[a.state]}>{t(`alert.states.${a.state}`)}</StatusTag>{a.synthetic && <SyntheticMark />}</>} actions={<AlertActs alert={a} />} />
      <div className="lh-main-side">
        <div className="lh-stack"><Why alert={a} />{a.kind === 'baseline' && <AlertWanted alert={a} />}<EvidenceTable alert={a} /><Related alert={a} /></div>
        <div className="lh-stack"><About alert={a} /><AlertOrigin alert={a} /><History alert={a} /></div>
      </div>
    </div>
  )
}

function Why({ alert: a }: { alert: AlertDetail }) {
  const t = useAlertTexts()
  const text = useText()
  return (
    <Card size="small" title={t('alert.why')}>
      <Particulars
        items={[
          { key: 'why', label: t('alert.why'), children: <strong className="lh-wrap">{text(a.why)}</strong> },
          { key: 'matters', label: t('alert.matters'), children: <span className="lh-wrap">{text(a.matters) || none}</span> },
          { key: 'do', label: t('alert.do'), children: <span className="lh-wrap">{text(a.do) || none}</span> },
          ...(a.technique ? [{ key: 'technique', label: t('alert.field.technique'), children: <span className="lh-wrap"><span className="lh-code">{a.technique}</span> {text(a.technique_name)}</span> }] : []),
          ...(text(a.normal) ? [{ key: 'falses', label: t('alert.falses'), children: <span className="lh-wrap">{text(a.normal)}</span> }] : []),
          ...(a.before ? [{ key: 'before', label: t('alert.before'), children: <span className="lh-wrap"><Link to={`/security/alerts/${a.before.id}`}>{t('alert.beforeThis')}</Link></span> }] : []),
          ...(a.reasons.length > 0 ? [{ key: 'matched', label: t('alert.matched'), children: <span className="lh-code lh-wrap">{a.reasons.map((r) => `${r.field} = ${r.value}`).join(', ')}</span> }] : []),
        ]}
      />
    </Card>
  )
}

function EvidenceTable({ alert: a }: { alert: AlertDetail }) {
  const t = useAlertTexts()
  const f = useFormat()
  if (a.kind === 'health' || (a.kind === 'intel' && a.evidence.length === 0)) return null // a log that was matched is no record
  return (
    <Card size="small" title={t('alert.evidence')}>
      {a.evidence.length === 0 ? <span className="lh-muted">{t('alert.noEvidence')}</span> : (
        <PlainTable<AlertDetail['evidence'][number]>
          label={t('alert.evidence')} rowKey={(e) => e.id} dataSource={a.evidence} pagination={false}
          columns={[
            { title: t('alert.field.when'), responsive: ['sm'], render: (_, e) => <span className="lh-number">{f.time(e.at)}</span> },
            { title: t('alert.field.function'), render: (_, e) => <span className="lh-two lh-wrap"><span className="lh-code">{e.protocol} {e.function}{!e.request && ` (${t('alert.answer')})`}</span><span className="lh-muted">{e.client || e.server ? `${e.client} → ${e.server}:${e.port}` : ''}{e.fields.length === 0 && ` · ${t('alert.field.unit')} ${e.unit}`}{e.exception && ` · ${t('alert.exception', { text: e.exception })}`}</span></span> },
            { title: t('alert.field.objects'), responsive: ['md'], render: (_, e) => <span className="lh-code lh-wrap">{e.fields.length > 0 ? e.fields.slice(0, 6).map((x) => `${x.name}=${x.value}`).join(', ') : e.objects.slice(0, 4).map((o) => `${o.space ?? ''} ${o.name || o.address}${o.value ? `=${o.value}` : ''}`).join(', ') || none}</span> },
            { title: t('alert.field.orientation'), responsive: ['lg'], render: (_, e) => (e.orientation ? t(`alert.orientations.${e.orientation as 'port'}`) : none) },
          ]}
        />
      )}
    </Card>
  )
}

function Related({ alert: a }: { alert: AlertDetail }) {
  const t = useAlertTexts()
  const text = useText()
  const f = useFormat()
  return (
    <Card size="small" title={t('alert.related')}>
      {a.related.length === 0 ? <span className="lh-muted">{t('alert.noRelated')}</span> : (
        <PlainTable<AlertDetail['related'][number]>
          label={t('alert.related')} rowKey={(x) => x.id} dataSource={a.related} pagination={false}
          columns={[
            { title: t('alert.field.rule'), render: (_, x) => <span className="lh-two lh-wrap"><Link to={`/security/alerts/${x.id}`}>{text(x.rule)}</Link><span className="lh-muted">{text(x.why)}</span></span> },
            { title: t('alert.field.level'), render: (_, x) => <StatusTag tone={levelTone[x.level]}>{t(`alert.levels.${x.level}`)}</StatusTag> },
            { title: t('alert.field.last'), responsive: ['sm'], render: (_, x) => <span className="lh-number">{f.time(x.last_at)}</span> },
          ]}
        />
      )}
    </Card>
  )
}

function About({ alert: a }: { alert: AlertDetail }) {
  const t = useAlertTexts()
  const f = useFormat()
  const time = (at: string) => <span className="lh-number">{f.time(at)}</span>
  return (
    <Card size="small" title={t('alert.about')}>
      <Particulars
        items={[
          ...(a.kind === 'health' ? [] : [
            { key: 'client', label: t('alert.field.client'), children: <span className="lh-code">{a.client || (a.origin && a.kind === 'event' ? none : t('alert.several'))}</span> },
            { key: 'server', label: t('alert.field.server'), children: <span className="lh-code">{a.server || (a.origin && a.kind === 'event' ? none : t('alert.several'))}</span> },
            ...(a.client_zone ? [{ key: 'client_zone', label: t('alert.field.clientZone'), children: <span className="lh-wrap">{a.client_zone}</span> }] : []),
            ...(a.server_zone ? [{ key: 'server_zone', label: t('alert.field.serverZone'), children: <span className="lh-wrap">{a.server_zone}</span> }] : []),
          ]),
          { key: 'times', label: t('alert.field.times'), children: <span className="lh-number">{f.number(a.times, 0)}</span> },
          { key: 'first', label: t('alert.field.first'), children: time(a.first_at) },
          { key: 'last', label: t('alert.field.last'), children: time(a.last_at) },
          { key: 'kind', label: t('alert.field.kind'), children: t(`alert.kinds.${a.kind}`) },
          { key: 'pack', label: t('alert.field.pack'), children: <span className="lh-code">{a.pack}</span> },
          ...(a.until ? [{ key: 'until', label: t('alert.field.until'), children: time(a.until) }] : []),
          ...(a.reason ? [{ key: 'reason', label: t('alert.field.reason'), children: <span className="lh-wrap">{a.reason}</span> }] : []),
          ...(a.incident_id ? [{ key: 'incident', label: t('alert.field.incident'), children: <Link to={`/security/incidents/${a.incident_id}`}>{t('alert.toIncident')}</Link> }] : []),
        ]}
      />
    </Card>
  )
}

function History({ alert: a }: { alert: AlertDetail }) {
  const t = useAlertTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('alert.history')}>
      <div className="lh-stack">
        {a.steps.map((s, i) => (
          <div key={i} className="lh-two lh-wrap">
            <span><StatusTag tone={stateTone[s.state]}>{t(`alert.states.${s.state}`)}</StatusTag> {(!s.name && s.reason === 'records_around' ? t('alert.around') : s.reason) || (s.incident_id ? t('alert.escalated') : s.state === 'new' ? t('alert.expired') : '')}</span>
            <span className="lh-muted">{[f.time(s.at), s.name || t('alert.platform'), s.until && `${t('alert.field.until')} ${f.time(s.until)}`].filter(Boolean).join(' · ')}</span>
          </div>
        ))}
        <div className="lh-two"><span><StatusTag tone="warn">{t('alert.states.new')}</StatusTag></span><span className="lh-muted">{f.time(a.opened_at)} · {t('alert.platform')}</span></div>
      </div>
    </Card>
  )
}
