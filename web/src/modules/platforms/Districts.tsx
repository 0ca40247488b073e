import { Card } from 'antd'
import { useMemo, useState } from 'react'
import { useNavigate } from 'react-router'
import { Loading, useFormat, usePalette, useText } from '../../kernel'
import { DistrictMap, type Area } from '../../lib/map/DistrictMap'
import { useSummary, useVocabulary } from './data'
import { TallyTable, WhatChoice, whats, type Tally, type What } from './Tallies'
import { usePlatformTexts } from './texts'

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
    return vocabulary.terms('districts').map((d) => ({ code: d.code, shape: d.title.zh, name: text(d.title), list: `/platforms?district=${d.code}`, tally: tallies.get(d.code) ?? nobody(d.code) }))
  }, [summary.data, vocabulary, text])
  const areas = useMemo<Area[]>(
    () => rows.map(({ shape, name, tally }) => ({ shape, label: name, value: tally[what], note: whats.map((w) => `${t(`district.${w}`)}  ${f.number(tally[w], 0)}`) })),
    [rows, what, t, f],
  )
  if (!summary.data || !vocabulary.known) return <Loading />
  const open = (shape: string) => {
    const found = rows.find((r) => r.shape === shape)
    if (found) void go(found.list)
  }
  return (
    <div className="lh-columns">
      <Card size="small" title={t('district.map')} extra={<WhatChoice what={what} choose={setWhat} />}>
        <DistrictMap areas={areas} colours={colours} height={520} label={t('district.map')} onPick={open} />
      </Card>
      <Card size="small" title={t('district.table')}>
        <TallyTable label={t('district.table')} title={t('field.district')} rows={rows} />
      </Card>
    </div>
  )
}

function nobody(code: string): Tally {
  return { code, platforms: 0, reporting: 0, ent_served: 0, dev_connected: 0 }
}
