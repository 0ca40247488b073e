import { useQuery } from '@tanstack/react-query'
import { Button, Card, Drawer, Flex, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, ifMatch, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, type Schema } from '../../kernel'
import { periodTone, protectionKey, useProtectionTexts, type Duty, type OwnTime } from './protection'
import { Said, StandingTag } from './ProtectionReports'

/** What one's own organisation owes: today on top, and the days before. */
export function ProtectionOwn({ own }: { own: Schema<'ProtectionOwn'> }) {
  const t = useProtectionTexts()
  if (own.periods.length === 0) return <EmptyState title={t('protection.ownEmpty')} note={t('protection.ownEmptyNote')} />
  return own.periods.map((p) => <One key={p.id} period={p} today={own.today} />)
}

function One({ period: p, today }: { period: OwnTime; today: string }) {
  const t = useProtectionTexts()
  const now = p.days.find((d) => d.day === today)
  const before = p.days.filter((d) => d !== now)
  return (
    <Card size="small" title={<Flex gap={8} wrap align="center"><span className="lh-wrap">{p.title}</span><StatusTag tone={periodTone[p.state]}>{t(`protection.states.${p.state}`)}</StatusTag>{p.synthetic && <SyntheticMark />}</Flex>}>
      <div className="lh-stack">
        <div><span className="lh-number">{p.from} – {p.until}</span> · {t('protection.before', { time: p.time })}{p.note && <div className="lh-notice-text">{p.note}</div>}{p.reason && <div className="lh-muted">{t('protection.endedBecause', { reason: p.reason })}</div>}</div>
        {now && <section aria-label={t('protection.today')} className="lh-stack"><Flex gap={12} wrap align="center"><strong>{t('protection.today')} <span className="lh-number">{now.day}</span></strong><StandingTag duty={now} /></Flex>{now.reports > 0 && <Said said={now} />}<Acts duty={now} /></section>}
        {before.length > 0 && (
          <PlainTable<Duty>
            label={t('protection.past')} rowKey={(d) => d.id} dataSource={before}
            columns={[
              { title: t('protection.field.day'), render: (_, d) => <span className="lh-number">{d.day}</span> },
              { title: t('protection.field.standing'), render: (_, d) => <StandingTag duty={d} /> },
              { title: t('protection.field.what'), responsive: ['md'], render: (_, d) => d.reports > 0 && <Said said={d} /> },
              { title: '', render: (_, d) => <Acts duty={d} small /> },
            ]}
          />
        )}
      </div>
    </Card>
  )
}

interface Values { events: number; handled: number; what: string; incident?: string }

/** One button where nothing happened, and a form where something did. */
function Acts({ duty: d, small }: { duty: Duty; small?: boolean }) {
  const t = useProtectionTexts()
  const f = useFormat()
  const [telling, setTelling] = useState(false)
  const send = useChange({
    run: (v: Values | null) => read(api.POST('/api/security/protection-duties/{id}/report', {
      params: { path: { id: d.id }, header: ifMatch(d.version) },
      body: v ? { happened: true, events: v.events, handled: v.handled, what: v.what, ...(v.incident ? { incident: v.incident } : {}) } : { happened: false, events: 0, handled: 0, what: '' },
    })),
    refresh: [protectionKey], done: t('protection.sent'), quiet: true, after: () => setTelling(false),
  })
  const { data } = useQuery({ queryKey: ['security', 'incidents', 'choice'], queryFn: () => read(api.GET('/api/security/incidents', { params: { query: { limit: 100 } } })), enabled: telling })
  const incidents = (data?.items ?? []).map((i) => ({ value: i.id, label: `${i.number} ${i.title}` }))
  const correct = d.acts.includes('correct')
  if (!correct && !d.acts.includes('report')) return null
  const needed = (name: 'events' | 'handled' | 'what') => [{ required: true, message: t('protection.needed', { label: t(`protection.field.${name}`) }) }]
  const size = small ? ({ size: 'small' } as const) : {}
  return (
    <Flex gap={8} wrap align="center">
      {d.standing !== 'nothing' && <Confirm title={t('protection.nothingAsk', { day: d.day })} {...(correct ? { note: <p>{t('protection.correctNote')}</p> } : {})} label={t(correct ? 'protection.toNothing' : 'protection.nothing')} danger={false} button={{ ...size, ...(correct || small ? {} : { type: 'primary' as const }) }} run={() => send.mutateAsync(null)} />}
      <Button {...size} onClick={() => setTelling(true)}>{t(correct ? 'protection.toSomething' : 'protection.something')}</Button>
      {!small && <span className="lh-muted lh-number">{t('protection.owedBy', { time: f.time(d.due_at) })}</span>}
      <Drawer title={`${t('protection.something')} · ${d.day}`} open={telling} onClose={() => setTelling(false)} size="large" destroyOnHidden>
        <EntityForm<Values> initial={{ events: Math.max(d.events, 1), handled: d.handled, what: d.what, ...(d.incident_id ? { incident: d.incident_id } : {}) }} submitLabel={t('protection.send')} cancel={() => setTelling(false)} submit={(v) => send.mutateAsync(v)}>
          <Form.Item name="events" label={t('protection.field.events')} rules={needed('events')}><InputNumber min={1} max={9999} precision={0} /></Form.Item>
          <Form.Item name="handled" label={t('protection.field.handled')} rules={needed('handled')}><InputNumber min={0} max={9999} precision={0} /></Form.Item>
          <Form.Item name="what" label={t('protection.field.what')} rules={needed('what')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 4 }} /></Form.Item>
          <Form.Item name="incident" label={t('protection.field.incident')} extra={t('protection.incidentNote')}><Select allowClear options={incidents} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>
        </EntityForm>
      </Drawer>
    </Flex>
  )
}
