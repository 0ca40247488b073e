import { Segmented } from 'antd'
import { Link } from 'react-router'
import { PlainTable, useFormat, type Schema } from '../../kernel'
import { LeadsTo } from './FigureLink'
import { usePlatformTexts } from './texts'

export type Tally = Schema<'PlatformsTally'>
export type What = 'reporting' | 'platforms' | 'ent_served' | 'dev_connected'

/** What is told of a group of platforms. */
export const whats: What[] = ['reporting', 'platforms', 'ent_served', 'dev_connected']

/** What the list of a group's platforms shows of each number. */
const leads: Record<What, string> = { reporting: '&freshness=reporting', platforms: '', ent_served: '&sort=-ent_served', dev_connected: '&sort=-dev_connected' }

/** A group with its name and the address of its platforms; without one they cannot be listed by themselves. */
export interface Grouped { code: string; name: string; list?: string; tally: Tally }

/** Chooses what is drawn. */
export function WhatChoice({ what, choose }: { what: What; choose: (what: What) => void }) {
  const t = usePlatformTexts()
  return <Segmented size="small" value={what} options={whats.map((w) => ({ value: w, label: t(`district.${w}`) }))} onChange={choose} className="lh-wide-only" />
}

/** The numbers of groups of platforms. */
export function TallyTable({ label, title, rows }: { label: string; title: string; rows: Grouped[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  return (
    <PlainTable<Grouped>
      label={label}
      rowKey="code"
      dataSource={rows}
      pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { title, render: (_, r) => (r.list ? <Link to={r.list}>{r.name}</Link> : r.name) },
        ...whats.map((w) => ({
          title: t(`district.${w}`), align: 'right' as const, ...(w === 'reporting' || w === 'platforms' ? {} : { responsive: ['sm' as const] }), sorter: (a: Grouped, b: Grouped) => a.tally[w] - b.tally[w],
          render: (_: unknown, r: Grouped) => <LeadsTo to={`${r.list}${leads[w]}`} empty={!r.list || r.tally[w] === 0}>{f.number(r.tally[w], 0)}</LeadsTo>,
        })),
      ]}
    />
  )
}
