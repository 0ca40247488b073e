import { Drawer } from 'antd'
import { useState, type ReactNode } from 'react'
import { DataTable, EmptyState, none, useFormat, type Column, type Filter } from '../../kernel'
import { sensorKey, useSensorTexts } from './sensors'

/** A row of what is kept one by one. */
export const row = (key: string, label: string, children: ReactNode) => ({ key, label, children: children || none })

/** An address, a digest or the name of a file. */
export const code = (text: string) => <span className="lh-code lh-break">{text}</span>

interface Props<T> {
  id: string
  of: 'records' | 'logs'
  prefix: string
  columns: Column<T>[]
  filters: Filter[]
  one: (x: T, close: () => void) => ReactNode
}

/** What a sensor sent one by one: choose the time to see one of them whole. */
export function SensorOneByOne<T extends { id: string; at: string }>({ id, of, prefix, columns, filters, one }: Props<T>) {
  const t = useSensorTexts()
  const f = useFormat()
  const [open, setOpen] = useState<T | null>(null)
  const close = () => setOpen(null)
  const time: Column<T> = { key: 'at', title: t('sensor.field.time'), sort: 'at', render: (x) => <button type="button" className="lh-link lh-number" onClick={() => setOpen(x)}>{f.time(x.at)}</button> }
  return (
    <>
      <DataTable<T>
        url={`/api/security/sensors/${id}/${of}`} queryKey={[...sensorKey, of, id]} label={t(`sensor.tabs.${of}`)} rowKey={(x) => x.id} columns={[time, ...columns]} search={t(`sensor.${of}.search`)} exports prefix={prefix} views=""
        filters={filters} empty={<EmptyState title={t(`sensor.${of}.empty`)} note={t(`sensor.${of}.emptyNote`)} />}
      />
      <Drawer open={open !== null} onClose={close} size={640} destroyOnHidden title={t(`sensor.${of}.one`)}>
        {open && one(open, close)}
      </Drawer>
    </>
  )
}
