import { Button, Drawer, Form, Input, Modal, Space, Timeline } from 'antd'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { api, EntityForm, Failure, ifMatch, Loading, none, Particulars, read, Remarks, StatusTag, useChange, useFormat, useLanguage, useMay, usePalette, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption, type Line } from '../../lib/chart/line'
import { alertsKey, alertSeverityTone, alertStateTone, useAlert, useAlertCurve, type AlertDetail } from './alerts'
import { Now } from './OnCall'
import { SilenceForm } from './SilenceForm'
import { usePlatformTexts } from './texts'
import './alerts.css'
import './availability.css'

/** An alert with its curve, what became of it, who was told, and what can be done. */
export function AlertDrawer({ id, close }: { id: string | null; close: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const alert = useAlert(id)
  const a = alert.data
  return (
    <Drawer open={id !== null} onClose={close} size={760} title={a ? text(a.rule) : t('alerts.title')} destroyOnHidden>
      {alert.error && <Failure problem={alert.error} retry={() => void alert.refetch()} />}
      {alert.isPending && <Loading />}
      {a && <Body alert={a} key={a.id} />}
    </Drawer>
  )
}

function Body({ alert: a }: { alert: AlertDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const items = [
    ...(a.platform_id ? [{ key: 'platform', label: t('page.title'), children: <Link to={`/platforms/${a.platform_id}`}>{text(a.platform)}</Link> }, { key: 'operator', label: t('field.operator'), children: text(a.operator.name) || none }] : []),
    { key: 'value', label: t('field.value'), children: <span className="lh-number">{f.number(a.value, 4)}</span> },
    { key: 'since', label: t('alerts.since'), children: f.time(a.since) },
    { key: 'fired', label: t('alerts.fired'), children: a.fired_at ? f.time(a.fired_at) : none },
    ...(a.ended_at ? [{ key: 'ended', label: t('alerts.ended'), children: f.time(a.ended_at) }] : []),
    { key: 'claimed', label: t('alerts.claimed'), children: a.claimed ? `${a.claimed} · ${f.time(a.claimed_at!)}` : t('alerts.unclaimed') },
    { key: 'labels', label: t('alerts.labels'), children: <span className="lh-code lh-wrap">{Object.entries(a.labels).sort().map(([k, v]) => `${k}="${v}"`).join(', ')}</span> },
    ...(a.expr ? [{ key: 'expr', label: 'PromQL', children: <span className="lh-code lh-wrap">{a.expr}</span> }] : []),
  ]
  return (
    <div className="lh-stack">
      <Space wrap>
        <StatusTag tone={alertSeverityTone[a.severity]}>{t(`alerts.severities.${a.severity}`)}</StatusTag>
        <StatusTag tone={alertStateTone[a.state]}>{t(`alerts.states.${a.state}`)}</StatusTag>
        {a.quiet && a.state === 'firing' && <StatusTag tone="idle">{t(`alerts.quiet.${a.quiet}`)}</StatusTag>}
      </Space>
      <p className="lh-wrap">{text(a.summary)}</p>
      <Acts alert={a} />
      <Curve alert={a} />
      <Particulars items={items} />
      <Duty alert={a} />
      <History alert={a} />
      <Told alert={a} />
      <section aria-label={t('page.comments')}>
        <h3>{t('page.comments')}</h3>
        <Remarks kind="platforms.alert" id={a.id} />
      </section>
    </div>
  )
}

function Acts({ alert: a }: { alert: AlertDetail }) {
  const t = usePlatformTexts()
  const may = useMay()
  const [closing, setClosing] = useState(false)
  const [silencing, setSilencing] = useState(false)
  const match = { params: { path: { id: a.id }, header: ifMatch(a.version) } }
  const claim = useChange({ run: () => read(api.POST('/api/platforms/alerting/alerts/{id}/claim', match)), refresh: [alertsKey], done: t('alerts.claimedNow') })
  const release = useChange({ run: () => read(api.POST('/api/platforms/alerting/alerts/{id}/release', match)), refresh: [alertsKey], done: t('alerts.released') })
  const close = useChange({
    run: (v: { reason?: string }) => read(api.POST('/api/platforms/alerting/alerts/{id}/close', { ...match, body: { reason: v.reason ?? '' } })),
    refresh: [alertsKey], done: t('alerts.closedNow'), after: () => setClosing(false), quiet: true,
  })
  const silences = may('platforms.alert.edit') && (a.state === 'firing' || a.state === 'pending')
  if (!a.may_claim && !a.may_give_up && !a.may_close && !silences) return null
  const matchers = Object.entries(a.labels).filter(([k]) => k !== 'severity').sort().map(([name, value]) => ({ name, op: '=' as const, value }))
  return (
    <Space wrap>
      {a.may_claim && <Button type="primary" loading={claim.isPending} onClick={() => claim.mutate()}>{t(a.claimed ? 'alerts.takeOver' : 'alerts.claim')}</Button>}
      {a.may_give_up && <Button loading={release.isPending} onClick={() => release.mutate()}>{t('alerts.release')}</Button>}
      {silences && <Button onClick={() => setSilencing(true)}>{t('alerts.silence')}</Button>}
      {a.may_close && <Button onClick={() => setClosing(true)}>{t('alerts.close')}</Button>}
      <Modal open={closing} title={t('alerts.close')} footer={null} onCancel={() => setClosing(false)} destroyOnHidden>
        <EntityForm<{ reason?: string }> name="close" submit={(v) => close.mutateAsync(v)} submitLabel={t('alerts.close')} cancel={() => setClosing(false)}>
          <p className="lh-muted">{t('alerts.closeNote')}</p>
          <Form.Item name="reason" label={t('field.reason')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('field.reason') }) }]}>
            <Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} />
          </Form.Item>
        </EntityForm>
      </Modal>
      <SilenceForm open={silencing} close={() => setSilencing(false)} matchers={matchers} />
    </Space>
  )
}

/** What the rule measures, with its bound. */
function Curve({ alert: a }: { alert: AlertDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const language = useLanguage()
  const colours = usePalette()
  const { data: c, error } = useAlertCurve(a.id)
  const option = useMemo(() => {
    if (!c) return null
    const points = c.points as [number, number][]
    const lines: Line[] = [{ name: text(c.name) || t('field.value'), points }]
    const first = points[0], last = points.at(-1)
    if (c.bound !== null && first && last) lines.push({ name: `${t('alerts.bound')} ${c.op} ${f.number(c.bound, 4)}`, points: [[first[0], c.bound], [last[0], c.bound]], dashed: true, colour: colours.bad })
    const base = lineOption(lines, { colours, write: (v) => `${f.number(v, 4)} ${text(c.unit)}`, time: (at) => f.time(at) })
    return { ...base, legend: lines.length > 1 ? base.legend : undefined }
    // The language changes what the axis says.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [c, colours, f, language])
  if (error) return <Failure problem={error} />
  if (!c || !option || c.points.length === 0) return null
  const name = text(c.name) || t('alerts.curve')
  return (
    <section aria-label={name}>
      <strong>{name}</strong> <span className="lh-muted">{text(c.unit)}</span>
      <Chart option={option} height={240} label={t('alerts.curveLabel', { name, count: c.points.length })} />
    </section>
  )
}

function History({ alert: a }: { alert: AlertDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  if (a.steps.length === 0) return null
  return (
    <section aria-label={t('alerts.history')}>
      <h3>{t('alerts.history')}</h3>
      <Timeline
        items={a.steps.map((s, i) => ({
          key: i,
          content: (
            <>
              <div>{t(`alerts.did.${s.did}`)} · {s.name || t('alerts.byRule')} <span className="lh-muted">{f.time(s.at)}</span></div>
              {s.reason && <div className="lh-wrap">{s.reason}</div>}
            </>
          ),
        }))}
      />
    </section>
  )
}

/** Who is on duty, and what follows when nobody takes the alert. */
function Duty({ alert: a }: { alert: AlertDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const e = a.escalates
  if (a.duty.length === 0 && !e) return null
  return (
    <section aria-label={t('duty.onAlert')}>
      <h3>{t('duty.onAlert')}</h3>
      {a.duty.map((d) => <div key={d.rota_id}>{text(d.rota)} · <Now on={d} /></div>)}
      {e && <p className="lh-muted">{e.due_at ? t(e.claimed ? 'duty.nextClaimed' : 'duty.next', { policy: text(e.policy), step: e.step, steps: e.steps, round: e.round, time: f.time(e.due_at) }) : t('duty.allTold', { policy: text(e.policy) })}</p>}
    </section>
  )
}

function Told({ alert: a }: { alert: AlertDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  return (
    <section aria-label={t('alerts.told')}>
      <h3>{t('alerts.told')}</h3>
      {a.notices.length === 0 ? <span className="lh-muted">{t('alerts.untold')}</span> : (
        <ul className="lh-targets">
          {a.notices.map((n) => (
            <li key={n.at + n.title.zh} className="lh-alert-notice">
              <span className="lh-two"><span>{text(n.title)}</span><span>{f.time(n.at)} · {n.told.map((w) => t(`alerts.whom.${w as 'operator'}`)).join(t('alerts.comma')) || t('duty.toldNobody')}</span></span>
              {n.step && <div className="lh-muted">{t('duty.stepTold', { policy: text(n.step.policy), step: n.step.step, steps: n.step.steps, round: n.step.round })}</div>}
              {n.persons.map((p, i) => <div key={i}>{text(p.rota) ? `${text(p.rota)} · ` : ''}{p.person || t(`duty.gaps.${p.gap as 'nobody'}`)}</div>)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
