import { PlusOutlined } from '@ant-design/icons'
import { Button, Drawer } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { DataTable, EmptyState, none, PageHeader, StatusTag, useFormat, useLive, useMay, useOpen, useText, type Column } from '../../kernel'
import { AddMachine } from './AddMachine'
import { Authority } from './Authority'
import { kinds, machinesKey, states, tones, useSpan, type Machine } from './data'
import { MachineDetail } from './MachineDetail'
import { useMachineTexts } from './texts'

/** Machines that come with a certificate. */
export default function Machines() {
  const t = useMachineTexts()
  const may = useMay()
  const [adding, setAdding] = useState(false)
  const [open, show] = useOpen()
  useLive('machine.list', machinesKey)
  const add = may('machine.enrol') && <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{t('add')}</Button>
  return (
    <>
      <PageHeader title={t('title')} note={t('note')} actions={add} />
      <div className="lh-stack">
        <Authority />
        <DataTable<Machine>
          url="/api/machine/machines"
          queryKey={machinesKey}
          label={t('title')}
          rowKey={(m) => m.id}
          columns={useColumns(show)}
          filters={[
            { name: 'state', label: t('field.state'), options: states.map((s) => ({ value: s, label: t(`state.${s}`) })) },
            { name: 'kind', label: t('field.kind'), options: kinds.map((k) => ({ value: k, label: t(`kind.${k}`) })) },
            { name: 'clock', label: t('field.clock'), options: [{ value: 'off', label: t('clockOff') }] },
          ]}
          search={t('search')}
          exports
          every={60_000}
          empty={<EmptyState title={t('empty')} note={t(may('machine.enrol') ? 'emptyNote' : 'emptyView')} />}
        />
      </div>
      <Drawer open={adding} onClose={() => setAdding(false)} size={620} destroyOnHidden title={t('add')}>
        {adding && <AddMachine close={() => setAdding(false)} />}
      </Drawer>
      <Drawer open={open !== null} onClose={() => show(null)} size={720} destroyOnHidden title={t('one')}>
        {open && <MachineDetail id={open} />}
      </Drawer>
    </>
  )
}

function useColumns(show: (id: string) => void): Column<Machine>[] {
  const t = useMachineTexts()
  const text = useText()
  const f = useFormat()
  return [
    { key: 'name', title: t('field.name'), sort: 'name', render: (m) => <span className="lh-two"><button type="button" className="lh-link" onClick={() => show(m.id)}>{m.name}</button><span>{t(`kind.${m.kind}`)}</span></span> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (m) => <StateCell machine={m} /> },
    { key: 'organisation', title: t('field.organisation'), sort: 'organisation', from: 'md', render: (m) => text(m.organisation) },
    { key: 'renew', title: t('field.renew'), sort: 'renew_at', from: 'sm', render: (m) => <Renewal machine={m} /> },
    { key: 'until', title: t('field.until'), sort: 'not_after', from: 'lg', render: (m) => <span className="lh-number">{f.time(m.not_after)}</span> },
    { key: 'seen', title: t('field.seen'), sort: 'seen_at', from: 'md', render: (m) => <span className="lh-two"><span className="lh-number">{f.ago(m.seen_at)}</span><span className="lh-code">{m.seen_ip}</span></span> },
  ]
}

function StateCell({ machine: m }: { machine: Machine }) {
  const t = useMachineTexts()
  return (
    <span className="lh-two">
      <StatusTag tone={tones[m.state]}>{t(`state.${m.state}`)}</StatusTag>
      <span>{m.clock_off && <Clock machine={m} />}</span>
    </span>
  )
}

/** How far a machine's clock is from the city's. */
export function Clock({ machine: m }: { machine: Machine }) {
  const t = useMachineTexts()
  const span = useSpan()
  if (!m.clock_off) return <StatusTag tone="good">{t('clockFine')}</StatusTag>
  return <StatusTag tone="warn">{t('field.clock')} {t(m.ahead_seconds > 0 ? 'ahead' : 'behind', { span: span(Math.abs(m.ahead_seconds)) })}</StatusTag>
}

/** When a machine renews. */
function Renewal({ machine: m }: { machine: Machine }) {
  const t = useMachineTexts()
  const span = useSpan()
  if (m.state !== 'valid' && m.state !== 'due' && m.state !== 'grace') return <>{none}</>
  const left = dayjs(m.renew_at).diff(dayjs(), 'second')
  return <span className="lh-number">{left > 0 ? t('renewsIn', { span: span(left) }) : t('renewDue')}</span>
}
