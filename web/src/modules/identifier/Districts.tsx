import { Card, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Failure, Loading, PlainTable, useFormat, usePalette, useText } from '../../kernel'
import { DistrictMap, type Area } from '../../lib/map/DistrictMap'
import { useDistricts, useVocabulary, type DistrictCount } from './data'
import { useIdentifierTexts } from './texts'

type What = 'enterprise' | 'secondary' | 'down'

const whats: What[] = ['enterprise', 'secondary', 'down']

/** The nodes that answer, by district: on a map, and as numbers. */
export function Districts() {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  const go = useNavigate()
  const colours = usePalette()
  const vocabulary = useVocabulary()
  const counts = useDistricts()
  const [what, setWhat] = useState<What>('enterprise')
  const rows = useMemo(() => {
    const known = new Map((counts.data?.items ?? []).map((d) => [d.code, d]))
    return vocabulary.terms('districts').map((term) => ({ term, count: known.get(term.code) ?? nobody(term.code) }))
  }, [counts.data, vocabulary])
  const areas = useMemo<Area[]>(
    () => rows.map(({ term, count }) => ({
      shape: term.title.zh, label: text(term.title), value: count[what], note: whats.map((w) => `${t(`nodes.by.${w}`)}  ${f.number(count[w])}`),
    })),
    [rows, what, text, t, f],
  )
  if (counts.error) return <Failure problem={counts.error} retry={() => void counts.refetch()} />
  if (!counts.data || rows.length === 0) return <Loading />
  const list = (code: string) => `/identifier/nodes?district=${code}`
  const open = (shape: string) => {
    const found = rows.find((r) => r.term.title.zh === shape)
    if (found) void go(list(found.term.code))
  }
  const nowhere = counts.data.items.find((d) => d.code === '')
  return (
    <div className="lh-columns">
      <Card size="small" title={t('nodes.map')} extra={<Segmented size="small" value={what} options={whats.map((w) => ({ value: w, label: t(`nodes.by.${w}`) }))} onChange={setWhat} className="lh-wide-only" />}>
        <DistrictMap areas={areas} colours={colours} height={520} label={t('nodes.map')} onPick={open} />
      </Card>
      <Card size="small" title={t('nodes.districts')}>
        <PlainTable
          label={t('nodes.districts')}
          rowKey={(r) => r.term.code}
          dataSource={rows}
          columns={[
            { title: t('field.district'), render: (_, r) => <Link to={list(r.term.code)}>{text(r.term.title)}</Link> },
            ...whats.map((w) => ({
              title: t(`nodes.by.${w}`), align: 'right' as const, ...(w === 'secondary' ? { responsive: ['sm' as const] } : {}), sorter: (a: { count: DistrictCount }, b: { count: DistrictCount }) => a.count[w] - b.count[w],
              render: (_: unknown, r: { count: DistrictCount }) => <span className="lh-number">{f.number(r.count[w])}</span>,
            })),
          ]}
        />
        {nowhere && <p className="lh-muted">{t('nodes.nowhere', { count: f.number(nowhere.secondary + nowhere.enterprise) })}</p>}
      </Card>
    </div>
  )
}

function nobody(code: string): DistrictCount {
  return { code, secondary: 0, enterprise: 0, down: 0 }
}
