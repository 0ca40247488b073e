import { Alert, Card, Descriptions, Tag } from 'antd'
import { Link, useParams, useSearchParams } from 'react-router'
import { Failure, Loading, PageHeader, PageTabs, StatusTag, SyntheticMark, useFormat, useMay, useText } from '../../kernel'
import { Acts } from './IncidentActs'
import { Clocks } from './IncidentClocks'
import { Closing } from './IncidentClosing'
import { markOf, stateTone, useIncident, useIncidentTexts, useWords, type Detail, type Level } from './incidentData'
import { Evidence } from './IncidentEvidence'
import { Guests } from './IncidentGuests'
import { Looks } from './IncidentLooks'
import { Notices } from './IncidentNotices'
import { Reports } from './IncidentReports'
import { LevelMark } from './Incidents'
import { Tasks } from './IncidentTasks'
import { Timeline } from './IncidentTimeline'
import { Watermark } from './Watermark'

/** One incident, as far as the reader may see it. */
export default function Incident() {
  const { id = '' } = useParams()
  const t = useIncidentTexts()
  const { data, error, refetch } = useIncident(id)
  // A reading that fails later leaves the page as it is, with what is being typed into it.
  if (data) return <Page incident={data} />
  return error ? <><PageHeader title={t('incident.title')} /><Failure problem={error} retry={() => void refetch()} /></> : <Loading />
}

function Page({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const text = useText()
  const [params, setParams] = useSearchParams()
  const may = useMay()
  const guest = i.side === 'guest'
  const tabs = [
    { key: 'tasks', label: t('incident.tabs.tasks'), children: <Tasks incident={i} /> },
    { key: 'timeline', label: t('incident.tabs.timeline'), children: <Timeline incident={i} /> },
    { key: 'evidence', label: t('incident.tabs.evidence'), children: <Evidence incident={i} /> },
    ...(guest ? [] : [
      { key: 'reports', label: t('incident.tabs.reports'), children: <Reports incident={i} /> },
      { key: 'guests', label: t('incident.tabs.guests'), children: <Guests incident={i} /> },
      { key: 'closing', label: t('incident.tabs.closing'), children: <Closing incident={i} /> },
      { key: 'looks', label: t('incident.tabs.looks'), children: <Looks id={i.id} /> },
    ]),
  ]
  return (
    <div className="lh-stack">
      <Watermark tlp={i.tlp} />
      <PageHeader
        title={i.title} note={`${i.number} · ${text(i.enterprise)}`}
        marks={<>{i.drill && <Tag color="purple">{t('incident.drillMark')} {i.drill_title}</Tag>}<StatusTag tone={stateTone[i.state]}>{t(`incident.states.${i.state}`)}</StatusTag><Tag>{markOf(i.tlp)}</Tag>{i.synthetic && <SyntheticMark />}</>}
        actions={<Acts incident={i} />}
      />
      {i.response > 0 && <Alert type="error" showIcon title={t('incident.responding', { level: t(`incident.levels.l${i.response as Level}`) })} description={i.duty ? t('incident.duty') : undefined} />}
      {i.merged_into && <Alert type="info" showIcon title={<Link to={`/security/incidents/${i.merged_into}`}>{t('incident.mergedInto')}</Link>} />}
      {i.merged.length > 0 && <Alert type="info" showIcon title={t('incident.mergedHere')} description={i.merged.map((m) => <div key={m.id}><Link to={`/security/incidents/${m.id}`}>{m.number} {m.title}</Link></div>)} />}
      <div className="lh-main-side">
        <div className="lh-stack">
          <PageTabs label={t('incident.tabs.course')} active={params.get('tab') ?? 'tasks'} change={(tab) => setParams({ tab }, { replace: true })} items={tabs} />
        </div>
        <div className="lh-stack">
          {i.clocks.length > 0 && <Clocks incident={i} />}
          <About incident={i} />
          {i.side === 'city' && may('security.view') && <Notices incident={i} />}
        </div>
      </div>
    </div>
  )
}

function About({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const words = useWords()
  const category = words?.categories.find((c) => c.id === i.category)
  const time = (key: string, label: string, at?: string) => (at ? [{ key, label, children: <span className="lh-number">{f.time(at)}</span> }] : [])
  if (i.side === 'guest') {
    return (
      <Card size="small" title={t('incident.part')}>
        <div className="lh-stack"><span className="lh-comment-text">{i.part}</span><span className="lh-muted">{t('incident.partUntil', { time: f.time(i.part_until) })}</span><LevelMark of={i} /></div>
      </Card>
    )
  }
  return (
    <Card size="small" title={t('incident.about')}>
      <Descriptions
        size="small" column={1} layout="vertical" colon={false}
        items={[
          { key: 'level', label: t('incident.field.level'), children: <LevelMark of={i} /> },
          { key: 'proposal', label: t('incident.reasons'), children: <span className="lh-two lh-wrap">{i.proposal.reasons.map((r) => <span key={r.en}>{text(r)}</span>)}<span>{text(i.source)}</span></span> },
          { key: 'category', label: t('incident.field.category'), children: category ? text(category.name) : i.category },
          { key: 'kind', label: t('incident.field.kind'), children: t(`incident.kinds.${i.kind}`) },
          { key: 'summary', label: t('incident.field.summary'), children: <span className="lh-comment-text">{i.summary}</span> },
          { key: 'upward', label: t('incident.field.upward'), children: t(`incident.upward.${i.upward || 'none'}`) },
          ...(i.handler_name ? [{ key: 'handler', label: t('incident.field.handler'), children: i.handler_name }] : []),
          ...(i.resolution ? [{ key: 'resolution', label: t('incident.states.rejected'), children: t(`incident.resolutions.${i.resolution}`) }] : []),
          ...time('occurred', t('incident.field.occurred'), i.occurred_at), ...time('discovered', t('incident.field.discovered'), i.discovered_at), ...time('aware', t('incident.field.aware'), i.aware_at),
          ...time('reported', t('incident.field.reported'), i.reported_at), ...time('received', t('incident.field.received'), i.received_at),
          ...time('contained', t('incident.states.contained'), i.contained_at), ...time('recovered', t('incident.states.recovered'), i.recovered_at), ...time('closed', t('incident.states.closed'), i.closed_at),
        ]}
      />
    </Card>
  )
}
