import { useQuery } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { api, EmptyState, Failure, LinkButton, Loading, none, read, useFormat, useLanguage, usePalette, useText, PlainTable } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption } from '../../lib/chart/line'
import { useChannel } from './channels'
import { platformKey, useIndicators, useVocabulary, type Indicator } from './data'
import { dimsText } from './dims'
import { FigureLink } from './FigureLink'
import { usePeriod } from './periods'
import { usePlatformTexts } from './texts'

/** The newest values of a platform, and one of them over time. */
export function Indicators({ id, shared }: { id: string; shared: boolean }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const channel = useChannel()
  const period = usePeriod()
  const indicators = useIndicators(id)
  const [picked, setPicked] = useState<string | null>(null)
  if (indicators.error) return <Failure problem={indicators.error} retry={() => void indicators.refetch()} />
  if (!indicators.data) return <Loading />
  const rows = indicators.data.items
  if (rows.length === 0) return <EmptyState title={t('page.noValues')} note={t(shared ? 'page.noValuesNote' : 'page.noValuesHow')} action={!shared && <LinkButton to="?tab=keys">{t('page.connect')}</LinkButton>} />
  const codes = new Set(rows.map((x) => x.code))
  const code = picked && codes.has(picked) ? picked : codes.has('ent_served') ? 'ent_served' : rows[0]!.code
  const breakdown = (x: Indicator) => dimsText(x.dims, vocabulary)
  return (
    <div className="lh-columns">
      <div>
        <PlainTable<Indicator>
          label={t('page.indicators')}
          rowKey={(x) => `${x.code}|${breakdown(x)}`}
          dataSource={rows}
          pagination={rows.length > 60 ? { pageSize: 50, showSizeChanger: false } : false}
          rowClassName={(x) => (x.code === code ? 'ant-table-row-selected' : '')}
          columns={[
            {
              title: t('field.indicator'),
              render: (_, x) => (
                <span className="lh-two">
                  <button type="button" className="lh-link" onClick={() => setPicked(x.code)} aria-pressed={x.code === code}>
                    {text(x.title)}
                  </button>
                  <span>{breakdown(x) || t('page.total')}</span>
                </span>
              ),
            },
            { title: t('field.value'), align: 'right', render: (_, x) => <><FigureLink of={{ platform: id, code: x.code, dims: x.dims }}>{f.number(x.value)}</FigureLink> <span className="lh-muted">{text(x.unit)}</span></> },
            { title: t('field.period'), responsive: ['sm'], render: (_, x) => <span className="lh-number">{period(x.at, x.tier)}</span> },
            { title: t('field.method'), responsive: ['xl'], render: (_, x) => (x.revision > 1 ? `${channel(x.method)} · ${t('page.revision', { n: x.revision })}` : channel(x.method)) },
          ]}
        />
      </div>
      <History id={id} indicator={rows.find((x) => x.code === code)!} />
    </div>
  )
}

const hour = 3_600_000
const spans = { hour, day: 24 * hour, week: 7 * 24 * hour, month: 30 * 24 * hour, year: 365 * 24 * hour }
type Span = keyof typeof spans

function History({ id, indicator }: { id: string; indicator: Indicator }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const language = useLanguage()
  const colours = usePalette()
  const periodic = indicator.tier === 'D' || indicator.tier === 'M'
  const [chosen, setChosen] = useState<Span | null>(null)
  const span = chosen ?? (periodic ? 'month' : 'day')
  const series = useQuery({
    queryKey: [...platformKey(id), 'series', indicator.code, span],
    queryFn: () => {
      const to = Date.now()
      const query = { code: indicator.code, from: new Date(to - spans[span]).toISOString(), to: new Date(to).toISOString() }
      return read(api.GET('/api/platforms/{id}/series', { params: { path: { id }, query } }))
    },
    refetchInterval: 60_000,
  })
  const unit = text(indicator.unit)
  const name = text(indicator.title)
  const option = useMemo(
    () => lineOption([{ name, points: (series.data?.points ?? []) as [number, number][], area: true }], {
      colours, write: (v) => `${f.number(v)} ${unit}`, time: (at) => (periodic && series.data?.source === 'facts' ? f.date(at) : f.time(at)),
    }),
    // The language changes what the axis says.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [series.data, colours, f, unit, name, periodic, language],
  )
  return (
    <section aria-label={name} className="lh-first-when-narrow">
      <div className="lh-bar lh-list-bar">
        <strong>
          {name} {unit && <span className="lh-muted">（{unit}）</span>}
        </strong>
        <Segmented size="small" value={span} onChange={setChosen} options={(Object.keys(spans) as Span[]).map((s) => ({ value: s, label: t(`span.${s}`) }))} />
      </div>
      {series.error && <Failure problem={series.error} retry={() => void series.refetch()} />}
      {series.data && series.data.points.length === 0 ? (
        <EmptyState title={t('page.noPoints')} note={t('page.noPointsNote')} action={span !== 'year' && <Button onClick={() => setChosen('year')}>{t('page.wholeYear')}</Button>} />
      ) : (
        <Chart option={option} height={320} label={`${name} ${series.data?.points.length ?? none}`} />
      )}
      {series.data && <div className="lh-muted">{t(series.data.source === 'facts' ? 'page.fromFacts' : 'page.fromSeries')}</div>}
    </section>
  )
}
