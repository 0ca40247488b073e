import { Grid, Select, Tabs } from 'antd'
import type { ReactNode } from 'react'

interface Props {
  label: string
  active: string
  change: (key: string) => void
  items: { key: string; label: string; children: ReactNode }[]
}

/** The parts of a page: tabs, or a choice where there is no room for tabs. */
export function PageTabs({ label, active, change, items }: Props) {
  const wide = Grid.useBreakpoint().md !== false
  if (wide) return <Tabs activeKey={active} onChange={change} items={items} destroyOnHidden />
  return (
    <div className="lh-stack">
      <Select aria-label={label} value={active} onChange={change} options={items.map((x) => ({ value: x.key, label: x.label }))} />
      {items.find((x) => x.key === active)?.children}
    </div>
  )
}
