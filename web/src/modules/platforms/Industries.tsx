import { Card } from 'antd'
import { useMemo, useState } from 'react'
import { useNavigate } from 'react-router'
import { EmptyState, Loading, useFormat, usePalette } from '../../kernel'
import { TreeMap, type Tile } from '../../lib/map/TreeMap'
import { useSummary, useVocabulary } from './data'
import { TallyTable, WhatChoice, whats, type Grouped, type What } from './Tallies'
import { usePlatformTexts } from './texts'

/** The platforms by industry: as areas, and as numbers. */
export function Industries() {
  const t = usePlatformTexts()
  const f = useFormat()
  const go = useNavigate()
  const colours = usePalette()
  const vocabulary = useVocabulary()
  const summary = useSummary()
  const [what, setWhat] = useState<What>('platforms')
  const rows = useMemo<Grouped[]>(
    () => (summary.data?.industries ?? []).map((tally) => (tally.code === '' ? { code: '', name: t('field.crossIndustry'), tally } : { code: tally.code, name: vocabulary.title('industries', tally.code), list: `/platforms?industry=${tally.code}`, tally })),
    [summary.data, vocabulary, t],
  )
  const tiles = useMemo<Tile[]>(
    () => rows.map(({ code, name, tally }) => ({ code, label: name, value: tally[what], note: whats.map((w) => `${t(`district.${w}`)}  ${f.number(tally[w], 0)}`) })),
    [rows, what, t, f],
  )
  if (!summary.data || !vocabulary.known) return <Loading />
  if (rows.length === 0) return <EmptyState title={t('list.empty')} note={t('list.emptyNote')} />
  const open = (code: string) => {
    const found = rows.find((r) => r.code === code)
    if (found?.list) void go(found.list)
  }
  return (
    <div className="lh-columns">
      <Card size="small" title={t('industry.map')} extra={<WhatChoice what={what} choose={setWhat} />}>
        {tiles.some((x) => x.value > 0) ? <TreeMap tiles={tiles} colours={colours} height={520} label={t('industry.map')} onPick={open} /> : <EmptyState title={t('page.noValues')} note={t('page.noValuesNote')} />}
      </Card>
      <Card size="small" title={t('industry.table')}>
        <TallyTable label={t('industry.table')} title={t('field.industry')} rows={rows} />
      </Card>
    </div>
  )
}
