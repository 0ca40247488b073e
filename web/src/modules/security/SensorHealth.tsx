import { Card } from 'antd'
import { Link } from 'react-router'
import { Figure, Figures, none, Particulars, PlainTable, StatusTag, useFormat, useMay } from '../../kernel'
import { daysLeft, dueDays, lost, useSensorTexts, type LogFeed, type SensorDetail } from './sensors'
import { useSpan } from './sensorSpan'

/** How a sensor is, and what is lost at each step on the way to the city. */
export function SensorHealth({ sensor: s }: { sensor: SensorDetail }) {
  return (
    <div className="lh-stack">
      <Heads sensor={s} />
      <div className="lh-columns">
        <Steps sensor={s} />
        <div className="lh-stack">
          <About sensor={s} />
          <Streams sensor={s} />
          {s.feeds.length > 0 && <Feeds sensor={s} />}
        </div>
      </div>
    </div>
  )
}

function Heads({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const f = useFormat()
  const span = useSpan()
  const l = lost(s.losses)
  const off = s.skew_seconds === 0 ? t('sensor.health.clockFine') : t(s.skew_seconds > 0 ? 'sensor.health.ahead' : 'sensor.health.behind', { span: span(s.skew_seconds) })
  return (
    <Figures>
      <Figure label={t('sensor.field.seen')} value={f.ago(s.seen_at)} note={f.time(s.seen_at)} />
      <Figure label={t('sensor.field.lag')} value={s.seen_at ? span(s.lag_seconds) : none} />
      <Figure label={t('sensor.field.skew')} value={s.clock_off ? <StatusTag tone="warn">{off}</StatusTag> : off} />
      <Figure label={t('sensor.loss.steps.units')} value={f.number(s.losses.units, 0)} />
      <Figure label={t('sensor.field.lost')} value={l.packets + l.batches === 0 ? t('sensor.lossNone') : f.number(l.packets + l.batches, 0)} note={l.packets + l.batches > 0 ? t('sensor.lossOf', { packets: f.number(l.packets, 0), batches: f.number(l.batches, 0) }) : undefined} />
      <Figure label={t('sensor.field.until')} value={<Until at={s.not_after} />} />
    </Figures>
  )
}

function Until({ at }: { at: string }) {
  const t = useSensorTexts()
  const f = useFormat()
  const day = f.date(at)
  if (day === none) return <>{none}</>
  const left = daysLeft(at)
  if (left < 0) return <StatusTag tone="bad">{t('sensor.health.ended')}</StatusTag>
  return left < dueDays ? <span className="lh-two"><span>{day}</span><StatusTag tone="warn">{t('sensor.health.due')}</StatusTag></span> : <>{day}</>
}

interface Step { key: keyof ReturnType<typeof countsOf>; bad?: boolean }

/** What was counted at each step. */
function countsOf(s: SensorDetail) {
  const l = s.losses
  return {
    seen: l.packets, kernel: l.kernel_drops, queue: l.queue_drops, undecodable: l.undecodable, late: l.late, gap: l.gap_octets, units: l.units, malformed: l.malformed, limited: l.limited, folded: l.folded,
    shed: l.shed_batches, missing: l.missing, repeated: l.repeated, rejected: l.rejected, refused: l.refused, unheld: l.unheld,
  }
}

const steps: Step[] = [
  { key: 'seen' }, { key: 'kernel', bad: true }, { key: 'queue', bad: true }, { key: 'undecodable', bad: true }, { key: 'late', bad: true }, { key: 'gap', bad: true }, { key: 'units' }, { key: 'malformed', bad: true }, { key: 'limited', bad: true }, { key: 'folded', bad: true },
  { key: 'shed', bad: true }, { key: 'missing', bad: true }, { key: 'repeated' }, { key: 'rejected', bad: true }, { key: 'refused', bad: true }, { key: 'unheld', bad: true },
]

function Steps({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const f = useFormat()
  const counts = countsOf(s)
  const values = { octets: `${f.number(s.losses.octets, 0)} B`, records: f.number(s.losses.shed_records, 0), rows: f.number(s.losses.shed_rows, 0) }
  return (
    <Card size="small" title={t('sensor.loss.title')}>
      <p className="lh-note">{t('sensor.loss.note')}</p>
      <PlainTable<Step>
        label={t('sensor.loss.title')} rowKey="key" dataSource={steps}
        columns={[
          { title: t('sensor.loss.stage'), render: (_, x) => <span className="lh-two lh-wrap"><span>{t(`sensor.loss.steps.${x.key}`)}</span><span>{t(`sensor.loss.notes.${x.key}`, values)}</span></span> },
          { title: t('sensor.loss.count'), align: 'right', render: (_, x) => (x.bad && counts[x.key] > 0 ? <StatusTag tone="warn">{f.number(counts[x.key], 0)}</StatusTag> : <span className="lh-number">{f.number(counts[x.key], 0)}</span>) },
        ]}
      />
    </Card>
  )
}

function About({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const f = useFormat()
  const may = useMay()
  return (
    <Card size="small" title={t('sensor.one')}>
      <Particulars
        items={[
          { key: 'input', label: t('sensor.field.input'), children: s.input ? `${s.input} · ${t(s.live ? 'sensor.health.live' : 'sensor.health.file')}` : none },
          { key: 'packet', label: t('sensor.field.packet'), children: <span className="lh-number">{f.time(s.packet_at)}</span> },
          { key: 'software', label: t('sensor.field.software'), children: s.software || none },
          { key: 'machine', label: t('sensor.field.machine'), children: may('machine.view') ? <Link to={`/machines?open=${s.machine_id}`} className="lh-code lh-break">{s.machine_id}</Link> : <span className="lh-code lh-break">{s.machine_id}</span> },
          { key: 'created', label: t('sensor.field.registered'), children: <span className="lh-number">{f.time(s.created_at)} · {s.created_by}</span> },
        ]}
      />
    </Card>
  )
}

function Streams({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const f = useFormat()
  type Stream = SensorDetail['streams'][number]
  return (
    <Card size="small" title={t('sensor.loss.streams')}>
      <PlainTable<Stream>
        label={t('sensor.loss.streams')} rowKey={(x) => `${x.spool} ${x.stream}`} dataSource={s.streams} locale={{ emptyText: none }}
        columns={[
          { title: t('sensor.loss.stream'), render: (_, x) => <span className="lh-two"><span>{t(`sensor.loss.streamOf.${x.stream as 'records'}`)}</span><span className="lh-number">{f.ago(x.at)}</span></span> },
          { title: t('sensor.loss.lastNumber'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.last, 0)}</span> },
          { title: t('sensor.loss.received'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.received, 0)}</span> },
          { title: t('sensor.loss.gaps'), render: (_, x) => (x.gaps.length === 0 ? t('sensor.loss.complete') : <StatusTag tone="warn">{x.gaps.map((g) => (g.from === g.to ? `${g.from}` : `${g.from}–${g.to}`)).join(', ')}</StatusTag>) },
        ]}
      />
    </Card>
  )
}

/** Files of logs of other sensors, and what was lost of them. */
function Feeds({ sensor: s }: { sensor: SensorDetail }) {
  const t = useSensorTexts()
  const f = useFormat()
  const countedOf = (x: LogFeed) => ([['repeated', x.repeated], ['limited', x.limited]] as const).filter(([, n]) => n > 0)
  const lostOf = (x: LogFeed) => ([['unread', x.unread], ['long', x.long], ['dropped', x.dropped], ['gone', x.gone]] as const).filter(([, n]) => n > 0)
  return (
    <Card size="small" title={t('sensor.logs.feeds')} extra={<Link to="?tab=logs">{t('sensor.tabs.logs')}</Link>}>
      <PlainTable<LogFeed>
        label={t('sensor.logs.feeds')} rowKey="name" dataSource={s.feeds}
        columns={[
          { title: t('sensor.logs.file'), render: (_, x) => <span className="lh-two lh-break"><span className="lh-code">{x.name}</span><span>{t(`sensor.logs.formats.${x.format}`)} · {f.ago(x.at)}</span></span> },
          { title: t('sensor.logs.lines'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.lines, 0)}</span> },
          { title: t('sensor.logs.told'), align: 'right', render: (_, x) => <span className="lh-two"><span className="lh-number">{f.number(x.told, 0)}</span>{countedOf(x).map(([k, n]) => <span key={k}>{t(`sensor.logs.${k}`)} {f.number(n, 0)}</span>)}</span> },
          { title: t('sensor.field.lost'), render: (_, x) => (lostOf(x).length === 0 ? t('sensor.lossNone') : <span className="lh-two">{lostOf(x).map(([k, n]) => <StatusTag key={k} tone="warn">{t(`sensor.logs.${k}`)} {f.number(n, 0)}</StatusTag>)}</span>) },
        ]}
      />
    </Card>
  )
}
