import { Alert, Button, Card, Checkbox, Drawer, Form, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, EntityForm, Failure, ifMatch, Loading, none, PlainTable, read, StatusTag, useChange, useFormat, type Schema } from '../../kernel'
import { pilotKey, usePanel, type Call, type Panel, type Standing } from './pilots'
import { useScenarioTexts } from './texts'

type Severity = Schema<'PilotSeverity'>

/** What the panel has before it: raw and calibrated points, places, and how harsh reviewers are. */
export function PanelCard({ call }: { call: Call }) {
  const t = useScenarioTexts()
  const [deciding, decide] = useState(false)
  const panel = usePanel(call.id, true)
  if (panel.error) return <Failure problem={panel.error} retry={() => void panel.refetch()} />
  if (!panel.data) return <Loading />
  const p = panel.data
  return (
    <Card size="small" title={t('pilot.panel')} extra={call.acts.includes('decide') && p.ready && <Button type="primary" size="small" onClick={() => decide(true)}>{t('pilot.decide')}</Button>}>
      <p className="lh-note">{t('pilot.method')}</p>
      {p.groups > 1 && <Alert type="warning" showIcon title={t('pilot.groups', { count: p.groups })} className="lh-form-problem" />}
      {!p.ready && !p.decided && <Alert type="info" showIcon title={t('pilot.waiting')} className="lh-form-problem" />}
      <Standings panel={p} />
      <h3 className="lh-section-head">{t('pilot.severity')}</h3>
      <Severities list={p.judges} />
      <Drawer open={deciding} onClose={() => decide(false)} size={960} title={t('pilot.decide')} destroyOnHidden><Decision call={call} panel={p} close={() => decide(false)} /></Drawer>
    </Card>
  )
}

function Standings({ panel }: { panel: Panel }) {
  const t = useScenarioTexts()
  const f = useFormat()
  return (
    <PlainTable<Standing>
      label={t('pilot.panel')} rowKey="application_id" dataSource={panel.items}
      columns={[
        { key: 'place', title: t('pilot.place'), render: (_, s) => <strong className="lh-number">{s.place || none}</strong> },
        { key: 'project', title: t('pilot.project'), render: (_, s) => <span className="lh-two"><Link to={`/scenario/pilots/applications/${s.application_id}`}>{s.project}</Link><span className="lh-code">{s.alias}</span></span> },
        { key: 'raw', title: t('pilot.raw'), align: 'right', responsive: ['sm'], render: (_, s) => <span className="lh-number">{f.number(s.raw, 2)}</span> },
        { key: 'calibrated', title: t('pilot.calibrated'), align: 'right', render: (_, s) => <span className="lh-number">{f.number(s.calibrated, 2)}</span> },
        { key: 'range', title: t('pilot.range'), responsive: ['md'], render: (_, s) => <Range standing={s} /> },
        { key: 'spread', title: t('pilot.spread'), align: 'right', responsive: ['lg'], render: (_, s) => <span className="lh-number">{f.number(s.spread, 2)}</span> },
        { key: 'state', title: t('pilot.state'), render: (_, s) => <Mark standing={s} decided={panel.decided} /> },
      ]}
    />
  )
}

/** The range of the points, with the raw mean as a ring and the calibrated one as a dot. */
function Range({ standing: s }: { standing: Standing }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const at = (v: number) => `${Math.min(100, Math.max(0, v))}%`
  const label = `${f.number(s.low, 1)}–${f.number(s.high, 1)}; ${t('pilot.raw')} ${f.number(s.raw, 1)}; ${t('pilot.calibrated')} ${f.number(s.calibrated, 1)}`
  return <span className="lh-pilot-range" role="img" aria-label={label} title={label}><i style={{ left: at(s.low), width: at(s.high - s.low) }} /><b style={{ left: at(s.raw) }} /><em style={{ left: at(s.calibrated) }} /></span>
}

function Mark({ standing: s, decided }: { standing: Standing; decided: boolean }) {
  const t = useScenarioTexts()
  if (decided) return <StatusTag tone={s.selected ? 'good' : 'idle'}>{t(s.selected ? 'pilot.states.selected' : 'pilot.states.not_selected')}</StatusTag>
  if (s.veto) return <StatusTag tone="bad">{t('pilot.veto')}</StatusTag>
  if (s.on_line) return <StatusTag tone="warn">{t('pilot.onLine')}</StatusTag>
  if (s.within) return <StatusTag tone="good">{t('pilot.within')}</StatusTag>
  return s.passed || s.reviews === 0 ? none : <StatusTag tone="idle">{t('pilot.notPassed')}</StatusTag>
}

function Severities({ list }: { list: Severity[] }) {
  const t = useScenarioTexts()
  const f = useFormat()
  return (
    <PlainTable<Severity>
      label={t('pilot.severity')} rowKey="alias" dataSource={list}
      columns={[
        { key: 'alias', title: t('pilot.alias'), render: (_, j) => <span className="lh-code">{j.alias}</span> },
        { key: 'reviews', title: t('pilot.reviewsCount'), align: 'right', render: (_, j) => <span className="lh-number">{j.reviews}</span> },
        { key: 'mean', title: t('pilot.mean'), align: 'right', responsive: ['sm'], render: (_, j) => <span className="lh-number">{f.number(j.mean, 2)}</span> },
        { key: 'effect', title: t('pilot.effect'), align: 'right', render: (_, j) => <span className="lh-number">{j.effect > 0 ? '+' : ''}{f.number(j.effect, 2)}</span> },
        { key: 'note', title: t('pilot.state'), render: (_, j) => (j.thin ? t('pilot.thin') : Math.abs(j.effect) < 5 ? none : t(j.effect > 0 ? 'pilot.lenient' : 'pilot.harsh')) },
      ]}
    />
  )
}

interface Values { meeting: string; choices: { application_id: string; selected: boolean; reason: string }[] }

/** The panel's decision: who is chosen, and why where it departs from the ranking. */
function Decision({ call, panel, close }: { call: Call; panel: Panel; close: () => void }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const save = useChange({
    run: (v: Values) => read(api.POST('/api/scenario/pilot/calls/{id}/decision', { params: { path: { id: call.id }, header: ifMatch(call.version) }, body: { meeting: v.meeting ?? '', choices: v.choices.map((x) => ({ ...x, reason: x.reason ?? '' })) } })),
    refresh: [pilotKey], done: t('pilot.decided'), after: close, quiet: true,
  })
  const initial: Values = { meeting: '', choices: panel.items.map((s) => ({ application_id: s.application_id, selected: s.within, reason: '' })) }
  return (
    <EntityForm<Values> name="decision" initial={initial} submit={(v) => save.mutateAsync(v)} submitLabel={t('pilot.confirmDecision')} cancel={close} wide>
      <Form.Item name="meeting" label={t('pilot.meeting')} extra={t('pilot.meetingNote')} rules={[{ required: true, message: t('pilot.missing', { label: t('pilot.meeting') }) }]}><Input.TextArea maxLength={8000} autoSize={{ minRows: 2 }} /></Form.Item>
      {panel.items.map((s, i) => (
        <div key={s.application_id} className="lh-pilot-choice">
          <span className="lh-two"><strong>{s.place || none} · {s.project}</strong><span className="lh-number">{t('pilot.calibrated')} {f.number(s.calibrated, 2)} · {t('pilot.raw')} {f.number(s.raw, 2)}</span></span>
          <Form.Item name={['choices', i, 'application_id']} hidden><Input /></Form.Item>
          <Form.Item name={['choices', i, 'selected']} valuePropName="checked"><Checkbox disabled={!s.passed}>{t('pilot.choose')}</Checkbox></Form.Item>
          <Form.Item name={['choices', i, 'reason']} label={t('pilot.departure')}><Input maxLength={4000} /></Form.Item>
        </div>
      ))}
    </EntityForm>
  )
}
