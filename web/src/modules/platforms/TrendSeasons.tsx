import { useMemo } from 'react'
import { EmptyState, useFormat, useLanguage, usePalette, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import type { Trend } from './analyses'
import { seasonOption } from './fan'
import { usePlatformTexts } from './texts'

/** What months of the year are to the year, where there are two years at least. */
export function TrendSeasons({ trend }: { trend: Trend }) {
  const t = usePlatformTexts()
  const { seasons } = trend
  return (
    <section aria-label={t('analysis.seasons')}>
      <h3 className="lh-section-head">{t('analysis.seasons')}</h3>
      {seasons.indices.length === 0 ? <EmptyState title={t('analysis.noSeasons', { count: seasons.lacking })} note={t('analysis.noSeasonsNote')} /> : (
        <>
          <Bars trend={trend} />
          <p className="lh-note">{t(seasons.multiplicative ? 'analysis.howRatio' : 'analysis.howDistance', { count: seasons.months, first: trend.first, last: trend.last })}</p>
        </>
      )}
    </section>
  )
}

function Bars({ trend }: { trend: Trend }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const language = useLanguage()
  const colours = usePalette()
  const { indices, multiplicative } = trend.seasons
  const option = useMemo(() => {
    const name = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en', { month: 'short', timeZone: 'UTC' })
    const unit = text(trend.unit)
    const write = (v: number) => (multiplicative ? t('analysis.index', { index: f.number(v + 100, 1) }) : `${v > 0 ? '+' : ''}${f.number(v, 2)} ${unit}`)
    return seasonOption(indices.map((v) => (multiplicative ? v - 100 : v)), { colours, write, month: (n) => name.format(Date.UTC(2026, n - 1, 1)) })
  }, [indices, multiplicative, trend.unit, colours, f, text, t, language])
  return <Chart option={option} height={220} label={t('analysis.seasons')} />
}
