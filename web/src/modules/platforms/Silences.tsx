import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, PageHeader, read, StatusTag, useChange, useFormat, useLive, useMay, type Column, type Filter } from '../../kernel'
import { alertsKey, alertTopic, matcherText, silenceTone, type Silence } from './alerts'
import { SilenceForm } from './SilenceForm'
import { usePlatformTexts } from './texts'

/** Alerts that nobody is told of for a time. */
export default function SilencesPage() {
  const t = usePlatformTexts()
  const f = useFormat()
  const may = useMay()
  const [making, make] = useState(false)
  useLive(alertTopic, alertsKey)
  const end = useChange({ run: (id: string) => read(api.DELETE('/api/platforms/alerting/silences/{id}', { params: { path: { id } } })), refresh: [alertsKey], done: t('alerts.silenceEnded'), quiet: true })
  const edits = may('platforms.alert.edit')
  const add = edits && <Button type="primary" icon={<PlusOutlined />} onClick={() => make(true)}>{t('alerts.newSilence')}</Button>
  const columns: Column<Silence>[] = [
    { key: 'matchers', title: t('alerts.matchers'), render: (s) => <span className="lh-code lh-wrap">{s.matchers.map(matcherText).join(', ')}</span> },
    { key: 'state', title: t('field.status'), render: (s) => <StatusTag tone={silenceTone[s.state]}>{t(`alerts.silenceStates.${s.state}`)}</StatusTag> },
    { key: 'from', title: t('availability.from'), sort: 'from', from: 'md', render: (s) => <span className="lh-number">{f.time(s.from)}</span> },
    { key: 'to', title: t('availability.to'), sort: 'to', from: 'sm', render: (s) => <span className="lh-number">{f.time(s.to)}</span> },
    { key: 'reason', title: t('field.reason'), from: 'md', render: (s) => <span className="lh-two"><span className="lh-wrap">{s.reason}</span><span>{s.author}</span></span> },
    ...(edits ? [{ key: 'act', title: '', render: (s: Silence) => (s.state === 'expired' ? null : <Confirm title={t('alerts.endSilenceTitle')} note={t('alerts.endSilenceNote')} label={t('alerts.endSilence')} run={() => end.mutateAsync(s.id)} button={{ size: 'small' }} />) }] : []),
  ]
  const filters: Filter[] = [{ name: 'state', label: t('field.status'), options: (['active', 'pending', 'expired'] as const).map((s) => ({ value: s, label: t(`alerts.silenceStates.${s}`) })) }]
  return (
    <div className="lh-stack">
      <PageHeader title={t('alerts.silences')} note={t('alerts.silencesNote')} actions={add} />
      <DataTable<Silence>
        url="/api/platforms/alerting/silences" queryKey={[...alertsKey, 'silences']} label={t('alerts.silences')} rowKey={(s) => s.id} columns={columns} filters={filters} search={t('alerts.searchSilences')}
        empty={<EmptyState title={t('alerts.noSilences')} note={t('alerts.noSilencesNote')} action={add} />}
      />
      <SilenceForm open={making} close={() => make(false)} />
    </div>
  )
}
