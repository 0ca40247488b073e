import { Card, Radio } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, ifMatch, PlainTable, read, StatusTag, useChange, useFormat, useMay, useText, type Column } from '../../kernel'
import { consents, consentTone, sensorKey, useSensorTexts, type SensorDetail, type SensorLook } from './sensors'

/** What the city sees of a sensor, who said so when, and who looked. */
export function SensorConsent({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  return (
    <div className="lh-stack">
      {s.own && (
        <div className="lh-columns">
          <Say sensor={s} />
          <History sensor={s} />
        </div>
      )}
      <Card size="small" title={t('sensor.consent.looks')}><Looks id={s.id} /></Card>
    </div>
  )
}

function Say({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const may = useMay()
  const [wanted, setWanted] = useState<(typeof consents)[number]>(s.consent === 'asked' ? 'figures' : s.consent)
  const say = useChange({ run: () => read(api.PUT('/api/security/sensors/{id}/consent', { params: { path: { id: s.id }, header: ifMatch(s.version) }, body: { consent: wanted } })), refresh: [sensorKey], done: t('sensor.consent.changed'), quiet: true })
  const mine = may('security.sensor.consent')
  return (
    <Card size="small" title={t(s.consent === 'asked' ? 'sensor.consent.answerTitle' : 'sensor.consent.title')} extra={!mine && t('sensor.consent.theirs')}>
      <div className="lh-stack">
        <div className="lh-choices">
          <Radio.Group
            aria-label={t('sensor.consent.title')} value={wanted} disabled={!mine} onChange={(e) => setWanted(e.target.value as typeof wanted)}
            options={consents.map((c) => ({ value: c, label: <span className="lh-two"><span>{t(`sensor.consents.${c}`)}</span><span>{t(`sensor.consentNotes.${c}`)}</span></span> }))}
          />
        </div>
        {mine && (
          <div>
            <Confirm
              title={t('sensor.consent.ask', { consent: t(`sensor.consents.${wanted}`) })} note={<p>{t(`sensor.consentNotes.${wanted}`)}</p>} label={t(s.consent === 'asked' ? 'sensor.health.answer' : 'sensor.consent.change')} danger={false}
              button={{ type: 'primary', disabled: wanted === s.consent }} run={() => say.mutateAsync()}
            />
          </div>
        )}
      </div>
    </Card>
  )
}

function History({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const f = useFormat()
  type Said = SensorDetail['consents'][number]
  return (
    <Card size="small" title={t('sensor.consent.history')}>
      <PlainTable<Said>
        label={t('sensor.consent.history')} rowKey={(c) => c.at} dataSource={s.consents} locale={{ emptyText: t('sensor.consent.noHistory') }} pagination={s.consents.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('sensor.field.time'), render: (_, c) => <span className="lh-number">{f.time(c.at)}</span> },
          { title: t('sensor.field.consent'), render: (_, c) => <StatusTag tone={consentTone[c.consent]}>{t(`sensor.consents.${c.consent}`)}</StatusTag> },
          { title: t('sensor.field.by'), render: (_, c) => c.by },
        ]}
      />
    </Card>
  )
}

function Looks({ id }: { id: string }) {
  const t = useSensorTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<SensorLook>[] = [
    { key: 'at', title: t('sensor.field.time'), sort: 'at', render: (l) => <span className="lh-number">{f.time(l.at)}</span> },
    { key: 'who', title: t('sensor.field.who'), sort: 'name', render: (l) => <span className="lh-two lh-wrap"><span>{l.name}</span><span>{text(l.organisation)}</span></span> },
    { key: 'what', title: t('sensor.field.what'), sort: 'what', render: (l) => t(`sensor.consent.whats.${l.what}`) },
    { key: 'times', title: t('sensor.field.times'), sort: 'times', align: 'right', from: 'sm', render: (l) => <span className="lh-number">{f.number(l.times, 0)}</span> },
  ]
  return (
    <DataTable<SensorLook>
      url={`/api/security/sensors/${id}/looks`} queryKey={[...sensorKey, 'looks', id]} label={t('sensor.consent.looks')} rowKey={(l) => l.key} columns={columns} exports prefix="l." views=""
      empty={<EmptyState title={t('sensor.consent.noLooks')} />}
    />
  )
}
