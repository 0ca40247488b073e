import { Card, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Loading, useFormat, usePalette, useText, type Schema, PlainTable } from '../../kernel'
import { DistrictMap, type Area } from '../../lib/map/DistrictMap'
import { useSummary, useVocabulary } from './data'
import { LeadsTo } from './FigureLink'
import { usePlatformTexts } from './texts'

type Tally = Schema<'PlatformsTally'>
type What = 'reporting' | 'platforms' | 'ent_served' | 'dev_connected'

/** What the list of a district's platforms shows of each number. */
const leads: Record<What, string> = { reporting: '&freshness=reporting', platforms: '', ent_served: '&sort=-ent_served', dev_connected: '&sort=-dev_connected' }

const whats: What[] = ['reporting', 'platforms', 'ent_served', 'dev_connected']

/** The platforms by district: on a map, and as numbers. */
export function Districts() {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const go = useNavigate()
  const colours = usePalette()
  const vocabulary = useVocabulary()
  const summary = useSummary()
  const [what, setWhat] = useState<What>('reporting')
  const rows = useMemo(() => {
    const tallies = new Map((summary.data?.districts ?? []).map((d) => [d.code, d]))
    return vocabulary.terms('districts').map((d) => ({ term: d, tally: tallies.get(d.code) ?? nobody(d.code) }))
  }, [summary.data, vocabulary])
  const areas = useMemo<Area[]>(
    () => rows.map(({ term, tally }) => ({
      shape: term.title.zh, label: text(term.title), value: tally[what], note: whats.map((w) => `${t(`district.${w}`)}  ${f.number(tally[w], 0)}`),
    })),
    [rows, what, text, t, f],
  )
  if (!summary.data || !vocabulary.known) return <Loading />
  const open = (shape: string) => {
    const found = rows.find((r) => r.term.title.zh === shape)
    if (found) void go(`/platforms?district=${found.term.code}`)
  }
  return (
    <div className="lh-columns">
      <Card size="small" title={t('district.map')} extra={<Segmented size="small" value={what} options={whats.map((w) => ({ value: w, label: t(`district.${w}`) }))} onChange={setWhat} className="lh-wide-only" />}>
        <DistrictMap areas={areas} colours={colours} height={520} label={t('district.map')} onPick={open} />
      </Card>
      <Card size="small" title={t('district.table')}>
        <PlainTable
          label={t('district.table')}
          rowKey={(r) => r.term.code}
          dataSource={rows}
          columns={[
            { title: t('field.district'), render: (_, r) => <Link to={`/platforms?district=${r.term.code}`}>{text(r.term.title)}</Link> },
            ...whats.map((w) => ({
              title: t(`district.${w}`), align: 'right' as const, ...(w === 'reporting' || w === 'platforms' ? {} : { responsive: ['sm' as const] }), sorter: (a: { tally: Tally }, b: { tally: Tally }) => a.tally[w] - b.tally[w],
              render: (_: unknown, r: { term: { code: string }; tally: Tally }) => <LeadsTo to={`/platforms?district=${r.term.code}${leads[w]}`} empty={r.tally[w] === 0}>{f.number(r.tally[w], 0)}</LeadsTo>,
            })),
          ]}
        />
      </Card>
    </div>
  )
}

function nobody(code: string): Tally {
  return { code, platforms: 0, reporting: 0, ent_served: 0, dev_connected: 0 }
}
