import { Descriptions, Grid } from 'antd'
import type { ReactNode } from 'react'

/** What is known of one object, line by line: names beside, or above where there is no room. */
export function Particulars({ items }: { items: { key: string; label: string; children: ReactNode }[] }) {
  const wide = Grid.useBreakpoint().sm !== false
  return <Descriptions size="small" bordered column={1} layout={wide ? 'horizontal' : 'vertical'} items={items} />
}
