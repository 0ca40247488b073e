import { Select } from 'antd'
import { useSearchParams } from 'react-router'
import { useText, Views } from '../../kernel'
import { useChosen } from './analyses'
import { itemKey, placesOf, placesParams } from './places'
import type { Ranked, RunDetail } from './rankings'
import { usePlatformTexts } from './texts'
import './analysis.css'
import './comparison.css'

/** A ranking as the address says: some platforms, in the order of the score or of an item. */
export function useChosenPlaces(run: RunDetail): { ranked: Ranked; only: string[] } {
  const [params] = useSearchParams()
  const only = params.getAll('only')
  const item = run.method.items.findIndex((x) => itemKey(x) === params.get('by'))
  return { ranked: { ...run.result, places: placesOf(run.result.places, only, item) }, only }
}

/** What is looked at in a ranking. A view holds for all results of its method. */
export function RankingChoice({ run, items }: { run: RunDetail; items: string[] }) {
  const t = usePlatformTexts()
  const text = useText()
  const [params, change] = useChosen()
  const placed = new Set(run.result.places.map((p) => p.id))
  return (
    <div className="lh-bar lh-list-bar lh-analysis-bar">
      <Select mode="multiple" allowClear className="lh-compare-indicator" aria-label={t('ranking.only')} placeholder={t('ranking.only')} value={params.getAll('only').filter((id) => placed.has(id))} onChange={(only: string[]) => change({ only })} showSearch={{ optionFilterProp: 'label' }} options={run.result.platforms.filter((p) => placed.has(p.id)).map((p) => ({ value: p.id, label: text(p.name) }))} />
      <Select className="lh-filter" aria-label={t('ranking.sorted')} value={params.get('by') ?? ''} onChange={(by: string) => change({ by })} popupMatchSelectWidth={false} options={[{ value: '', label: t('ranking.byScore') }, ...run.method.items.map((x, k) => ({ value: itemKey(x), label: t('ranking.byItem', { item: items[k] ?? '' }) }))]} />
      <Views list={`/platforms/rankings?ranking=${run.ranking_id}`} names={placesParams} note={t('ranking.viewNote')} />
    </div>
  )
}
