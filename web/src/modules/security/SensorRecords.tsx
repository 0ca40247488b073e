import { Link } from 'react-router'
import { none, Particulars, PlainTable, StatusTag, useFormat, type Column } from '../../kernel'
import { classes, classTone, protocols, useSensorTexts, whys, type UnitRecord } from './sensors'
import { code, row, SensorOneByOne } from './SensorOneByOne'
import { recordsOf } from './SensorPairs'

/** What was kept in full: writes, control, errors and what was seen first. */
export function SensorRecords({ id }: { id: string }) {
  const t = useSensorTexts()
  const columns: Column<UnitRecord>[] = [
    { key: 'who', title: t('sensor.field.client'), sort: 'client', render: (r) => <span className="lh-two"><span className="lh-code">{r.client}</span><span className="lh-code">→ {r.server}{r.port > 0 && `:${r.port}`}</span></span> },
    { key: 'function', title: t('sensor.field.function'), sort: 'function', render: (r) => <span className="lh-two lh-break"><span>{r.function || t('sensor.records.corrected')}</span><span>{r.protocol}</span></span> },
    { key: 'class', title: t('sensor.field.class'), sort: 'class', from: 'md', render: (r) => (r.class ? <StatusTag tone={classTone[r.class] ?? 'idle'}>{t(`sensor.classes.${r.class as 'read'}`)}</StatusTag> : none) },
    { key: 'why', title: t('sensor.field.why'), from: 'sm', render: (r) => <Why record={r} /> },
    { key: 'exception', title: t('sensor.field.exception'), from: 'lg', render: (r) => r.exception || none },
  ]
  return (
    <SensorOneByOne<UnitRecord>
      id={id} of="records" prefix="r." columns={columns} one={(r, close) => <One record={r} close={close} />}
      filters={[
        { name: 'why', label: t('sensor.field.why'), options: whys.map((w) => ({ value: w, label: t(`sensor.whys.${w}`) })) },
        { name: 'protocol', label: t('sensor.field.protocol'), options: protocols.map((p) => ({ value: p, label: p })) },
        { name: 'class', label: t('sensor.field.class'), options: classes.map((c) => ({ value: c, label: t(`sensor.classes.${c}`) })) },
        { name: 'client', label: t('sensor.field.client') },
        { name: 'server', label: t('sensor.field.server') },
      ]}
    />
  )
}

function Why({ record: r }: { record: UnitRecord }) {
  const t = useSensorTexts()
  const f = useFormat()
  return <span className="lh-two"><span>{f.list(r.why.map((w) => t(`sensor.whys.${w as 'write'}`)))}</span>{r.corrected && <StatusTag tone="info">{t('sensor.records.corrected')}</StatusTag>}</span>
}

function One({ record: r, close }: { record: UnitRecord; close: () => void }) {
  const t = useSensorTexts()
  const f = useFormat()
  const s = r.sent
  return (
    <div className="lh-stack">
      <Particulars
        items={[
          row('at', t('sensor.field.time'), <span className="lh-number">{f.time(r.at)}</span>),
          row('why', t('sensor.field.why'), <Why record={r} />),
          row('client', t('sensor.field.client'), code([r.client, r.corrected ? s.server_mac : s.client_mac].filter(Boolean).join(' '))),
          row('server', t('sensor.field.server'), code([r.port > 0 ? `${r.server}:${r.port}` : r.server, r.corrected ? s.client_mac : s.server_mac].filter(Boolean).join(' '))),
          row('direction', t('sensor.records.direction'), t(r.from_client ? 'sensor.records.request' : 'sensor.records.response')),
          row('function', t('sensor.field.function'), [r.protocol, r.function].filter(Boolean).join(' · ')),
          row('class', t('sensor.field.class'), r.class && <StatusTag tone={classTone[r.class] ?? 'idle'}>{t(`sensor.classes.${r.class as 'read'}`)}</StatusTag>),
          row('unit', t('sensor.field.unit'), r.unit > 0 ? String(r.unit) : ''),
          row('exception', t('sensor.field.exception'), r.exception),
          ...(s.malformed ? [row('malformed', t('sensor.records.malformed'), s.malformed)] : []),
          ...(s.text ? [row('text', t('sensor.records.text'), <span className="lh-break">{s.text}</span>)] : []),
          row('orientation', t('sensor.records.orientation'), `${s.orientation} · ${t('sensor.records.confidence')} ${s.confidence}`),
          row('transport', t('sensor.records.transport'), [s.transport, s.vlan ? `${t('sensor.records.vlan')} ${s.vlan}` : '', `${t('sensor.records.flow')} ${s.flow}`].filter(Boolean).join(' · ')),
        ]}
      />
      {r.objects.length > 0 && <Objects record={r} />}
      <div><Link to={recordsOf(r)} onClick={close}>{t('sensor.records.others')}</Link></div>
    </div>
  )
}

function Objects({ record: r }: { record: UnitRecord }) {
  const t = useSensorTexts()
  type Thing = UnitRecord['objects'][number] & { place: number }
  return (
    <>
      <PlainTable<Thing>
        label={t('sensor.records.objects')} rowKey={(o) => String(o.place)} dataSource={r.objects.map((o, place) => ({ ...o, place }))}
        columns={[
          { title: t('sensor.records.space'), render: (_, o) => o.name || o.space || none },
          { title: t('sensor.records.address'), align: 'right', render: (_, o) => <span className="lh-number">{[o.area, o.address, o.element].filter((x) => x !== undefined).join('.')}</span> },
          { title: t('sensor.records.count'), align: 'right', render: (_, o) => <span className="lh-number">{o.count ?? none}</span> },
          { title: t('sensor.records.value'), render: (_, o) => <span className="lh-code lh-break">{o.value || none}</span> },
        ]}
      />
      {(r.sent.more ?? 0) > 0 && <p className="lh-note">{t('sensor.records.more', { n: r.sent.more })}</p>}
    </>
  )
}
