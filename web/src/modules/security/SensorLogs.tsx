import { Link } from 'react-router'
import { none, Particulars, StatusTag, useFormat, type Column } from '../../kernel'
import { formats, severities, severityOf, useSensorTexts, type LogEntry } from './sensors'
import { code, row, SensorOneByOne } from './SensorOneByOne'
import { recordsOf } from './SensorPairs'

/** What other sensors of the enterprise wrote. */
export function SensorLogs({ id }: { id: string }) {
  const t = useSensorTexts()
  const f = useFormat()
  const columns: Column<LogEntry>[] = [
    { key: 'severity', title: t('sensor.logs.severity'), sort: 'severity', render: (l) => <Severity of={l} /> },
    { key: 'title', title: t('sensor.logs.what'), sort: 'title', render: (l) => <span className="lh-two lh-break"><span>{l.title || l.kind}</span><span>{[l.code, l.detail, l.again > 0 && t('sensor.logs.more', { count: f.number(l.again, 0) })].filter(Boolean).join(' · ')}</span></span> },
    { key: 'who', title: t('sensor.field.host'), sort: 'host', from: 'md', render: (l) => <span className="lh-two lh-break"><span className="lh-code">{l.client ? `${l.client}${l.server && ` → ${l.server}${l.port > 0 ? `:${l.port}` : ''}`}` : none}</span><span>{l.host}</span></span> },
    { key: 'format', title: t('sensor.field.source'), sort: 'format', from: 'sm', render: (l) => t(`sensor.logs.formats.${l.format}`) },
  ]
  return (
    <SensorOneByOne<LogEntry>
      id={id} of="logs" prefix="g." columns={columns} one={(l, close) => <One log={l} close={close} />}
      filters={[
        { name: 'severity', label: t('sensor.logs.severity'), options: severities.map((s) => ({ value: s, label: t(`sensor.logs.from.${s}`) })) },
        { name: 'format', label: t('sensor.field.source'), options: formats.map((x) => ({ value: x, label: t(`sensor.logs.formats.${x}`) })) },
        { name: 'code', label: t('sensor.logs.code') },
        { name: 'host', label: t('sensor.field.host') },
      ]}
    />
  )
}

function Severity({ of: l }: { of: LogEntry }) {
  const t = useSensorTexts()
  return <StatusTag tone={severityOf[l.severity]}>{t(`sensor.logs.severities.${l.severity}`)}</StatusTag>
}

/** What a transaction says, under the names that its writer has. */
function Fields({ of: l }: { of: LogEntry }) {
  return <span className="lh-stack">{l.fields.map((x) => <span key={`${x.name} ${x.value}`} className="lh-two lh-break"><span className="lh-code">{x.value}</span><span>{x.name}</span></span>)}</span>
}

function One({ log: l, close }: { log: LogEntry; close: () => void }) {
  const t = useSensorTexts()
  const f = useFormat()
  return (
    <div className="lh-stack">
      <Particulars
        items={[
          row('at', t('sensor.field.time'), <span className="lh-number">{f.time(l.at)}</span>),
          row('again', t('sensor.logs.again'), l.until && t('sensor.logs.times', { count: f.number(l.again, 0), at: f.time(l.until) })),
          row('severity', t('sensor.logs.severity'), <Severity of={l} />),
          row('title', t('sensor.logs.what'), <span className="lh-break">{l.title}</span>),
          row('detail', t('sensor.logs.detail'), <span className="lh-break">{l.detail}</span>),
          row('kind', t('sensor.logs.kind'), l.kind),
          row('code', t('sensor.logs.code'), l.code && <Link to={`?tab=logs&g.code=${encodeURIComponent(l.code)}`} onClick={close} className="lh-code lh-break">{l.code}</Link>),
          row('host', t('sensor.logs.host'), l.host && <Link to={`?tab=logs&g.host=${encodeURIComponent(l.host)}`} onClick={close} className="lh-break">{l.host}</Link>),
          row('client', t('sensor.field.client'), l.client && code(l.client)),
          row('server', t('sensor.field.server'), l.server && code(l.port > 0 ? `${l.server}:${l.port}` : l.server)),
          row('protocol', t('sensor.field.protocol'), l.protocol),
          row('fields', t('sensor.logs.fields'), l.fields.length > 0 && <Fields of={l} />),
          row('feed', t('sensor.logs.file'), code(l.feed)),
          row('position', t('sensor.logs.position'), <span className="lh-number">{t('sensor.logs.stands', { at: f.number(l.position, 0), size: f.number(l.size, 0) })}</span>),
          row('digest', t('sensor.logs.digest'), code(l.digest)),
        ]}
      />
      {l.client && l.server && <div><Link to={recordsOf(l)} onClick={close}>{t('sensor.records.others')}</Link></div>}
    </div>
  )
}
