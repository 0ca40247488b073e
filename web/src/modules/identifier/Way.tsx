import { CloudServerOutlined, DatabaseOutlined, FlagOutlined, SafetyCertificateOutlined, SearchOutlined, SlidersOutlined, StopOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { none, PlainTable, StatusTag, useText, type Tone } from '../../kernel'
import type { Resolution, Step } from './data'
import { useIdentifierTexts, type Translation } from './texts'
import { leadsOf, milliseconds, secondsOf, toneOf, verdictOf, whyOf } from './words'

/** The way to an identifier's values as a picture: who was asked, in order, what they answered and how long it took. */
export function Way({ resolution }: { resolution: Resolution }) {
  const t = useIdentifierTexts()
  const slowest = Math.max(...resolution.steps.map((s) => s.took_ms), 0.001)
  const last = verdictOf(resolution.code)
  return (
    <ol className="lh-way" aria-label={t('resolve.way')}>
      <Stop icon={<SearchOutlined />} tone="info" title={t('way.from')} note={t('way.fromNote')}>
        <span className="lh-code lh-break">{resolution.aliases[0] ?? resolution.handle}</span>
      </Stop>
      {resolution.steps.map((step, i) => <Hop key={i} step={step} slowest={slowest} />)}
      <Stop icon={last === 'found' ? <FlagOutlined /> : <StopOutlined />} tone={toneOf(resolution.code)} title={t('way.end')} note={t('way.ms', { ms: milliseconds(resolution.took_ms) })}>
        {last === 'found' ? t('resolve.valueCount', { count: resolution.values.length }) : t(`verdict.${last}.short`, { code: resolution.code })}
      </Stop>
    </ol>
  )
}

function Stop({ icon, tone, title, note, children }: { icon: ReactNode; tone: Tone; title: ReactNode; note?: ReactNode; children: ReactNode }) {
  return (
    <li className="lh-way-stop">
      <span className={`lh-way-mark lh-tone-${tone}`} aria-hidden="true">{icon}</span>
      <div className="lh-way-body">
        <div className="lh-way-title">{title}</div>
        {note && <div className="lh-muted">{note}</div>}
        {children}
      </div>
    </li>
  )
}

const icons: Record<Step['kind'], ReactNode> = { ask: <CloudServerOutlined />, cache: <DatabaseOutlined />, policy: <SlidersOutlined />, trust: <SafetyCertificateOutlined /> }

function Hop({ step, slowest }: { step: Step; slowest: number }) {
  const t = useIdentifierTexts()
  const text = useText()
  const tone = step.kind === 'trust' ? (step.signed ? 'good' : 'bad') : toneOf(step.code)
  const who = step.of ? <Link to={`/identifier/nodes/${step.of.id}`}>{text(step.of.name)}</Link> : nodeName(step, t)
  return (
    <Stop icon={icons[step.kind]} tone={tone} title={who} note={step.of && t(`role.${step.of.role}`)}>
      <div>
        <span className="lh-code lh-break">{step.handle}</span>
        <div className="lh-muted">{whyText(step, t)}</div>
        {step.rule && <div className="lh-break">{t('rule.hit', { kind: t(`rule.${step.rule.kind}`), subject: step.rule.subject })}{step.rule.note && ` · ${step.rule.note}`}</div>}
      </div>
      <StatusTag tone={tone}>{answerText(step, t)}</StatusTag>
      {step.kind === 'ask' && (
        <>
          <div className="lh-code lh-break">{step.protocol.toUpperCase()} {step.server}</div>
          <div className="lh-way-took">
            <span className="lh-number">{t('way.ms', { ms: milliseconds(step.took_ms) })}</span>
            <span className="lh-way-bar" aria-hidden="true"><span style={{ width: `${Math.max(3, (step.took_ms / slowest) * 100)}%` }} /></span>
          </div>
          <div className={step.signed ? 'lh-tone-good' : 'lh-muted'}>{t(step.signed ? 'way.signed' : 'way.unsigned')}</div>
        </>
      )}
      <Leads step={step} />
      {step.fault && <div className="lh-tone-bad lh-break">{step.fault}</div>}
    </Stop>
  )
}

/** At most so many addresses stand in the picture; the table has all. */
const inPicture = 2

function Leads({ step }: { step: Step }) {
  const t = useIdentifierTexts()
  const doors = leadsOf(step.leads_to)
  if (doors.length === 0) return null
  return (
    <div className="lh-muted">
      → {t('way.leads')} {doors.length > inPicture && t('way.moreLeads', { count: doors.length })}
      <ul className="lh-plain lh-code lh-break">{doors.slice(0, inPicture).map((d) => <li key={d}>{d.toUpperCase()}</li>)}</ul>
    </div>
  )
}

function nodeName(step: Step, t: Translation): string {
  if (step.kind === 'ask') return step.node || t('way.unknownNode')
  return t(`way.${step.kind}`)
}

function whyText(step: Step, t: Translation): string {
  const why = whyOf(step.why)
  if (why.key === 'said') return why.value
  return t(`way.${why.key}`, { value: why.key === 'known' ? durationText(why.value ?? '', t) : (why.value ?? '') })
}

/** How long something stays known, in the roughest unit that still says something. */
function durationText(duration: string, t: Translation): string {
  const seconds = secondsOf(duration)
  if (seconds >= 5400) return t('way.hours', { n: Math.round(seconds / 3600) })
  return seconds >= 90 ? t('way.minutes', { n: Math.round(seconds / 60) }) : t('way.seconds', { n: seconds })
}

function answerText(step: Step, t: Translation): string {
  if (step.kind === 'trust') return t(step.signed ? 'way.holds' : 'way.fails')
  if (step.code === 0) return t('way.noAnswer')
  return codeText(step.code, t)
}

/** A code of the protocol with what it means. */
export function codeText(code: number, t: Translation): string {
  const verdict = verdictOf(code)
  return verdict === 'other' ? t('verdict.other.short', { code }) : `${code} ${t(`verdict.${verdict}.short`)}`
}

/** The same, for those who want every figure. */
export function Steps({ steps }: { steps: Step[] }) {
  const t = useIdentifierTexts()
  const text = useText()
  return (
    <PlainTable<Step & { at: number }>
      label={t('resolve.table', { count: steps.length })}
      rowKey={(s) => s.at}
      dataSource={steps.map((s, at) => ({ ...s, at }))}
      columns={[
        { key: 'at', title: t('way.step'), align: 'right', render: (_, s) => <span className="lh-number">{s.at + 1}</span> },
        { key: 'what', title: t('way.what'), render: (_, s) => <span className="lh-two"><span>{t(`way.${s.kind}`)}</span><span>{whyText(s, t)}</span></span> },
        { key: 'about', title: t('way.about'), render: (_, s) => <span className="lh-code">{s.handle}</span> },
        { key: 'node', title: t('way.node'), responsive: ['md'], render: (_, s) => (s.of ? text(s.of.name) : s.node || none) },
        { key: 'server', title: t('way.server'), responsive: ['md'], render: (_, s) => <span className="lh-code">{s.server ? `${s.protocol.toUpperCase()} ${s.server}` : none}</span> },
        { key: 'took', title: t('way.took'), align: 'right', responsive: ['sm'], render: (_, s) => <span className="lh-number">{s.kind === 'ask' ? milliseconds(s.took_ms) : none}</span> },
        { key: 'answer', title: t('way.answer'), render: (_, s) => <span className="lh-two"><span>{answerText(s, t)}</span>{s.fault && <span className="lh-prose">{s.fault}</span>}</span> },
        { key: 'cached', title: t('way.cached'), responsive: ['lg'], render: (_, s) => t(s.kind === 'cache' ? 'way.yes' : 'way.no') },
        { key: 'check', title: t('way.check'), responsive: ['lg'], render: (_, s) => (s.kind === 'ask' || s.kind === 'trust' ? t(s.signed ? (s.kind === 'ask' ? 'way.signed' : 'way.holds') : s.kind === 'ask' ? 'way.unsigned' : 'way.fails') : none) },
        { key: 'leads', title: t('way.leads'), responsive: ['xl'], render: (_, s) => <ul className="lh-plain lh-code">{leadsOf(s.leads_to).map((d) => <li key={d}>{d.toUpperCase()}</li>)}</ul> },
      ]}
    />
  )
}
