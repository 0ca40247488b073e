import { Alert } from 'antd'
import { useParams, useSearchParams } from 'react-router'
import { api, Confirm, EmptyState, Failure, ifMatch, Loading, PageHeader, PageTabs, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText } from '../../kernel'
import { SensorConsent } from './SensorConsent'
import { SensorDevices } from './SensorDevices'
import { SensorFacts } from './SensorFacts'
import { SensorHealth } from './SensorHealth'
import { SensorLogs } from './SensorLogs'
import { SensorNetwork } from './SensorNetwork'
import { SensorNext } from './SensorNext'
import { SensorPairs } from './SensorPairs'
import { SensorRecords } from './SensorRecords'
import { consentTone, sensorKey, sensorTone, useSensor, useSensorTexts, type SensorDetail } from './sensors'
import { useSpan } from './sensorSpan'
import { SensorTraffic } from './SensorTraffic'

/** One sensor, as far as the reader may see it. */
export default function Sensor() {
  const { id = '' } = useParams()
  const t = useSensorTexts()
  const { data, error, refetch } = useSensor(id)
  if (data) return <Page sensor={data} />
  return error ? <><PageHeader title={t('sensor.one')} /><Failure problem={error} retry={() => void refetch()} /></> : <Loading />
}

function Page({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const text = useText()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const figures = s.own || s.consent === 'figures' || s.consent === 'detail'
  const detail = s.own || s.consent === 'detail'
  const guarded = (children: React.ReactNode) => (detail ? children : <EmptyState title={t('sensor.figuresOnly')} />)
  const tabs = [
    ...(figures ? [
      { key: 'health', label: t('sensor.tabs.health'), children: <SensorHealth sensor={s} /> },
      { key: 'traffic', label: t('sensor.tabs.traffic'), children: <SensorTraffic id={s.id} /> },
      { key: 'pairs', label: t('sensor.tabs.pairs'), children: guarded(<SensorPairs sensor={s} />) },
      { key: 'network', label: t('sensor.tabs.network'), children: guarded(<SensorNetwork id={s.id} />) },
      { key: 'records', label: t('sensor.tabs.records'), children: guarded(<SensorRecords id={s.id} />) },
      { key: 'devices', label: t('sensor.tabs.devices'), children: guarded(<SensorDevices id={s.id} />) },
      { key: 'facts', label: t('sensor.tabs.facts'), children: guarded(<SensorFacts id={s.id} />) },
      { key: 'logs', label: t('sensor.tabs.logs'), children: guarded(<SensorLogs id={s.id} />) },
    ] : []),
    ...(s.own || detail ? [{ key: 'consent', label: t('sensor.tabs.consent'), children: <SensorConsent sensor={s} /> }] : []),
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={s.name} note={[s.place, s.own ? '' : text(s.organisation)].filter(Boolean).join(' · ') || t('sensor.one')}
        marks={<>{s.synthetic && <SyntheticMark />}<StatusTag tone={sensorTone[s.state]}>{t(`sensor.states.${s.state}`)}</StatusTag><StatusTag tone={consentTone[s.consent]}>{t('sensor.field.consent')}: {t(`sensor.consents.${s.consent}`)}</StatusTag></>}
        actions={s.own && s.state !== 'retired' && may('security.sensor.manage') && <Retire sensor={s} />}
      />
      <Warnings sensor={s} toConsent={() => setParams({ tab: 'consent' })} />
      {s.own && s.state === 'waiting' && s.consent !== 'asked' && <SensorNext machine={s.machine_id} />}
      {tabs.length > 0 && <PageTabs label={t('sensor.tabs.parts')} active={params.get('tab') ?? tabs[0]!.key} change={(tab) => setParams({ tab }, { replace: true })} items={tabs} />}
    </div>
  )
}

function Warnings({ sensor: s, toConsent }: { sensor: SensorDetail; toConsent: () => void }) {
  const t = useSensorTexts()
  const f = useFormat()
  const may = useMay()
  const span = useSpan()
  return (
    <>
      {s.state === 'retired' && <Alert type="info" showIcon title={t('sensor.health.retiredTitle', { time: f.time(s.retired_at) })} />}
      {s.state === 'silent' && <Alert type="error" showIcon title={t('sensor.health.silentTitle', { time: f.ago(s.seen_at) })} description={t('sensor.health.silentNote')} />}
      {s.clock_off && <Alert type="warning" showIcon title={t('sensor.health.clockTitle', { span: t(s.skew_seconds > 0 ? 'sensor.health.ahead' : 'sensor.health.behind', { span: span(s.skew_seconds) }) })} description={t('sensor.health.clockNote')} />}
      {s.consent === 'asked' && s.own && <Alert type="warning" showIcon title={t('sensor.health.askedTitle')} description={t('sensor.health.askedNote')} action={may('security.sensor.consent') && <button type="button" className="lh-link" onClick={toConsent}>{t('sensor.health.answer')}</button>} />}
      {s.consent === 'asked' && !s.own && <Alert type="info" showIcon title={t('sensor.health.askedOther')} />}
      {s.losses.rejected > 0 && <Alert type="warning" showIcon title={t('sensor.health.refusedTitle', { n: f.number(s.losses.rejected, 0), why: s.losses.rejection })} description={<span className="lh-number">{f.time(s.losses.rejected_at)}</span>} />}
    </>
  )
}

function Retire({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const retire = useChange({ run: () => read(api.POST('/api/security/sensors/{id}/retirement', { params: { path: { id: s.id }, header: ifMatch(s.version) } })), refresh: [sensorKey], done: t('sensor.retire.done'), quiet: true })
  return <Confirm title={t('sensor.retire.title', { name: s.name })} note={<p>{t('sensor.retire.note')}</p>} label={t('sensor.retire.label')} run={() => retire.mutateAsync()} />
}
